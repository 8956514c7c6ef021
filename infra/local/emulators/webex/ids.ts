import { uuidOf } from "../uuid.ts";

export type Kind = "PEOPLE" | "ROOM" | "MEMBERSHIP" | "ORGANIZATION" | "ROLE" | "TEAM";

/** The ids of the public API are the internal ones in a wrapping of base64. */
export function publicId(kind: Kind, id: string): string {
  return Buffer.from(prefixOf(kind) + id).toString("base64url");
}

/** What is in the wrapping. The API takes the internal id as it is, too. Undefined when it is neither. */
export function internalId(kind: Kind, given: string): string | undefined {
  if (/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}(:[0-9a-f-]{36})?$/i.test(given)) return given.toLowerCase();
  const text = Buffer.from(given, "base64url").toString("utf8");
  return text.startsWith(prefixOf(kind)) ? text.slice(prefixOf(kind).length) : undefined;
}

/** The same for a text each time, without regard to case. */
export function internalIdFor(text: string): string {
  return uuidOf(text.toLowerCase());
}

function prefixOf(kind: Kind): string {
  return `ciscospark://us/${kind}/`;
}
