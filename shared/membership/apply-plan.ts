import { LedgerConflictError } from "../ledger/ledger-conflict.ts";
import { LeaseLostError } from "../storage/blob-lease.ts";
import type { WebexRoad } from "../webex/webex-road.ts";
import { applySteps, type StepEnds } from "./apply-steps.ts";
import { everybodyIn, type Readings } from "./obstacle.ts";
import { readMembers } from "./read-space.ts";
import type { Run } from "./run.ts";
import { runErrorOf } from "./run-error.ts";
import { type BegunCourse, goesOn, type Outcome, outcomeOf } from "./run-outcome.ts";
import type { SpaceWork } from "./space-work.ts";
import { remainingOf, type RunPlan } from "./steps.ts";

/** How things are now. */
export interface Present {
  /** What would be to be done. */
  due: RunPlan;
  me: Readings["me"];
}

/**
 * Does what is left of a plan.
 * @throws {LeaseLostError | LedgerConflictError} another has begun to work for the space
 * @throws {TokenError} or the storage client's error
 */
export async function applyPlan(course: BegunCourse, { due, me }: Present): Promise<Outcome> {
  const { file, plan, ledger, work } = course;
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
  if (isOvertaken(stoppedBy) || isOvertaken(signal.reason)) return goesOn(course);
  const isSettled = stoppedBy === undefined && (await settle(course, me, webex));
  const known = { due: steps, ends: isSettled ? withoutDoubt(ends) : ends };
  const outcome = outcomeOf(course, known, stoppedBy === undefined ? {} : { error: runErrorOf(stoppedBy) });
  const isCutShort = stoppedBy === undefined && (signal.aborted || work.isTimeOver());
  return isCutShort && outcome.actions?.some(isOpen) ? goOnLater(outcome, work) : outcome;
}

/** Another may have begun to work for the space: it finds out what has come of this run, and keeps it. */
export function isOvertaken(error: unknown): boolean {
  return error instanceof LeaseLostError || error instanceof LedgerConflictError;
}

function isOpen({ outcome }: Run["actions"][number]): boolean {
  return outcome === "not_begun" || outcome === "unknown";
}

/** @returns whether nothing is in doubt any more */
async function settle(
  { file, plan, ledger, work }: BegunCourse,
  me: Readings["me"],
  webex: WebexRoad,
): Promise<boolean> {
  if (!ledger.hasDoubts) return true;
  // There is no time left to look: whoever goes on does.
  if (work.options.signal.aborted) return false;
  const everybody = everybodyIn({ me, members: await readMembers(webex, plan.spaceId) });
  // Microsoft's directory may have given an address that Webex does not show; the next run asks for all before it looks.
  if (everybody) await ledger.settle(everybody, { withAllAddresses: file.source.type === "webex" });
  return !ledger.hasDoubts;
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
