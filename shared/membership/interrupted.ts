import type { Run, RunError } from "./run.ts";
import type { Member } from "./space.ts";
import { SpaceLedger } from "./space-ledger.ts";
import type { SpaceWork, SpaceWorld } from "./space-work.ts";
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
  const tell = async (settled: ReadonlySet<string>): Promise<void> => {
    const others = new Set([...settled, ...left.map(({ runId }) => runId)]);
    others.delete(work.job.runId);
    for (const runId of others) await keepInverse({ runId, space: work.job.space }, ledger, work.world);
    for (const run of left) if (others.has(run.runId)) await close(run, ledger, work);
  };
  await ledger.settle(members, { tell });
}

async function close(run: Run, ledger: SpaceLedger, { world, options }: SpaceWork): Promise<void> {
  const { documents, history } = world;
  const { space, runId } = run;
  if (!(await history.find(space, runId))) {
    await history.add(await broughtToAnEnd(run, INTERRUPTED, ledger, world));
    const { size } = ledger.factsOf(runId);
    options.log.warn(`space ${space}: run ${runId} was interrupted; ${size} changes of it are known`);
  }
  await documents.dropRunning(run);
}

const INTERRUPTED: RunError = {
  code: "interrupted",
  message:
    "The process ended in the middle of this run. What it had begun was looked up; the run after it does the rest.",
};

/**
 * Ends a run that goes no further, whatever it has come to.
 * @returns its report, which is not kept yet; what takes it back is
 * @throws the storage client's error
 */
export async function giveUp(run: Run, error: RunError, world: SpaceWorld): Promise<Run> {
  const ledger = await SpaceLedger.open(world.ledger, run.space, world.clock);
  await keepInverse(run, ledger, world);
  return broughtToAnEnd(run, error, ledger, world);
}

/** The report of a run of which no more is known than what it set out to do, and what it has changed. */
async function broughtToAnEnd(
  run: Run,
  error: RunError,
  ledger: SpaceLedger,
  { documents, clock }: SpaceWorld,
): Promise<Run> {
  const kept = await documents.plan(run.space, run.runId);
  const facts = ledger.factsOf(run.runId);
  const plan = kept?.state === "begun" ? kept.plan : undefined;
  const due = plan?.phases.flat() ?? [];
  const actions = plan ? rowsWithOutcome(plan, { facts, ends: new Map(), due }) : [];
  return {
    ...run,
    status: facts.size > 0 ? "partial" : "failed",
    finishedAt: clock.now().toISOString(),
    ...(plan ? { counts: plan.counts, ...(plan.hash === undefined ? {} : { hash: plan.hash }) } : {}),
    actions,
    progress: { ...run.progress, done: countDone(actions), total: due.length },
    error,
  };
}

/** What became known of a run since it ended, or was ended, belongs to what takes it back. */
async function keepInverse(
  { runId, space }: Pick<Run, "runId" | "space">,
  ledger: SpaceLedger,
  { documents }: SpaceWorld,
): Promise<void> {
  const [kept, before] = [await documents.plan(space, runId), await documents.inverse(runId)];
  if (kept?.state !== "begun") return;
  const inverse = inverseOfRun(kept.plan, ledger.factsOf(runId));
  await documents.saveInverse(runId, { ...before, space, inverse });
}
