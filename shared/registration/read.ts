import { type CalendarEvent, fetchCalendarView } from "../graph/calendar-view.ts";
import { listCalendars } from "../graph/calendars.ts";
import { type ContactCard, listContacts } from "../graph/contacts.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import { type Account, fetchMe } from "../graph/me.ts";
import { type ExtensionReading, readOpenExtensions } from "../graph/open-extension.ts";
import { isExtension, readMark } from "./mark.ts";
import type { Contact, Invitee, MarkedEvent, MarkReading, SessionEvent } from "./session.ts";

/** Everything one pass needs to know of the account, read once. */
export interface Snapshot {
  window: Window;
  /** Only asked for when the sender must be compared with it. */
  account: Account | undefined;
  events: MarkedEvent[];
  contacts: Contact[];
}

/** UTC instants. */
export interface Window {
  from: Date;
  to: Date;
}

export interface SnapshotQuestion {
  calendar: string;
  topic: string;
  extension: string;
  window: Window;
  /** Whether the signed-in account's own addresses are needed. */
  needsAccount: boolean;
}

/** The calendar of that name is not there; lists those that are. */
export class CalendarNotFoundError extends Error {
  override readonly name = "CalendarNotFoundError";
  constructor(wanted: string, names: string[]) {
    const known = names.map((name) => `“${name}”`).join(", ") || "none at all";
    super(
      `There is no calendar named “${wanted}”. This account has ${known}. Set calendar.name to one of them, letter by letter.`,
    );
  }
}

/** Several calendars have that name: the sessions could be in any of them. */
export class CalendarAmbiguousError extends Error {
  override readonly name = "CalendarAmbiguousError";
  constructor(wanted: string) {
    super(
      `There is more than one calendar named “${wanted}”. Rename all but one in Outlook, and set calendar.name to it.`,
    );
  }
}

/**
 * Reads the calendar, its events with their marks, and the contacts: 3 requests, 4 with the account, more only for further pages.
 * @throws {CalendarNotFoundError}
 * @throws {GraphServiceError | GraphUnreachableError | GraphAnswerError}
 * Permissions: Calendars.Read, Contacts.Read, User.Read (delegated)
 */
export async function readSnapshot(graph: GraphRoad, question: SnapshotQuestion): Promise<Snapshot> {
  const [account, cards, events] = await Promise.all([
    question.needsAccount ? fetchMe(graph) : undefined,
    listContacts(graph),
    readEvents(graph, question),
  ]);
  return { window: question.window, account, contacts: cards.map(contactOf), events };
}

async function readEvents(graph: GraphRoad, question: SnapshotQuestion): Promise<MarkedEvent[]> {
  const calendars = await listCalendars(graph);
  const [calendar, ...others] = calendars.filter(({ name }) => name === question.calendar);
  if (others.length > 0) throw new CalendarAmbiguousError(question.calendar);
  if (!calendar) {
    throw new CalendarNotFoundError(
      question.calendar,
      calendars.map((candidate) => candidate.name),
    );
  }
  const events = await fetchCalendarView(graph, {
    calendarId: calendar.id,
    from: question.window.from,
    to: question.window.to,
    extension: question.extension,
  });
  // A page may bring an event once more when the calendar changes between two of them.
  const view = [...new Map(events.map((event) => [event.id, event])).values()];
  const sessions = view.filter((event) => event.subject?.includes(question.topic));
  const marks = await marksOf(graph, sessions, question.extension);
  return sessions.map((event) => ({
    event: sessionOf(event),
    mark: marks.get(event.id) ?? { state: "unread", error: "it was not read" },
  }));
}

/** The mark comes with the event; where the service did not say, it is asked for. A cancelled event's mark decides nothing. */
async function marksOf(
  graph: GraphRoad,
  events: CalendarEvent[],
  extension: string,
): Promise<Map<string, MarkReading>> {
  const untold = events.filter((event) => !event.extensions && !event.isCancelled);
  const asked: Map<string, ExtensionReading> =
    untold.length > 0
      ? await readOpenExtensions(
          graph,
          untold.map((event) => event.id),
          extension,
        )
      : new Map();
  return new Map(events.map((event) => [event.id, markOf(event, asked.get(event.id), extension)]));
}

function markOf(event: CalendarEvent, asked: ExtensionReading | undefined, name: string): MarkReading {
  if (asked?.state === "unread") return asked;
  const found =
    asked?.state === "present"
      ? asked.extension
      : event.extensions?.find((candidate) => isExtension(candidate.id ?? "", name));
  return found === undefined ? { state: "unregistered", exists: false } : readMark(found);
}

function sessionOf(event: CalendarEvent): SessionEvent {
  return {
    id: event.id,
    subject: event.subject ?? "",
    isCancelled: event.isCancelled ?? false,
    isAllDay: event.isAllDay ?? false,
    start: event.start ?? NO_TIME,
    end: event.end ?? NO_TIME,
    ...(event.originalStartTimeZone ? { originalStartTimeZone: event.originalStartTimeZone } : {}),
    attendees: (event.attendees ?? []).map((attendee) => ({
      type: oneOf(INVITEE_TYPES, attendee?.type, "required"),
      name: attendee?.emailAddress?.name ?? "",
      mail: attendee?.emailAddress?.address ?? "",
      response: oneOf(RESPONSES, attendee?.status?.response, "none"),
    })),
  };
}

/** An event without a time is told in its own row of the report. */
const NO_TIME = { dateTime: "", timeZone: "" };

const INVITEE_TYPES = ["required", "optional", "resource"] as const satisfies Invitee["type"][];
const RESPONSES = [
  "none",
  "organizer",
  "tentativelyAccepted",
  "accepted",
  "declined",
  "notResponded",
] as const satisfies Invitee["response"][];

/** Microsoft may add words to its enumerations; an unknown one must not stop the pass. */
function oneOf<T extends string>(words: readonly T[], word: string | null | undefined, otherwise: T): T {
  return words.find((known) => known === word) ?? otherwise;
}

function contactOf(card: ContactCard): Contact {
  return {
    displayName: card.displayName ?? "",
    ...(card.jobTitle ? { jobTitle: card.jobTitle } : {}),
    categories: card.categories ?? [],
    addresses: (card.emailAddresses ?? []).flatMap((entry) => (entry.address ? [entry.address] : [])),
  };
}
