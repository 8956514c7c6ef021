import { DeadlineError } from "../http/deadline.ts";
import { AttemptAbandonedError } from "./deadline.ts";

/** Why a mail server could not be reached safely, and what the reader can do. */
export interface ConnectionTrouble {
  what: string;
  whatToDo: string;
}

const CERTIFICATE = /CERT|SELF_SIGNED|UNABLE_TO_|ISSUER/;
const TLS = /^ERR_SSL|^ERR_TLS|^EPROTO$|^ETLS$|^ClosedAfterConnectTLS$|^STARTTLS_INJECTION$/;
const TIME = /TIMEOUT|ETIMEDOUT/;
const NAME = /^ENOTFOUND$|^EAI_|^EDNS$|^ENODATA$/;

/** Puts the failure of a connection into words, by the codes of Node, of nodemailer and of imapflow. */
export function troubleOf(error: unknown): ConnectionTrouble {
  if (error instanceof AttemptAbandonedError) {
    return { what: "was not waited for any longer", whatToDo: "The next run tries again." };
  }
  const codes = codesOf(error);
  const has = (pattern: RegExp): boolean => codes.some((code) => pattern.test(code));
  if (error instanceof DeadlineError || has(TIME)) {
    return { what: "did not answer in time", whatToDo: "Check the host name and port, or try again later." };
  }
  if (has(CERTIFICATE)) {
    return {
      what: `showed a certificate that is not trusted (${codes.find((code) => CERTIFICATE.test(code))})`,
      whatToDo: "Check the host name: it must be one the server's certificate was issued for.",
    };
  }
  if (has(TLS) || hasTlsFailed(error)) {
    return {
      what: "did not agree on an encrypted connection",
      whatToDo:
        "Use the port of the server that offers TLS (465 or 993) or STARTTLS; mail is never sent in the clear.",
    };
  }
  if (has(NAME)) return { what: "has no known address", whatToDo: "Check the host name." };
  if (codes.includes("ECONNREFUSED")) {
    return { what: "does not listen on that port", whatToDo: "Check the host name and port." };
  }
  return {
    what: "broke off the conversation",
    whatToDo: "Try again later; check the host name and port if it persists.",
  };
}

/** nodemailer puts its own code in front of the one of the system; both say something. */
function codesOf(error: unknown): string[] {
  const { code, originalCode } = error as { code?: unknown; originalCode?: unknown };
  return [originalCode, code].filter((value) => typeof value === "string");
}

function hasTlsFailed(error: unknown): boolean {
  return (error as { tlsFailed?: unknown }).tlsFailed === true;
}
