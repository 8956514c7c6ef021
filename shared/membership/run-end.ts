import { giveBackApproval } from "./held-back.ts";
import { runErrorOf } from "./run-error.ts";
import { type BegunCourse, goesOn, type Outcome } from "./run-outcome.ts";
import { inverseOfRun } from "./step-rows.ts";
import { markUndone } from "./undo-source.ts";

/**
 * Keeps what has to outlive a run that was begun: what takes it back, that it took back another, an approval that it did
 * not use. It has not ended before that is kept: else nobody could take it back.
 * @returns the outcome; `running` when it could not be kept, and so has to be tried again
 */
export async function endRun(outcome: Outcome, course: BegunCourse): Promise<Outcome> {
  const { plan, ledger, work } = course;
  const { job, world, options } = work;
  const { status } = work.report(outcome);
  if (status === "running") return outcome;
  const facts = ledger.factsOf(job.runId);
  try {
    const inverse = inverseOfRun(plan, facts);
    await world.documents.saveInverse(job.runId, { space: job.space, inverse });
    if (status !== "ok" && facts.size === 0 && !ledger.hasDoubts) await giveBackApproval(work);
    if (status === "ok" && job.request.kind === "undo") await markUndone(job.request.undoes, work);
    return outcome;
  } catch (error) {
    const { message } = runErrorOf(error);
    options.log.warn(
      `space ${job.space}: what takes run ${job.runId} back was not kept; that is tried again: ${message}`,
    );
    return goesOn(course);
  }
}
