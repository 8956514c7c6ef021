import { occurrenceId, readOccurrenceId } from "./ids.ts";
import { occurrenceDates } from "./recurrence.ts";
import type { Extensions } from "./seed.ts";
import type { EventDetails, EventState, MailboxState } from "./state.ts";
import { instantOf, wallClock } from "./time-zone.ts";

/** An event as a client meets it: a single one, a series, or one occurrence of a series with an id of its own. */
export interface EventInstance {
  id: string;
  type: "singleInstance" | "seriesMaster" | "occurrence" | "exception";
  /** What is stored: the event itself, or the series of the occurrence. */
  stored: EventState;
  /** Of an occurrence: the date on which its series would have it. */
  date?: string;
  details: EventDetails;
  extensions: Extensions;
  startsAt: Date;
  endsAt: Date;
}

/** Two instants; the second one is outside. */
export interface Window {
  from: Date;
  to: Date;
}

const DAY = 24 * 60 * 60 * 1000;

export function instanceOf(event: EventState): EventInstance {
  return {
    id: event.id,
    type: event.recurrence ? "seriesMaster" : "singleInstance",
    stored: event,
    details: event,
    extensions: event.extensions,
    startsAt: instantOf(event.start),
    endsAt: instantOf(event.end),
  };
}

/** The event or occurrence with an id. */
export function findInstance(mailbox: MailboxState, id: string): EventInstance | undefined {
  const event = mailbox.events.find((candidate) => candidate.id === id);
  if (event) return instanceOf(event);
  const occurrence = readOccurrenceId(id);
  const series = mailbox.events.find((candidate) => candidate.id === occurrence?.seriesId);
  if (!occurrence || !series?.recurrence) return undefined;
  const exists = occurrenceDates(series.recurrence, occurrence.date).at(-1) === occurrence.date;
  return exists ? occurrenceOf(series, occurrence.date) : undefined;
}

/**
 * Single events, occurrences and exceptions that overlap a window: begun before its end, and ended after its start.
 * @see https://learn.microsoft.com/graph/api/calendar-list-calendarview
 */
export function instancesWithin(events: EventState[], window: Window): EventInstance[] {
  return events.flatMap((event) => expanded(event, window)).filter((instance) => overlaps(instance, window));
}

function expanded(event: EventState, { to }: Window): EventInstance[] {
  if (!event.recurrence) return [instanceOf(event)];
  // A day more than the window has, because dates are those of the event's zone. An exception may have been moved into
  // the window from anywhere, so its date is looked at whatever it is.
  const until = new Date(to.getTime() + DAY).toISOString().slice(0, 10);
  const moved = Object.keys(event.occurrences);
  const dates = new Set([...occurrenceDates(event.recurrence, until), ...moved]);
  return [...dates].sort().flatMap((date) => occurrenceOf(event, date) ?? []);
}

function overlaps({ startsAt, endsAt }: EventInstance, { from, to }: Window): boolean {
  if (startsAt >= to) return false;
  return endsAt > from || (startsAt.getTime() === endsAt.getTime() && startsAt >= from);
}

/** Undefined when it was deleted from the series. */
function occurrenceOf(series: EventState, date: string): EventInstance | undefined {
  const own = series.occurrences[date];
  if (own?.isDeleted) return undefined;
  const details = { ...series, ...timesOn(series, date), ...own?.changes };
  return {
    id: occurrenceId(series.id, date),
    type: own && Object.keys(own.changes).length > 0 ? "exception" : "occurrence",
    stored: series,
    date,
    details,
    // Nothing documented says that an occurrence shows its series' extensions, so here each has only its own.
    extensions: own?.extensions ?? {},
    startsAt: instantOf(details.start),
    endsAt: instantOf(details.end),
  };
}

/** The same times of day on another date: a session at 16:00 stays at 16:00 when the clocks change. */
function timesOn({ start, end }: EventDetails, date: string): Pick<EventDetails, "start" | "end"> {
  const length = midnight(end.dateTime) - midnight(start.dateTime);
  const endDate = new Date(midnight(date) + length).toISOString().slice(0, 10);
  return {
    start: { ...start, dateTime: date + start.dateTime.slice(10) },
    end: { ...end, dateTime: endDate + end.dateTime.slice(10) },
  };
}

function midnight(dateTime: string): number {
  return Date.parse(`${dateTime.slice(0, 10)}T00:00:00Z`);
}

/** The instant at which an occurrence would begin had it not been moved: Graph's originalStart. */
export function originalStart({ stored, date }: EventInstance): string | undefined {
  if (date === undefined) return undefined;
  const start = instantOf(timesOn(stored, date).start);
  return `${wallClock(start, "UTC")}Z`;
}
