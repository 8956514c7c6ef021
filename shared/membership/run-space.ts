import { LedgerConflictError } from "../ledger/ledger-conflict.ts";
import { LeaseLostError } from "../storage/blob-lease.ts";
import type { WebexRoad } from "../webex/webex-road.ts";
import { keepUnread, recallAbsences } from "./absence-memory.ts";
import { applySteps, type StepEnds } from "./apply-steps.ts";
import { holdBack, useApproval } from "./held-back.ts";
import { takeOver } from "./interrupted.ts";
import { everybodyIn, type Obstacle, type Readings } from "./obstacle.ts";
import { planSpace } from "./plan.ts";
import { readMembers, readSpace } from "./read-space.ts";
import type { Run, RunError } from "./run.ts";
import { runErrorOf, SpaceRunError } from "./run-error.ts";
import type { SpaceFile } from "./space-file.ts";
import { SpaceLedger } from "./space-ledger.ts";
import { type SpaceJob, type SpaceRunOptions, SpaceWork, type SpaceWorld } from "./space-work.ts";
import type { ConfiguredSpace } from "./spaces.ts";
import { countDone, inverseOfRun, rowsWithOutcome } from "./step-rows.ts";
import { remainingOf, type RunPlan, stepsOfPlan, stepsOfUndo } from "./steps.ts";
import { planUndo } from "./undo.ts";

/**
 * Runs one space's sync, or takes a run back; a run of this id that has not ended goes on where it was. Whoever calls it
 * has the lock of the space, unless it is a dry run. Never throws.
 * @returns the report; `running` when its time was over before its end
 */
export async function runSpace(
  space: ConfiguredSpace,
  job: SpaceJob,
  options: SpaceRunOptions,
  world: SpaceWorld,
): Promise<Run> {
  const work = new SpaceWork(job, options, world);
  try {
    if (!("file" in space)) throw space.error;
    const outcome = work.isDryRun ? await preview(space.file, work) : await carryOut(space.file, work);
    return work.report(outcome);
  } catch (error) {
    return work.report({ error: described(error, work) });
  } finally {
    await work.progress.end();
  }
}

type Outcome = Partial<Run>;

function described(error: unknown, { job, options }: SpaceWork): RunError {
  const told = runErrorOf(error);
  if (told.code === "unexpected") {
    options.log.error(`space ${job.space}: ${error instanceof Error ? error.stack : String(error)}`);
  }
  return told;
}

/** The plan alone: nobody's work is taken over, nothing is kept. */
async function preview(file: SpaceFile, work: SpaceWork): Promise<Outcome> {
  const due = await planNow(file, await readingsOf(file, work), work);
  return "code" in due ? { unknown: due } : shownPlan(due);
}

function shownPlan({ counts, actions, hash, held }: RunPlan): Outcome {
  return { counts, actions, ...(hash === undefined ? {} : { hash }), ...(held ? { held } : {}) };
}

async function carryOut(file: SpaceFile, work: SpaceWork): Promise<Outcome> {
  const { world, job } = work;
  const left = await world.documents.running(job.space);
  work.goOn(left.find(({ runId }) => runId === job.runId));
  // The ledger before the space: should another overtake this run in between, its writes meet this one's.
  const [ledger, kept] = await Promise.all([
    SpaceLedger.open(world.ledger, job.space, world.clock),
    world.documents.plan(job.space, job.runId),
  ]);
  const begun = kept?.state === "begun" ? kept.plan : undefined;
  const go = (): Promise<Outcome> => advance(file, { left, ledger, begun }, work);
  return begun ? whateverEndsIt(begun, ledger, work, go) : go();
}

/** Whatever ends a run that was begun, what it has changed before is told, and can be taken back. */
async function whateverEndsIt(
  begun: RunPlan,
  ledger: SpaceLedger,
  work: SpaceWork,
  go: () => Promise<Outcome>,
): Promise<Outcome> {
  try {
    return await go();
  } catch (error) {
    if (isOvertaken(error)) return { ...shownPlan(begun), status: "running" };
    return outcomeOf(begun, begun.phases.flat(), ledger, work, { error: described(error, work) });
  }
}

/** What a run begins with. */
interface Beginning {
  /** The runs that are under way, or were when their process ended. */
  left: readonly Run[];
  ledger: SpaceLedger;
  /** What an earlier part of this run has set out to do. */
  begun: RunPlan | undefined;
}

async function advance(
  file: SpaceFile,
  { left, ledger, begun }: Beginning,
  work: SpaceWork,
): Promise<Outcome> {
  const { job, world } = work;
  const { documents } = world;
  if (begun && begun.spaceId !== file.spaceId) throw spaceChanged(file.space, job.runId);
  const readings = await readingsOf(file, work);
  // Not all seen means that what is in doubt stays so, and that nothing is changed now either.
  const everybody = everybodyIn(readings);
  if (everybody) await takeOver(left, ledger, everybody, work);
  await documents.saveRunning(work.report({ status: "running" }));
  const due = await planNow(file, readings, work);
  if ("code" in due) {
    return begun ? outcomeOf(begun, begun.phases.flat(), ledger, work, { unknown: due }) : { unknown: due };
  }
  if (!begun) {
    const instead = await holdBack(due, work);
    if (instead) return instead;
    await documents.savePlan(job.space, job.runId, { state: "begun", plan: due });
  }
  const plan = begun ?? due;
  // Also by whoever goes on with it: its process may have ended between the two.
  await useApproval(plan, work);
  const go = (): Promise<Outcome> => apply(file, { plan, due, me: readings.me, ledger }, work);
  return whateverEndsIt(plan, ledger, work, go);
}

/** Another may have begun to work for the space: it finds out what has come of this run, and keeps it. */
function isOvertaken(error: unknown): boolean {
  return error instanceof LeaseLostError || error instanceof LedgerConflictError;
}

async function readingsOf(file: SpaceFile, work: SpaceWork): Promise<Readings> {
  const { world, options, meter, progress } = work;
  const { signal } = options;
  const roads = {
    webex: world.webex(file.connection, { signal, meter }),
    microsoft: () => world.microsoft(file.connection, { signal, meter }),
  };
  try {
    return await readSpace(file, roads, (count) => progress.read(count));
  } catch (error) {
    // What is in the way is told rather than that this could not be kept either.
    await keepUnread(work).catch(() => undefined);
    throw error;
  }
}

/** What is to be done as things are now. */
async function planNow(file: SpaceFile, readings: Readings, work: SpaceWork): Promise<RunPlan | Obstacle> {
  const { job, world, options } = work;
  // What could not be read because the time was over says nothing of the service.
  options.signal.throwIfAborted();
  const { clock, mostMembers } = world;
  if (job.request.kind === "undo") {
    const inverse = await inverseFor(file, job.request.undoes, work);
    const plan = planUndo({ ...readings, file, inverse, mostMembers });
    return plan.unknown ?? stepsOfUndo(plan);
  }
  const { absences, keep } = await recallAbsences(work);
  const plan = planSpace({ ...readings, file, absences, now: clock.now(), mostMembers });
  await (plan.unknown ? keepUnread(work) : keep(plan.absences));
  return plan.unknown ?? stepsOfPlan(plan);
}

/** @throws {SpaceRunError} it is not about the space any more that the file names, or another was quicker */
async function inverseFor(
  file: SpaceFile,
  runId: string,
  { world, job }: SpaceWork,
): Promise<Parameters<typeof planUndo>[0]["inverse"]> {
  const kept = await world.documents.inverse(runId);
  // It was under way, and ended before it had changed anything.
  if (!kept) return { spaceId: file.spaceId, added: [], removed: [] };
  if (kept.undoneBy !== undefined && kept.undoneBy !== job.runId) {
    throw new SpaceRunError(
      "undone_already",
      `Run ${runId} was taken back already, by run ${kept.undoneBy}; nothing was done.`,
    );
  }
  if (kept.inverse.spaceId === file.spaceId) return kept.inverse;
  throw spaceChanged(file.space, runId);
}

function spaceChanged(space: string, runId: string): SpaceRunError {
  return new SpaceRunError(
    "space_changed",
    `spaces/${space}.json names another space_id than when run ${runId} was made; put the former one back to go on with that run, or to take it back.`,
  );
}

/** What is to be made, and by what it is known how things are. */
interface Applied {
  plan: RunPlan;
  /** As things are now. */
  due: RunPlan;
  me: Readings["me"];
  ledger: SpaceLedger;
}

async function apply(file: SpaceFile, applied: Applied, work: SpaceWork): Promise<Outcome> {
  const { plan, due, ledger } = applied;
  const { world, options, meter, progress, job } = work;
  const { signal } = options;
  const phases = remainingOf(plan, due);
  const steps = phases.flat();
  const total = plan.phases.flat().length;
  progress.begin(total, total - steps.length);
  const webex = world.webex(file.connection, { signal, meter });
  const { ends, stoppedBy } = await applySteps(phases, {
    runId: job.runId,
    spaceId: plan.spaceId,
    webex,
    ledger,
    signal,
    isTimeOver: () => work.isTimeOver(),
    onMade: () => progress.made(),
  });
  if (isOvertaken(stoppedBy) || isOvertaken(signal.reason)) return { ...shownPlan(plan), status: "running" };
  const isSettled = stoppedBy === undefined && (await settle(applied, webex));
  const isCutShort = stoppedBy === undefined && (signal.aborted || work.isTimeOver());
  const rest = stoppedBy === undefined ? {} : { error: runErrorOf(stoppedBy) };
  const outcome = await outcomeOf(plan, steps, ledger, work, rest, isSettled ? withoutDoubt(ends) : ends);
  if (isCutShort && outcome.actions?.some(isOpen)) return goOnLater(outcome, work);
  if (job.request.kind === "undo" && work.report(outcome).status === "ok")
    await undone(job.request.undoes, work);
  return outcome;
}

function isOpen({ outcome }: Run["actions"][number]): boolean {
  return outcome === "not_begun" || outcome === "unknown";
}

/** @returns whether nothing is in doubt any more */
async function settle({ plan, me, ledger }: Applied, webex: WebexRoad): Promise<boolean> {
  if (!ledger.hasDoubts) return true;
  const everybody = everybodyIn({ me, members: await readMembers(webex, plan.spaceId) });
  if (everybody) await ledger.settle(everybody);
  return everybody !== undefined;
}

/** Once it was looked up, what did not come about has failed. */
function withoutDoubt(ends: StepEnds["ends"]): StepEnds["ends"] {
  return new Map(
    [...ends].map(([subject, end]) => [subject, end.state === "unknown" ? { ...end, state: "failed" } : end]),
  );
}

/** Whoever asks meanwhile sees how far it has come. */
async function goOnLater(outcome: Outcome, work: SpaceWork): Promise<Outcome> {
  await work.progress.end();
  await work.world.documents.saveRunning(work.report({ ...outcome, actions: [], status: "running" }));
  return { ...outcome, status: "running" };
}

/** Nobody can take it back a second time. */
async function undone(runId: string, { world, job }: SpaceWork): Promise<void> {
  const kept = await world.documents.inverse(runId);
  if (kept) await world.documents.saveInverse(runId, { ...kept, undoneBy: job.runId });
}

/** What has come of a plan, with what takes it back. */
async function outcomeOf(
  plan: RunPlan,
  due: RunPlan["phases"][number],
  ledger: SpaceLedger,
  work: SpaceWork,
  rest: Outcome,
  ends: StepEnds["ends"] = new Map(),
): Promise<Outcome> {
  const { job, world, progress } = work;
  const facts = ledger.factsOf(job.runId);
  await world.documents.saveInverse(job.runId, { space: job.space, inverse: inverseOfRun(plan, facts) });
  const actions = rowsWithOutcome(plan, { facts, ends, due });
  progress.begin(plan.phases.flat().length, countDone(actions));
  const { held: _approved, ...approved } = shownPlan({ ...plan, actions });
  return { ...approved, ...rest };
}
