import pLimit from "p-limit";
import type { Outbox, SendOutcome } from "./outbox.ts";
import type { FailedEvent, Plan, PlannedEvent } from "./plan.ts";
import type { EventRow } from "./run.ts";
import { EMPTY_ROSTER, type Registration } from "./session.ts";
import type { MailContent } from "../mail/message.ts";

/** What carrying out a plan touches. */
export interface Effects {
  outbox: Outbox;
  /** Remembers on the event what was announced. */
  mark(eventId: string, registration: Registration): Promise<void>;
  /** The mail of an announcement, addressed and numbered. */
  address(planned: PlannedEvent): MailContent;
  /** Nothing is begun any more once this aborts: the deadline has passed, or the lock is lost. */
  signal: AbortSignal;
  /** A trial is shown to somebody and forgotten: it leaves no mark. */
  forgets: boolean;
}

export interface Outcome {
  rows: EventRow[];
  warnings: string[];
}

/** As many as a mailbox takes requests at once. */
const SIDE_BY_SIDE = 4;

/** What the plan would do, with the mail it would send. */
export function previewPlan(plan: Plan): Outcome {
  const rows = plan.events.map((event): EventRow => {
    const row = rowOf(event, plan);
    if (event.state === "failed" || !event.notice) return row;
    return { ...row, action: "would_send", mail: { subject: event.notice.subject, text: event.notice.text } };
  });
  return { rows, warnings: warningsOf(plan) };
}

/**
 * Sends what the plan announces and marks the events. One event that fails stops no other.
 *
 * Sending and marking are two steps. The mark comes second: a crash between them can mail a notice twice, the other
 * order could lose it.
 */
export async function applyPlan(plan: Plan, effects: Effects): Promise<Outcome> {
  // Only sending takes its turn: a mark that has to be tried for long must keep no other notice from going out.
  const turn = pLimit(SIDE_BY_SIDE);
  const warnings = new Set(warningsOf(plan));
  const steps: Steps = {
    effects,
    send: (mail) => turn(() => send(mail, effects)),
    warn: (code) => warnings.add(code),
  };
  const rows = await Promise.all(plan.events.map((event) => applyEvent(event, plan, steps)));
  return { rows, warnings: [...warnings] };
}

interface Steps {
  effects: Effects;
  send(mail: MailContent): Promise<SendOutcome>;
  warn(code: string): void;
}

async function applyEvent(event: PlannedEvent | FailedEvent, plan: Plan, steps: Steps): Promise<EventRow> {
  const row = rowOf(event, plan);
  if (event.state === "failed" || event.decision.action === "fail") return row;
  const { decision } = event;
  if (decision.action === "skip") {
    return decision.registration ? markedRow(row, decision.registration, steps) : row;
  }
  const outcome = await steps.send(steps.effects.address(event));
  if (outcome.state !== "sent") return unsentRow(row, outcome);
  for (const code of outcome.warnings) steps.warn(code);
  return markedRow({ ...row, action: "sent" }, decision.registration, steps);
}

async function send(mail: MailContent, { outbox, signal }: Effects): Promise<SendOutcome> {
  if (signal.aborted) return { state: "refused", error: `not begun any more: ${messageOf(signal.reason)}` };
  try {
    return await outbox.send(mail);
  } catch (error) {
    // Thrown before the road was taken, such as by a password that cannot be read.
    return { state: "refused", error: messageOf(error) };
  }
}

function unsentRow(row: EventRow, outcome: Exclude<SendOutcome, { state: "sent" }>): EventRow {
  return outcome.state === "refused"
    ? { ...row, action: "failed", error: `The notice was not sent: ${outcome.error}` }
    : { ...row, action: "pending", error: `It is not known whether the notice was sent: ${outcome.error}` };
}

async function markedRow(
  row: EventRow,
  registration: Registration,
  { effects, warn }: Steps,
): Promise<EventRow> {
  if (effects.forgets) return row;
  try {
    await effects.mark(row.eventId, registration);
    return row;
  } catch (error) {
    warn("mark_failed");
    const what = row.action === "sent" ? "The notice was sent, but the event" : "The event";
    return { ...row, error: `${what} could not be marked: ${messageOf(error)}` };
  }
}

function rowOf(event: PlannedEvent | FailedEvent, plan: Plan): EventRow {
  const { id: eventId, subject } = event.event;
  const nobody = { to: [], attendees: EMPTY_ROSTER, announced: EMPTY_ROSTER, unknownAttendees: [] };
  if (event.state === "failed") return { eventId, subject, action: "failed", ...nobody, error: event.error };
  const { decision, slot } = event;
  const row: EventRow = {
    eventId,
    subject,
    start: slot.start.toISOString(),
    end: slot.end.toISOString(),
    action: decision.action === "fail" ? "failed" : "skipped",
    reason: decision.reason,
    ...nobody,
    attendees: event.attendance,
    unknownAttendees: event.unknownAttendees,
  };
  if (decision.action === "fail")
    return { ...row, error: `What was announced before could not be read: ${decision.error}` };
  if (decision.action === "skip") return row;
  return { ...row, to: plan.recipients.to, announced: decision.announced };
}

function warningsOf(plan: Plan): string[] {
  const codes = plan.events.flatMap((event) => (event.state === "planned" ? event.warnings : []));
  return [...new Set(plan.unknownResends.length > 0 ? [...codes, "resend_not_found"] : codes)];
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
