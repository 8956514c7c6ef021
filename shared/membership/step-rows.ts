import type { StepEnd } from "./apply-steps.ts";
import { type Inverse, inverseOf } from "./inverse.ts";
import type { MembershipFact } from "./membership-fact.ts";
import type { ActionRow } from "./run.ts";
import { changeBy, type RunPlan, type Step, subjectOf } from "./steps.ts";

/** What has come of a plan. */
export interface StepOutcomes {
  /** What this run has changed. */
  facts: ReadonlyMap<string, MembershipFact>;
  /** How the steps ended that were tried just now. */
  ends: ReadonlyMap<string, StepEnd>;
  /** The steps that were still to be made when it was looked at last. */
  due: readonly Step[];
}

/** The rows of a plan with what went otherwise than planned. */
export function rowsWithOutcome(plan: RunPlan, outcomes: StepOutcomes): ActionRow[] {
  const due = new Set(outcomes.due.map(subjectOf));
  return plan.actions.map((row) => {
    if (row.action === "keep") return row;
    const subject = subjectOf(row);
    if (outcomes.facts.has(subject)) return row;
    const end = outcomes.ends.get(subject);
    if (end && "error" in end) return { ...row, outcome: end.state, error: end.error };
    // Whoever is there already, or gone already, without our doing: it is as the plan wants it.
    const isSo = end ? end.state === "already" || end.state === "made" : !due.has(subject);
    return { ...row, outcome: isSo ? "already" : "not_begun" };
  });
}

/** How many of them are as the plan wants them. */
export function countDone(rows: readonly ActionRow[]): number {
  return rows.filter(
    ({ action, outcome }) => action !== "keep" && (outcome === undefined || outcome === "already"),
  ).length;
}

/** What takes back what a run has really changed. */
export function inverseOfRun(plan: RunPlan, facts: ReadonlyMap<string, MembershipFact>): Inverse {
  const changes = plan.phases.flat().flatMap((step) => {
    const fact = facts.get(subjectOf(step));
    return fact ? [changeBy(step, { personId: fact.personId, created: fact.created })] : [];
  });
  return inverseOf(plan.spaceId, changes);
}
