import type { RunError } from "../runs/run-error.ts";
import type { HeldReason } from "./held.ts";
import type { Obstacle } from "./obstacle.ts";

export type { RunError } from "../runs/run-error.ts";

/** The report of one sync of one space, or of its being taken back, as it is answered and stored. */
export interface Run {
  runId: string;
  /** What one trigger started together. */
  batch: string;
  space: string;
  status: RunStatus;
  dryRun: boolean;
  /** The run that this one takes back. */
  undoes?: string;
  startedAt: string;
  /** Missing while it is under way. */
  finishedAt?: string;
  /** Requests to the services and their logins together, repetitions included. */
  requests: number;
  /** Codes, each once: `throttled`, `plan_changed`, `mail_failed`, … */
  warnings: string[];
  counts: Counts;
  /** Whom the plan adds, removes and keeps; empty as long as there is no plan. */
  actions: ActionRow[];
  /** Of the plan: what `force` is given. */
  hash?: string;
  /** Why the plan waits for approval. */
  held?: HeldReason[];
  /** Where it is approved, as long as it can be; never kept. */
  approve?: string;
  /** Why nothing is known for sure, and so nothing was changed. */
  unknown?: Obstacle;
  error?: RunError;
  progress: ProgressState;
}

export type RunStatus = "ok" | "held" | "partial" | "failed" | "running";

/** What the plan names. */
export interface Counts {
  add: number;
  remove: number;
  keep: number;
}

export interface ProgressState {
  /** Of the directory. */
  peopleRead: number;
  /** Changes that are made, of all that are to be made. */
  done: number;
  total: number;
}

/** Of somebody the plan names: the same in a dry run and in a run where all goes as planned. */
export interface ActionRow {
  action: "add" | "remove" | "keep";
  personId?: string;
  email: string;
  name: string;
  reason: string;
  /** The first day on which they were missing, where there is a grace period, `2026-11-03`. */
  since?: string;
  /** Until when it is borne with, and why they do not belong into the space. */
  until?: string;
  absence?: string;
  /**
   * Where it went otherwise than planned: somebody else was quicker, Webex refused, its answer was lost, or it was not
   * begun any more.
   */
  outcome?: "already" | "failed" | "unknown" | "not_begun";
  error?: string;
}

/** ok: the space is as the plan says. partial: some of it is not, or not known to be. failed: nothing was changed. */
export function statusOf(run: Pick<Run, "error" | "unknown" | "held" | "actions" | "progress">): RunStatus {
  if (run.error || run.unknown) return run.progress.done > 0 ? "partial" : "failed";
  if (run.held) return "held";
  const isDone = run.actions.every(({ outcome }) => outcome === undefined || outcome === "already");
  return isDone ? "ok" : "partial";
}

/** One line for the log: what alerts look for, and no name or address of anybody. */
export function logLineOf(run: Run): string {
  const code = { ok: "ROLLCALL_SYNC_OK", held: "ROLLCALL_SYNC_HELD" }[run.status as string];
  const { add, remove, keep } = run.counts;
  const counts = `${add} to add, ${remove} to remove, ${keep} to keep; ${run.progress.done} of ${run.progress.total} changes made`;
  const trouble = run.error?.code ?? run.unknown?.code;
  const outcome = trouble ? `error ${trouble}, ${counts}` : counts;
  const what = run.undoes === undefined ? "space" : "undo in space";
  return `${code ?? "ROLLCALL_SYNC_FAILED"} ${what} ${run.space}: ${run.status}, ${outcome}, ${run.requests} requests, run ${run.runId}`;
}
