import type { Member } from "./space.ts";
import type { Run } from "./run.ts";
import type { SpaceLedger } from "./space-ledger.ts";
import type { SpaceWork } from "./space-work.ts";
import { countDone, inverseOfRun, rowsWithOutcome } from "./step-rows.ts";

/**
 * Brings to an end what others have left: finds out what has come of changes whose answer was lost, and closes runs whose
 * process ended in their middle, with what they have really changed. The run itself goes on where it was.
 * @param left  the runs that are under way, or were
 * @param members  who is in the space now
 */
export async function takeOver(
  left: readonly Run[],
  ledger: SpaceLedger,
  members: readonly Member[],
  work: SpaceWork,
): Promise<void> {
  await ledger.settle(members, async (settled) => {
    const others = new Set([...settled, ...left.map(({ runId }) => runId)]);
    others.delete(work.job.runId);
    for (const runId of others) await keepInverse(runId, ledger, work);
    for (const run of left) if (others.has(run.runId)) await close(run, ledger, work);
  });
}

async function close(run: Run, ledger: SpaceLedger, { world, options }: SpaceWork): Promise<void> {
  const { documents, history, clock } = world;
  const { space, runId } = run;
  if (!(await history.find(space, runId))) {
    const kept = await documents.plan(space, runId);
    const facts = ledger.factsOf(runId);
    const plan = kept?.state === "begun" ? kept.plan : undefined;
    const due = plan?.phases.flat() ?? [];
    const actions = plan ? rowsWithOutcome(plan, { facts, ends: new Map(), due }) : [];
    await history.add({
      ...run,
      status: facts.size > 0 ? "partial" : "failed",
      finishedAt: clock.now().toISOString(),
      ...(plan ? { counts: plan.counts, ...(plan.hash === undefined ? {} : { hash: plan.hash }) } : {}),
      actions,
      progress: { ...run.progress, done: countDone(actions), total: due.length },
      error: {
        code: "interrupted",
        message:
          "The process ended in the middle of this run. What it had begun was looked up; the run after it does the rest.",
      },
    });
    options.log.warn(`space ${space}: run ${runId} was interrupted; ${facts.size} changes of it are known`);
  }
  await documents.dropRunning(run);
}

/** What became known of a run since it ended, or was ended, belongs to what takes it back. */
async function keepInverse(runId: string, ledger: SpaceLedger, { world, job }: SpaceWork): Promise<void> {
  const { documents } = world;
  const { space } = job;
  const [kept, before] = [await documents.plan(space, runId), await documents.inverse(runId)];
  if (kept?.state !== "begun") return;
  const inverse = inverseOfRun(kept.plan, ledger.factsOf(runId));
  await documents.saveInverse(runId, { ...before, space, inverse });
}
