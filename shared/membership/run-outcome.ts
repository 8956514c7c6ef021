import type { StepEnds } from "./apply-steps.ts";
import type { Run } from "./run.ts";
import type { SpaceFile } from "./space-file.ts";
import type { SpaceLedger } from "./space-ledger.ts";
import type { SpaceWork } from "./space-work.ts";
import { countDone, rowsWithOutcome } from "./step-rows.ts";
import type { RunPlan, Step } from "./steps.ts";

/** What there is to say of a run beside what it is. */
export type Outcome = Partial<Run>;

/** A run on its way, and what it goes by. */
export interface Course {
  file: SpaceFile;
  work: SpaceWork;
  ledger: SpaceLedger;
  /** What it has set out to do; undefined until that is kept. */
  plan: RunPlan | undefined;
}

/** One that has set out. */
export type BegunCourse = Course & { plan: RunPlan };

export function isBegun(course: Course): course is BegunCourse {
  return course.plan !== undefined;
}

/** What a plan shows of itself. */
export function shownPlan({ counts, actions, hash, held }: RunPlan): Outcome {
  return { counts, actions, ...(hash === undefined ? {} : { hash }), ...(held ? { held } : {}) };
}

/** It has not come to its end, and goes on where it was. */
export function goesOn({ plan }: Course): Outcome {
  return { ...(plan ? shownPlan(plan) : {}), status: "running" };
}

/** What is known of the steps of a plan, beside what the ledger knows. */
export interface Known {
  /** Those that were still to be made when it was looked at last; all of them unless given. */
  due?: readonly Step[];
  /** How those ended that were tried just now. */
  ends?: StepEnds["ends"];
}

/**
 * What has come of a plan.
 * @param rest  what else there is to say
 */
export function outcomeOf(
  { plan, ledger, work }: BegunCourse,
  { due = plan.phases.flat(), ends = new Map() }: Known,
  rest: Outcome,
): Outcome {
  const facts = ledger.factsOf(work.job.runId);
  const actions = rowsWithOutcome(plan, { facts, ends, due });
  work.progress.begin(plan.phases.flat().length, countDone(actions));
  const { held: _approved, ...approved } = shownPlan({ ...plan, actions });
  return { ...approved, ...rest };
}
