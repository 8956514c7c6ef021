import { domainToUnicode } from "node:url";

/** A longer path is not noted down by ear. */
const LONGEST_PATH = 40;
const LONGEST_HREF = 2000;

/** Where a link leads, as it is said: an address, a number, or a page without scheme and query; empty for everything else. */
export function linkTarget(href: string): string {
  const url = href.length > LONGEST_HREF ? null : URL.parse(href);
  if (!url) return "";
  switch (url.protocol) {
    case "http:":
    case "https:":
      return `${hostOf(url)}${url.pathname.length > LONGEST_PATH ? "" : decoded(url.pathname).replace(/\/$/u, "")}`;
    case "mailto:":
    case "tel:":
    case "sip:":
      return decoded(url.pathname);
    default:
      return "";
  }
}

/** In its own letters: nobody can note down `xn--mller-kva.de`. */
function hostOf({ hostname, port }: URL): string {
  return `${domainToUnicode(hostname) || hostname}${port === "" ? "" : `:${port}`}`;
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
