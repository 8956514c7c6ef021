import { PASSING_CODES } from "../runs/passing-codes.ts";
import type { Run } from "./run.ts";

const PASSING: ReadonlySet<string> = new Set([...PASSING_CODES, "out_of_time"]);

/** Whether a run that did not end well may end better when it is tried again without anybody doing anything. */
export function mayPass({ status, error, unknown }: Run): boolean {
  if (status === "ok" || status === "held" || status === "running") return false;
  if (error) return PASSING.has(error.code);
  return unknown === undefined || unknown.code === "unread";
}
