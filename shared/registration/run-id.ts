import { runIdFrom } from "../runs/run-id.ts";
import type { Run } from "./run.ts";

/** One try of one team's pass: whoever carries it out, and however often it is asked for, it is the same run. */
export interface RunKey extends Pick<Run, "batch" | "team"> {
  /** 0 is the first. */
  attempt: number;
}

/** The id of a run, which follows from what it is. */
export function runIdOf({ batch, team, attempt }: RunKey): string {
  return runIdFrom([batch, team, attempt]);
}
