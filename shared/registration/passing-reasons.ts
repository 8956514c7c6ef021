import type { Run } from "./run.ts";

/** What ends a pass today and may be over in an hour; everything else waits for a person. */
const PASSING: ReadonlySet<string> = new Set([
  "config_unreadable",
  "graph_unavailable",
  "graph_unreachable",
  "lock_lost",
  "secrets_unavailable",
  "storage_unavailable",
  "throttled",
  "token_not_saved",
  "token_unavailable",
  "unexpected",
]);

/** Whether a run that did not end well may end better when it is tried again without anybody doing anything. */
export function mayPass(run: Run): boolean {
  if (run.error) return PASSING.has(run.error.code);
  // An event that could not be judged at all, such as one without a time, has no slot: it will be no better.
  return run.events.some(({ error, start }) => error !== undefined && start !== undefined);
}
