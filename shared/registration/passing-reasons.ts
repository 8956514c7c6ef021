import { PASSING_CODES } from "../runs/passing-codes.ts";
import type { Run } from "./run.ts";

const PASSING: ReadonlySet<string> = new Set(PASSING_CODES);

/** Whether a run that did not end well may end better when it is tried again without anybody doing anything. */
export function mayPass(run: Run): boolean {
  if (run.error) return PASSING.has(run.error.code);
  // An event that could not be judged at all, such as one without a time, has no slot: it will be no better.
  return run.events.some(({ error, start }) => error !== undefined && start !== undefined);
}
