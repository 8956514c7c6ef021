import type { RunError } from "../runs/run-error.ts";
import type { HistoryPlace } from "../runs/run-history.ts";
import type { Person, Roster } from "./session.ts";

export type { RunError } from "../runs/run-error.ts";

/** Where the reports are kept. */
export const REGISTRATION_RUNS: HistoryPlace = {
  table: "registrationruns",
  container: "registration-runs",
  folder: "",
};

/** The report of one pass of one team, as it is answered, stored and printed. */
export interface Run {
  runId: string;
  /** What one trigger started together. */
  batch: string;
  team: string;
  status: RunStatus;
  dryRun: boolean;
  startedAt: string;
  finishedAt: string;
  window?: { from: string; to: string };
  /** Requests to Microsoft Graph and its login together, repetitions included. */
  requests: number;
  /** Codes, each once: `append_failed`, `no_adult`, `mark_failed`, `throttled`, … */
  warnings: string[];
  events: EventRow[];
  error?: RunError;
}

export type RunStatus = "ok" | "partial" | "failed";

export type EventAction = "sent" | "would_send" | "skipped" | "pending" | "failed";

export interface EventRow {
  eventId: string;
  subject: string;
  /** The registered slot in UTC. */
  start?: string;
  end?: string;
  action: EventAction;
  reason?: string;
  to: string[];
  attendees: Roster;
  /** Who is named in this mail. */
  announced: Roster;
  unknownAttendees: Person[];
  /** In a dry run only. */
  mail?: { subject: string; text: string };
  error?: string;
}

/** ok: all that was due is done. partial: some of it is not, or not known to be. failed: the pass did not come to its events. */
export function statusOf(run: Pick<Run, "error" | "events">): RunStatus {
  if (run.error) return "failed";
  return run.events.some((row) => row.error !== undefined) ? "partial" : "ok";
}

/** One line for the log: what alerts look for, and no name, address or text of anybody. */
export function logLineOf(run: Run): string {
  const code = run.status === "ok" ? "ROLLCALL_PASS_OK" : "ROLLCALL_PASS_FAILED";
  const outcome = run.error ? `error ${run.error.code}` : countsOf(run.events);
  return `${code} team ${run.team}: ${run.status}, ${outcome}, ${run.requests} requests, run ${run.runId}`;
}

/** `2 sent (new), 1 skipped (cancelled)` */
export function countsOf(events: EventRow[]): string {
  const counts = new Map<string, number>();
  for (const { action, reason } of events) {
    const what = reason ? `${action} (${reason})` : action;
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, count]) => `${count} ${what}`).join(", ") || "no session in the window";
}
