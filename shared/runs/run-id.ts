import { createHash } from "node:crypto";

/**
 * The id of a run, which follows from what it is: so a message that comes twice finds the report of the first time.
 * @param parts  the batch, what is run, and which try of it: whoever carries it out, it is the same run
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
 */
export function runIdFrom(parts: readonly (string | number)[]): string {
  const hash = createHash("sha256").update(JSON.stringify(parts)).digest("hex");
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(12, 15)}`,
    `a${hash.slice(15, 18)}`,
    hash.slice(18, 30),
  ].join("-");
}
