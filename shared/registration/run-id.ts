import { createHash } from "node:crypto";
import type { Run } from "./run.ts";

/** One try of one team's pass: whoever carries it out, and however often it is asked for, it is the same run. */
export interface RunKey extends Pick<Run, "batch" | "team"> {
  /** 0 is the first. */
  attempt: number;
}

/**
 * The id of a run, which follows from what it is: so a message that comes twice finds the report of the first time.
 * @see https://www.rfc-editor.org/rfc/rfc9562#name-uuid-version-8
 */
export function runIdOf({ batch, team, attempt }: RunKey): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([batch, team, attempt]))
    .digest("hex");
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `8${hash.slice(12, 15)}`,
    `a${hash.slice(15, 18)}`,
    hash.slice(18, 30),
  ].join("-");
}
