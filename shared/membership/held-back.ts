import type { HeldPlan } from "./space-documents.ts";
import type { Run } from "./run.ts";
import { SpaceRunError } from "./run-error.ts";
import type { SpaceWork } from "./space-work.ts";
import type { RunPlan } from "./steps.ts";

/** How long a held plan can be approved. */
const VALID_MS = 72 * 60 * 60 * 1000;

/**
 * Decides whether a plan may be applied now: when it is within what the space file allows, or somebody has approved it,
 * and nothing else.
 * @returns what the run says instead, when it may not
 */
export async function holdBack(plan: RunPlan, work: SpaceWork): Promise<Partial<Run> | undefined> {
  const { job, world } = work;
  const { documents, clock } = world;
  const force = job.request.kind === "sync" ? job.request.force : undefined;
  if (!plan.held && force === undefined) return undefined;
  const waiting = await documents.held(job.space);
  if (force !== undefined) {
    if (waiting && force === plan.hash && isApprovable(waiting, force, clock.now())) return undefined;
    work.warnings.add("plan_changed");
    // Approved twice, and applied meanwhile: it is as whoever approved wanted it.
    const isApplied = waiting?.hash === force && waiting.appliedBy !== undefined;
    if (isApplied && plan.phases.flat().length === 0) return {};
    if (!plan.held) throw new SpaceRunError("plan_changed", CHANGED);
  }
  return held(plan, await waitFor(plan, waiting, work), work);
}

const CHANGED =
  "The directory or the space has changed since this plan was held, or its time is over; nothing was done. What is to be done now needs no approval: run the sync without force.";

/** Whether somebody may still approve it. */
export function isApprovable(held: HeldPlan, hash: string, now: Date): boolean {
  return held.hash === hash && held.appliedBy === undefined && now < new Date(held.expiresAt);
}

/** Writes down that the plan is applied: nobody can approve it a second time. */
export async function useApproval(plan: RunPlan, { job, world }: SpaceWork): Promise<void> {
  if (job.request.kind !== "sync" || job.request.force === undefined) return;
  const waiting = await world.documents.held(job.space);
  if (!waiting || waiting.hash !== plan.hash || waiting.appliedBy !== undefined) return;
  await world.documents.saveHeld(job.space, { ...waiting, appliedBy: job.runId });
}

/** Writes down that the plan has not been applied after all, as long as no other has taken its place. */
export async function giveBackApproval({ job, world }: SpaceWork): Promise<void> {
  const waiting = await world.documents.held(job.space);
  if (waiting?.appliedBy !== job.runId) return;
  const { appliedBy: _nobody, ...held } = waiting;
  await world.documents.saveHeld(job.space, held);
}

/** Keeps the plan; one that waits already is not told of again. */
async function waitFor(plan: RunPlan, waiting: HeldPlan | undefined, work: SpaceWork): Promise<HeldPlan> {
  const { job, world } = work;
  const { documents, clock } = world;
  const { hash = "" } = plan;
  if (waiting && isApprovable(waiting, hash, clock.now())) return waiting;
  const expiresAt = new Date(clock.now().getTime() + VALID_MS).toISOString();
  const fresh = { runId: job.runId, hash, expiresAt, isTold: false };
  await documents.savePlan(job.space, job.runId, { state: "held", plan });
  await documents.saveHeld(job.space, fresh);
  return fresh;
}

async function held(plan: RunPlan, waiting: HeldPlan, work: SpaceWork): Promise<Partial<Run>> {
  const { job, world, options, warnings } = work;
  const { counts, actions, hash, held: reasons = [] } = plan;
  const approve = await world.approvals.linkFor(job.space, waiting);
  if (!waiting.isTold) {
    const notice = { space: job.space, plan, held: waiting, approve };
    const untold = await world.approvals.tell(notice, options.log);
    if (untold) warnings.add(untold);
    else await world.documents.saveHeld(job.space, { ...waiting, isTold: true });
  }
  return { counts, actions, ...(hash === undefined ? {} : { hash }), held: reasons, approve };
}
