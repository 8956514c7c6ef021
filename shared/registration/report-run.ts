import type { Logger } from "../log.ts";
import { runErrorOf } from "./run-error.ts";
import type { RunHistory } from "../runs/run-history.ts";
import type { RunRequest } from "./run-request.ts";
import { logLineOf, type Run } from "./run.ts";

export interface Reporting {
  request: RunRequest;
  history: RunHistory<Run>;
  log: Logger;
}

/**
 * Keeps the report of a run, and says one line of it. Never throws.
 * @returns the run, with a warning when its report could not be kept
 */
export async function reportRun(run: Run, { request, history, log }: Reporting): Promise<Run> {
  const kept = await remembered(run, history, log);
  // What somebody tries out is not the daily pass, whose lines alerts wait for.
  if (request.dryRun || request.trial) {
    log.info(`${request.dryRun ? "dry run" : "trial"} of team ${run.team}: ${run.status}`);
  } else if (kept.status === "ok") log.info(logLineOf(kept));
  else log.error(logLineOf(kept));
  return kept;
}

/** A report that cannot be kept is no reason to call what was done undone. */
async function remembered(run: Run, history: RunHistory<Run>, log: Logger): Promise<Run> {
  try {
    await history.add(run);
    return run;
  } catch (error) {
    log.warn(`the report of run ${run.runId} was not kept: ${runErrorOf(error).message}`);
    return { ...run, warnings: [...run.warnings, "history_failed"] };
  }
}

/** Another holds the team's lock: whoever does runs it and reports. */
export function isBusy({ error }: Run): boolean {
  return error?.code === "already_running";
}
