import type { Logger } from "../log.ts";
import type { RunHistory } from "../runs/run-history.ts";
import { logLineOf, type Run } from "./run.ts";
import { runErrorOf } from "./run-error.ts";
import type { SpaceDocuments } from "./space-documents.ts";

export interface Reporting {
  history: RunHistory<Run>;
  documents: Pick<SpaceDocuments, "dropRunning">;
  log: Logger;
}

/**
 * Keeps the report of a run that has ended, and says one line of it. Never throws.
 * @returns the run, with a warning when its report could not be kept
 */
export async function reportRun(run: Run, { history, documents, log }: Reporting): Promise<Run> {
  const kept = await remembered(run, { history, documents, log });
  logRun(kept, log);
  return kept;
}

/** Says one line of a run that has ended. */
export function logRun(run: Run, log: Logger): void {
  // What somebody tries out is not the daily sync, whose lines alerts wait for.
  if (run.dryRun) log.info(`dry run of space ${run.space}: ${run.status}`);
  else if (run.status === "ok") log.info(logLineOf(run));
  else if (run.status === "held") log.warn(logLineOf(run));
  else log.error(logLineOf(run));
}

/** A report that cannot be kept is no reason to call what was done undone; the next run closes what is under way still. */
async function remembered(run: Run, { history, documents, log }: Reporting): Promise<Run> {
  try {
    // The link opens the approval to whoever has it: it is not kept.
    const { approve: _link, ...kept } = run;
    await history.add(kept);
    await documents.dropRunning(run);
    return run;
  } catch (error) {
    log.warn(`the report of run ${run.runId} was not kept: ${runErrorOf(error).message}`);
    return { ...run, warnings: [...run.warnings, "history_failed"] };
  }
}
