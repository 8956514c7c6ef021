import { sameForm } from "./address.ts";
import type { HeldReason } from "./held.ts";
import type { AddedMember, Change, RemovedMember } from "./inverse.ts";
import type { Kept, Plan } from "./plan.ts";
import { planHash } from "./plan-hash.ts";
import type { ActionRow, Counts } from "./run.ts";
import type { UndoPlan } from "./undo.ts";

/** One change that is to be made to a space. */
export type Step = AddStep | RemoveStep;

export interface AddStep {
  change: "add";
  personId?: string | undefined;
  email: string;
  name: string;
  isModerator: boolean;
  despite?: AddedMember["despite"];
}

export interface RemoveStep extends Omit<RemovedMember, "orgId"> {
  change: "remove";
  membershipId: string;
  orgId?: string | undefined;
}

/** What a run sets out to do, as it is kept beside its report: who goes on with it does nothing else. */
export interface RunPlan {
  spaceId: string;
  hash?: string;
  held?: HeldReason[];
  counts: Counts;
  actions: ActionRow[];
  /** One after the other; within one in any order. */
  phases: Step[][];
}

/** Whom a step is about, in the ledger: by id, or by the address where that is all that is known. */
export function subjectOf({ personId, email }: Pick<Step, "personId" | "email">): string {
  return personId ?? sameForm(email);
}

/**
 * How a plan is carried out.
 * @param mostMembers  how many the service lets into a space
 */
export function stepsOfPlan(plan: Plan, mostMembers: number): RunPlan {
  const { spaceId, additions, removals, kept, held, present } = plan;
  const removing = removals.map((removal): RemoveStep => {
    const { since: _since, ...member } = removal;
    return { change: "remove", ...member };
  });
  const adding = additions.map(({ personId, email, name }): AddStep => ({
    change: "add",
    personId,
    email,
    name,
    isModerator: false,
  }));
  return {
    spaceId,
    hash: planHash(plan),
    ...(held ? { held: held.reasons } : {}),
    counts: { add: additions.length, remove: removals.length, keep: kept.length },
    actions: [
      ...additions.map((each) => rowOf("add", each)),
      ...removals.map((each) => rowOf("remove", each, each.since ? { since: each.since } : {})),
      ...kept.map((each) => rowOf("keep", each, missingOf(each))),
    ],
    phases: phasesOf(adding, removing, mostMembers - present),
  };
}

/** The same of what takes a run back. */
export function stepsOfUndo(plan: UndoPlan, mostMembers: number): RunPlan {
  const { spaceId, additions, removals, skipped, present } = plan;
  const adding = additions.map(({ reason: _reason, ...addition }): AddStep => ({
    change: "add",
    ...addition,
  }));
  // Nobody is taken out again who was made a moderator since.
  const removing = removals.map((removal): RemoveStep => ({
    change: "remove",
    ...removal,
    isModerator: false,
  }));
  return {
    spaceId,
    counts: { add: additions.length, remove: removals.length, keep: skipped.length },
    actions: [
      ...additions.map((each) => rowOf("add", each)),
      ...removals.map((each) => rowOf("remove", each)),
      ...skipped.map((each) => rowOf("keep", each)),
    ],
    phases: phasesOf(adding, removing, mostMembers - present),
  };
}

/** Additions come before removals, but for as many as have to go first lest the space be overfull between them. */
function phasesOf(adding: Step[], removing: Step[], spare: number): Step[][] {
  const first = Math.max(0, adding.length - spare);
  return [removing.slice(0, first), adding, removing.slice(first)];
}

/** Of the steps that are due now those that were planned: whoever goes on with a run does nothing that it did not name. */
export function remainingOf(planned: RunPlan, due: RunPlan): Step[][] {
  const keyOf = (step: Step): string => `${step.change} ${subjectOf(step)}`;
  const named = new Set(planned.phases.flat().map(keyOf));
  return due.phases.map((steps) => steps.filter((step) => named.has(keyOf(step))));
}

/** What a step has changed, once it is made. */
export function changeBy(
  step: Step,
  made: Pick<AddedMember, "created"> & { personId?: string | undefined },
): Change {
  const { email, name } = step;
  const despite = step.despite === undefined ? {} : { despite: step.despite };
  if (step.change === "add") {
    const personId = step.personId ?? made.personId;
    return { kind: "added", added: { personId, email, name, created: made.created, ...despite } };
  }
  const { personId, otherEmails, orgId, isModerator, reason } = step;
  const who = { personId, email, ...(otherEmails === undefined ? {} : { otherEmails }) };
  return { kind: "removed", removed: { ...who, name, orgId, isModerator, reason, ...despite } };
}

function rowOf(
  action: ActionRow["action"],
  {
    personId,
    email,
    name,
    reason,
  }: { personId?: string | undefined; email: string; name: string; reason: string },
  more: Partial<ActionRow> = {},
): ActionRow {
  return { action, ...(personId === undefined ? {} : { personId }), email, name, reason, ...more };
}

function missingOf({ missing }: Kept): Pick<ActionRow, "since" | "until" | "absence"> {
  return missing ? { since: missing.since, until: missing.until, absence: missing.reason } : {};
}
