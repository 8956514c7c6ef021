import type { Logger } from "../log.ts";
import { isApprovable } from "./held-back.ts";
import type { Run } from "./run.ts";
import { isBusy, runNow } from "./run-now.ts";
import type { HeldPlan } from "./space-documents.ts";
import type { SpaceWorld } from "./space-work.ts";
import { loadSpaces } from "./spaces.ts";
import type { RunPlan } from "./steps.ts";
import type { WorkWorld } from "./worker.ts";

/** What a link shows. */
export type ApprovalView =
  | { kind: "waiting"; space: string; held: HeldPlan; plan: RunPlan }
  /** Applied by this run, whose report is missing when it is not kept, or not yet. */
  | { kind: "applied"; space: string; runId: string; run: Run | undefined }
  /** `changed`: another plan has taken its place. `gone`: its space is not configured any more. */
  | { kind: "forged" | "expired" | "changed" | "gone" };

/** What came of an approval. */
export type ApprovalOutcome =
  /** `isOpen`: nothing was changed, and the link can be used again. */
  | { kind: "approved"; run: Run; isOpen: boolean }
  /** Not applied, since a fresh plan is another one; where that has to be approved, too, it is held. */
  | { kind: "differs"; run: Run }
  | { kind: "queued" | "busy"; space: string }
  | Exclude<ApprovalView, { kind: "waiting" }>;

type ViewWorld = Pick<SpaceWorld, "approvals" | "documents" | "history" | "clock">;

/** What a link is about; changes nothing. */
export async function viewApproval(token: string, world: ViewWorld): Promise<ApprovalView> {
  const { approvals, documents, clock } = world;
  const opened = await approvals.open(token);
  if (opened.outcome !== "valid") return { kind: opened.outcome };
  const { space, runId, hash } = opened.content;
  const held = await documents.held(space);
  if (held?.runId !== runId || held.hash !== hash) return { kind: "changed" };
  if (held.appliedBy !== undefined) {
    return { kind: "applied", space, runId: held.appliedBy, run: await runOf(space, held.appliedBy, world) };
  }
  if (!isApprovable(held, hash, clock.now())) return { kind: "expired" };
  const kept = await documents.plan(space, runId);
  return kept ? { kind: "waiting", space, held, plan: kept.plan } : { kind: "changed" };
}

async function runOf(
  space: string,
  runId: string,
  { history, documents }: ViewWorld,
): Promise<Run | undefined> {
  const ended = await history.find(space, runId);
  return ended ?? (await documents.running(space)).find((run) => run.runId === runId);
}

/** Applies the plan of a link, once, and only if a fresh plan is the same. */
export async function approve(token: string, log: Logger, world: WorkWorld): Promise<ApprovalOutcome> {
  const view = await viewApproval(token, world);
  if (view.kind !== "waiting") return view;
  const { space, held } = view;
  const spaces = (await loadSpaces(world.config)).filter((each) => each.space === space);
  if (spaces.length === 0) return { kind: "gone" };
  const request = { kind: "sync", dryRun: false, force: held.hash } as const;
  const { runs, isQueued } = await runNow(spaces, request, log, world);
  const [run] = runs;
  if (!run) return { kind: "queued", space };
  if (isBusy(run)) return { kind: "busy", space };
  if (isQueued) return { kind: "queued", space };
  const after = await viewApproval(token, world);
  if (!run.warnings.includes("plan_changed")) {
    return { kind: "approved", run, isOpen: after.kind === "waiting" };
  }
  // Another who pressed the button was quicker.
  return after.kind === "applied" ? after : { kind: "differs", run };
}
