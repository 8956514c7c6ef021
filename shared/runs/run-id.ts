import { createHash } from "node:crypto";

/** One try of one run: whoever carries it out, and however often it is asked for, it is the same run. */
export interface RunKey {
  batch: string;
  /** What it is a run of: a team, a space. */
  subject: string;
  /** 0 is the first try. */
  attempt: number;
}

/**
 * The id of a run, which follows from what it is: so a message that comes twice finds the report of the first time.
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
 */
export function runIdOf({ batch, subject, attempt }: RunKey): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([batch, subject, attempt]))
    .digest("hex");
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(12, 15)}`,
    `a${hash.slice(15, 18)}`,
    hash.slice(18, 30),
  ].join("-");
}
