import { messageOf } from "../error-message.ts";
import { type Intent, intentsOf, type LedgerEntry, NOTHING_KNOWN } from "../ledger/entry.ts";
import type { Sighting } from "../mail/sighting.ts";
import { type Announcement, announcementOf, type Correction, correctionOf } from "./announcement.ts";
import { attendance, contactBook } from "./attendance.ts";
import { type Decision, decide, rosterOf } from "./decide.ts";
import { messageIdOf } from "./message-id.ts";
import { composeNotice, type Notice, noticeData, type Patterns } from "./notice.ts";
import {
  type Contact,
  type MarkedEvent,
  type Person,
  type Registration,
  ROLES,
  type Roster,
  type SessionEvent,
  type Timeslot,
} from "./session.ts";
import { type Standing, standingOf } from "./standing.ts";
import type { TeamFile } from "./team-file.ts";
import { registrationSlot } from "./timeslot.ts";

/** What one pass has read. */
export interface PassInput {
  events: readonly MarkedEvent[];
  contacts: readonly Contact[];
  /** What the ledger says, by event. */
  entries: ReadonlyMap<string, LedgerEntry<Registration> | { unreadable: string }>;
  /** What the search for notices that were begun came to, by Message-ID; empty where nobody can search. */
  sightings: ReadonlyMap<string, Sighting>;
}

export interface PlanOptions {
  now: Date;
  /** How long after a notice was begun "not found" says nothing yet, milliseconds. */
  sentItemsDelayMs: number;
  /** Right of the `@` of our Message-IDs. */
  messageIdDomain: string;
  /** Where a mail of this pass could be searched for. */
  place: string;
  /** Tells a trial, or a notice sent again on request, from the one before. */
  occasion: string;
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
  recipients: { to: string[]; cc: string[]; replyTo: string[] };
  /** Asked to be announced again, but not among the sessions of this window. */
  unknownResends: string[];
  /**
   * Whether a run before this one repeated a notice of which nothing could tell whether it had been sent; also of a
   * session that has left the calendar since. That run may not have come to its report.
   */
  hasResentUnverified: boolean;
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
  announcement?: Announcement;
  /** When it is not. */
  correction?: Correction;
  /** About the notice. */
  warnings?: PlanWarning[];
}

/** The event could not be judged; the others are. */
export interface FailedEvent {
  state: "failed";
  event: SessionEvent;
  error: string;
}

/**
 * `no_adult`: a notice names nobody who is responsible. `…_not_named`: people are announced in a list that the pattern does
 * not show.
 */
type PlanWarning = "no_adult" | `${keyof Roster}_not_named`;

/** Decides about every session of a window; asks nobody and changes nothing. */
export function planPass(input: PassInput, options: PlanOptions): Plan {
  const { file, resend, trial } = options;
  const sessions = input.events.filter(({ event }) => event.subject.includes(file.calendar.topic));
  const book = contactBook(input.contacts, file.roles);
  const events = sessions.map((session) => planEvent(session, book, input, options));
  const here = new Set(sessions.map(({ event }) => event.id));
  return {
    events: events.sort(byStart),
    recipients: { to: file.mail.to, cc: trial ? [] : file.mail.cc, replyTo: file.mail.replyTo },
    unknownResends: [...resend].filter((id) => !here.has(id)),
    hasResentUnverified: [...input.entries].some(
      ([id, entry]) => isResentUnverified(entry) && (here.has(id) || isRecent(entry, options.now)),
    ),
  };
}

type Entry = LedgerEntry<Registration>;

function isResentUnverified(entry: Entry | { unreadable: string }): entry is Entry {
  return !("unreadable" in entry) && entry.isUnverified === true;
}

/** So long a session that is over, or gone, is still told of: a daily report comes in that time. */
const TOLD_FOR_MS = 25 * 60 * 60_000;

function isRecent(entry: Entry, now: Date): boolean {
  const facts = [...intentsOf(entry).map(({ fact }) => fact), ...(entry.known ? [entry.known] : [])];
  return facts.some(({ timeslot }) => timeslot.end.getTime() > now.getTime() - TOLD_FOR_MS);
}

function planEvent(
  { event, mark }: MarkedEvent,
  book: ReturnType<typeof contactBook>,
  { entries, sightings }: PassInput,
  options: PlanOptions,
): PlannedEvent | FailedEvent {
  try {
    const { calendar } = options.file;
    const slot = registrationSlot(event, calendar);
    const { known, unknown } = attendance(event, book, calendar);
    const entry = entries.get(event.id);
    const readable = entry && !("unreadable" in entry) ? entry : undefined;
    const standing = standingOf({ entry, mark, sightings }, options);
    const asked = askedFor(event.id, standing, entry, options);
    const decision = reasoned(decide({ event, slot, known, standing, resend: asked.resend }), asked);
    const planned = {
      state: "planned",
      event,
      slot,
      decision,
      attendance: rosterOf(known),
      unknownAttendees: unknown,
    } as const;
    if (decision.action === "skip") {
      const correction = correctionOf(decision, standing, readable);
      return { ...planned, ...(correction ? { correction } : {}) };
    }
    if (decision.action !== "announce") return planned;
    return {
      ...planned,
      notice: noticeOf(event.id, slot, decision, options),
      announcement: announcementOf(decision, {
        entry: readable,
        standing,
        now: options.now,
        place: options.place,
        asked: asked.begun,
        messageIdOf: (announce, generation) => idOf(event.id, announce, generation, options),
      }),
      warnings: warningsOf(decision.announced, options.patterns),
    };
  } catch (error) {
    return { state: "failed", event, error: messageOf(error) };
  }
}

interface Asked {
  /** Somebody asked that the event be announced again, and it was not yet. */
  resend: boolean;
  /** On the same request it was begun, and nothing can tell whether that went out. */
  begun?: Intent<Registration>;
}

/** A request that comes twice, as a message of the queue may, is one request. */
function askedFor(
  eventId: string,
  standing: Standing,
  entry: ReturnType<PassInput["entries"]["get"]>,
  options: PlanOptions,
): Asked {
  if (!options.resend.has(eventId)) return { resend: false };
  const messageId = requestedId(eventId, options);
  const before = entry && !("unreadable" in entry) ? entry : NOTHING_KNOWN;
  if (standing.state === "known" && standing.reference === messageId) return { resend: false };
  const begun = intentsOf<Registration>(before).find(({ reference }) => reference === messageId);
  if (!begun) return { resend: true };
  // What was found, or surely was not sent, stands in the ledger no more.
  if (standing.state === "unverified" && standing.possible.includes(begun)) return { resend: true, begun };
  return { resend: standing.state !== "pending" };
}

function reasoned(decision: Decision, { begun }: Asked): Decision {
  const isDoubted = begun !== undefined && decision.action === "announce";
  return isDoubted ? { ...decision, reason: "resent_unverified" } : decision;
}

/** A notice sent again on request is a mail of its own for each request. */
function requestedId(eventId: string, { file, occasion, messageIdDomain }: PlanOptions): string {
  return messageIdOf({ team: file.team, eventId, occasion }, messageIdDomain);
}

function idOf(
  eventId: string,
  { reason, announced, registration }: Extract<Decision, { action: "announce" }>,
  generation: number,
  options: PlanOptions,
): string {
  // A trial is a mail of its own each time, too.
  if (options.trial || reason === "resend") return requestedId(eventId, options);
  const { file, messageIdDomain } = options;
  return messageIdOf({ team: file.team, eventId, generation, announced, registration }, messageIdDomain);
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
