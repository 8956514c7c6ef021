import { keepUnread, recallMissing } from "./missing-memory.ts";
import { applyPlan, isOvertaken, type Present } from "./apply-plan.ts";
import { holdBack, useApproval } from "./held-back.ts";
import { takeOver } from "./interrupted.ts";
import { everybodyIn, type Obstacle, type Readings } from "./obstacle.ts";
import { planSpace } from "./plan.ts";
import { readSpace } from "./read-space.ts";
import type { Run, RunError } from "./run.ts";
import { endRun } from "./run-end.ts";
import { runErrorOf } from "./run-error.ts";
import {
  type BegunCourse,
  type Course,
  goesOn,
  isBegun,
  type Outcome,
  outcomeOf,
  shownPlan,
} from "./run-outcome.ts";
import type { SpaceFile } from "./space-file.ts";
import { SpaceLedger } from "./space-ledger.ts";
import { type SpaceJob, type SpaceRunOptions, SpaceWork, type SpaceWorld } from "./space-work.ts";
import type { ConfiguredSpace } from "./spaces.ts";
import { type RunPlan, stepsOfPlan, stepsOfUndo } from "./steps.ts";
import { planUndo } from "./undo.ts";
import { inverseFor, spaceChanged } from "./undo-source.ts";

/**
 * Runs one space's sync, or takes a run back; a run of this id that has not ended goes on where it was. Whoever calls it
 * has the lock of the space, unless it is a dry run. Never throws.
 * @returns the report; `running` when it was begun and its time was over before its end, or when the lock was lost;
 *   `failed` with `out_of_time` when the time was over before anything was begun
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

async function carryOut(file: SpaceFile, work: SpaceWork): Promise<Outcome> {
  const { world, job } = work;
  const left = await world.documents.running(job.space);
  work.goOn(left.find(({ runId }) => runId === job.runId));
  // The ledger before the space: should another overtake this run in between, its writes meet this one's.
  const [ledger, kept] = await Promise.all([
    SpaceLedger.open(world.ledger, job.space, world.clock),
    world.documents.plan(job.space, job.runId),
  ]);
  const course: Course = { file, work, ledger, plan: kept?.state === "begun" ? kept.plan : undefined };
  const outcome = await advance(course, left).catch((error: unknown) => afterError(error, course));
  return isBegun(course) ? endRun(outcome, course) : outcome;
}

/**
 * Whatever ends a run that was begun, what it has changed before is told. What comes of its own end, the time that is over
 * or the lock that is lost, is no failure of it.
 */
function afterError(error: unknown, course: Course): Outcome {
  const { signal } = course.work.options;
  const reason: unknown = signal.aborted ? signal.reason : error;
  if (isOvertaken(reason)) return goesOn(course);
  if (!isBegun(course)) throw reason;
  return signal.aborted ? goesOn(course) : outcomeOf(course, {}, { error: described(error, course.work) });
}

async function advance(course: Course, left: readonly Run[]): Promise<Outcome> {
  const { file, work, plan } = course;
  if (plan && plan.spaceId !== file.spaceId) throw spaceChanged(file.space, work.job.runId);
  const { due, me } = await lookAround(course, left);
  if ("code" in due) return isBegun(course) ? outcomeOf(course, {}, { unknown: due }) : { unknown: due };
  const instead = plan ? undefined : await holdBack(due, work);
  if (instead) return instead;
  const begun = isBegun(course) ? course : await begin(due, course);
  // Also by whoever goes on with it: its process may have ended between the two.
  await useApproval(begun.plan, work);
  return applyPlan(begun, { due, me });
}

/**
 * Reads all there is to know of the space, and what is to be done with it. Returns no more than that: a large directory
 * need not be kept while the changes are made.
 */
async function lookAround(
  { file, work, ledger }: Course,
  left: readonly Run[],
): Promise<{ due: RunPlan | Obstacle; me: Present["me"] }> {
  const readings = await readingsOf(file, work);
  // Not all seen means that what is in doubt stays so, and that nothing is changed now either.
  const everybody = everybodyIn(readings);
  if (everybody) await takeOver(left, ledger, everybody, work);
  await work.world.documents.saveRunning(work.report({ status: "running" }));
  return { due: await planNow(file, readings, work), me: readings.me };
}

async function begin(plan: RunPlan, course: Course): Promise<BegunCourse> {
  const { job, world, options } = course.work;
  // One that has nothing to do has nothing to go on with.
  if (plan.phases.flat().length > 0) await options.onBegin?.();
  await world.documents.savePlan(job.space, job.runId, { state: "begun", plan });
  return Object.assign(course, { plan });
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
    const plan = planUndo({ ...readings, file, inverse });
    return plan.unknown ?? warned(stepsOfUndo(plan, mostMembers), readings, work);
  }
  const { missing, keep } = await recallMissing(work);
  const plan = planSpace({ ...readings, file, missing, now: clock.now(), mostMembers });
  await (plan.unknown ? keepUnread(work) : keep(plan.missing));
  return plan.unknown ?? warned(stepsOfPlan(plan, mostMembers), readings, work);
}

/** Whoever leaves a team's General space leaves all spaces of the team, and Webex does not tell which space that is. */
function warned(plan: RunPlan, { space }: Readings, { warnings }: SpaceWork): RunPlan {
  if (plan.counts.remove > 0 && space.state === "read" && space.value.isOfTeam) warnings.add("team_space");
  return plan;
}
