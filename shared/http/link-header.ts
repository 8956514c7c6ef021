/** `<target>` and its parameters, whose values may be in quotes and hold any character there. */
const LINK = /<([^<>]*)>((?:\s*;\s*[^\s=;,"]+(?:\s*=\s*(?:"[^"]*"|[^\s;,"]*))?)*)/gu;
const PARAMETER = /;\s*([^\s=;,"]+)(?:\s*=\s*(?:"([^"]*)"|([^\s;,"]*)))?/gu;

/**
 * Where a `Link` header says that the next page is.
 * @returns undefined when it names none
 * @throws {TypeError} it speaks of a next page, but not in a form that can be read: that is not the same as none
 * @see https://www.rfc-editor.org/rfc/rfc8288 (which took the place of RFC 5988)
 */
export function nextLink(header: string | null): string | undefined {
  if (!header) return undefined;
  for (const [, target, parameters = ""] of header.matchAll(LINK)) {
    if (relationsIn(parameters).includes("next")) return target;
  }
  if (/\bnext\b/iu.test(header.replaceAll(LINK, ""))) throw new TypeError("The Link header cannot be read.");
  return undefined;
}

/** Of the first `rel`, as the RFC says; one within another parameter's quotes is none. */
function relationsIn(parameters: string): string[] {
  for (const [, name = "", quoted, bare] of parameters.matchAll(PARAMETER)) {
    if (name.toLowerCase() === "rel") return (quoted ?? bare ?? "").toLowerCase().split(/\s+/u);
  }
  return [];
}
