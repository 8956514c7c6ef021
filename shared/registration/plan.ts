import { attendance, contactBook } from "./attendance.ts";
import { type Decision, decide, rosterOf } from "./decide.ts";
import { composeNotice, type Notice, noticeData, type Patterns } from "./notice.ts";
import {
  type Contact,
  type MarkedEvent,
  type Person,
  ROLES,
  type Roster,
  type SessionEvent,
  type Timeslot,
} from "./session.ts";
import type { TeamFile } from "./team-file.ts";
import { registrationSlot } from "./timeslot.ts";

/** What one pass has read. */
export interface PassInput {
  events: readonly MarkedEvent[];
  contacts: readonly Contact[];
}

export interface PlanOptions {
  file: TeamFile;
  patterns: Patterns;
  /** Ids of events to announce again. */
  resend: ReadonlySet<string>;
  /** Shown to somebody else than the host: marked in the subject, and only `mail.to` gets it. */
  trial: boolean;
}

/** What a pass would do, in the order of the sessions. */
export interface Plan {
  events: (PlannedEvent | FailedEvent)[];
  recipients: { to: string[]; cc: string[] };
  /** Asked to be announced again, but not among the sessions of this window. */
  unknownResends: string[];
}

export interface PlannedEvent {
  state: "planned";
  event: SessionEvent;
  slot: Timeslot;
  decision: Decision;
  attendance: Roster;
  unknownAttendees: Person[];
  /** When the decision is to announce. */
  notice?: Notice;
  warnings: PlanWarning[];
}

/** The event could not be judged; the others are. */
export interface FailedEvent {
  state: "failed";
  event: SessionEvent;
  error: string;
}

/** `no_adult`: a notice names nobody who is responsible. `…_not_named`: people are announced in a list that the pattern does not show. */
type PlanWarning = "no_adult" | `${keyof Roster}_not_named`;

/** Decides about every session of a window; asks nobody and changes nothing. */
export function planPass(input: PassInput, options: PlanOptions): Plan {
  const { file, resend, trial } = options;
  const sessions = input.events.filter(({ event }) => event.subject.includes(file.calendar.topic));
  const book = contactBook(input.contacts, file.roles);
  const events = sessions.map((session) => planEvent(session, book, options));
  const here = new Set(sessions.map(({ event }) => event.id));
  return {
    events: events.sort(byStart),
    recipients: { to: file.mail.to, cc: trial ? [] : file.mail.cc },
    unknownResends: [...resend].filter((id) => !here.has(id)),
  };
}

function planEvent(
  { event, mark }: MarkedEvent,
  book: ReturnType<typeof contactBook>,
  options: PlanOptions,
): PlannedEvent | FailedEvent {
  try {
    const { calendar } = options.file;
    const slot = registrationSlot(event, calendar);
    const { known, unknown } = attendance(event, book, calendar);
    const resend = options.resend.has(event.id);
    const decision = decide({ event, slot, known, mark, resend });
    const planned = {
      state: "planned",
      event,
      slot,
      decision,
      attendance: rosterOf(known),
      unknownAttendees: unknown,
    } as const;
    if (decision.action !== "announce") return { ...planned, warnings: [] };
    const notice = noticeOf(event.id, slot, decision, options);
    return { ...planned, notice, warnings: warningsOf(decision.announced, options.patterns) };
  } catch (error) {
    return { state: "failed", event, error: error instanceof Error ? error.message : String(error) };
  }
}

function noticeOf(
  eventId: string,
  slot: Timeslot,
  decision: Extract<Decision, { action: "announce" }>,
  { file, patterns, trial }: PlanOptions,
): Notice {
  const words = { timeZone: file.calendar.timeZone, locale: file.locale };
  const data = noticeData(file.displayName, eventId, slot, decision.announced, words);
  return composeNotice(patterns, data, { resent: decision.reason === "resend", trial });
}

function warningsOf(announced: Roster, patterns: Patterns): PlanWarning[] {
  const unnamed = ROLES.filter(
    (role) => announced[role].length > 0 && !patterns.text.placeholders.has(role),
  ).map((role) => `${role}_not_named` as const);
  const responsible = announced.adults.length + announced.mentors.length;
  return responsible === 0 ? ["no_adult", ...unnamed] : unnamed;
}

/**
 * By the start of the slot, the stated start (people who are announced by the day share the slot), then id, so that two
 * readings of one calendar plan alike; what could not be judged comes last.
 */
function byStart(one: PlannedEvent | FailedEvent, other: PlannedEvent | FailedEvent): number {
  const slotStart = (row: PlannedEvent | FailedEvent): number =>
    row.state === "planned" ? row.slot.start.getTime() : Number.MAX_SAFE_INTEGER;
  const key = ({ event }: PlannedEvent | FailedEvent): string => `${event.start.dateTime} ${event.id}`;
  return slotStart(one) - slotStart(other) || (key(one) < key(other) ? -1 : 1);
}
