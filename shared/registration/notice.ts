import { oneLine } from "../mail/one-line.ts";
import Handlebars from "handlebars";
import type { NoticeData, Pattern } from "./pattern.ts";
import type { Person, Roster, Timeslot } from "./session.ts";
import { type WallClock, wallClockAt } from "../time-zone.ts";

/** The mail that announces a session. */
export interface Notice {
  subject: string;
  text: string;
  html?: string;
}

export interface Patterns {
  text: Pattern;
  html?: Pattern | undefined;
}

export interface NoticeKind {
  /** Announced before, and again because somebody asked for it: the mail says so. */
  resent: boolean;
  /** Sent to somebody who wants to see what the host would get: the subject says so. */
  trial: boolean;
}

/** Writes one notice from its patterns. */
export function composeNotice(patterns: Patterns, data: NoticeData, { resent, trial }: NoticeKind): Notice {
  const { subject, body } = renderNotice(patterns.text, data);
  const prefix = `${trial ? "[Trial] " : ""}${resent ? "[Resent] " : ""}`;
  const html = patterns.html && renderNotice(patterns.html, data).body;
  return {
    subject: prefix + subject,
    text: resent ? `${SENT_BEFORE}\n\n${body}` : body,
    ...(html === undefined ? {} : { html: resent ? withFirstParagraph(html, SENT_BEFORE) : html }),
  };
}

const SENT_BEFORE = "This notice was sent before and is sent again on request.";

function withFirstParagraph(html: string, text: string): string {
  const opening = /<body\b[^>]*>/i.exec(html);
  const at = opening ? opening.index + opening[0].length : 0;
  return `${html.slice(0, at)}<p>${text}</p>\n${html.slice(at)}`;
}

/** Fills in one pattern. The subject is one line whatever the names are; in HTML every text is escaped, and a list has a name a line. */
export function renderNotice(pattern: Pattern, data: NoticeData): { subject: string; body: string } {
  const filling = pattern.kind === "html" ? escaped(data) : data;
  return { subject: oneLine(pattern.subject(filling)), body: pattern.body(filling) };
}

function escaped(data: NoticeData): NoticeData {
  const texts = Object.entries(data).map(([name, text]) => [
    name,
    Handlebars.escapeExpression(text).replaceAll("\n", "<br>\n"),
  ]);
  return Object.fromEntries(texts) as NoticeData;
}

export interface NoticeWords {
  /** The team's, an IANA name. */
  timeZone: string;
  /** BCP 47: decides the names of days and months, and nothing else. */
  locale: string;
}

/** What the placeholders of a pattern stand for. */
export function noticeData(
  team: string,
  eventId: string,
  slot: Timeslot,
  announced: Roster,
  { timeZone, locale }: NoticeWords,
): NoticeData {
  const start = wallClockAt(slot.start, timeZone);
  const end = wallClockAt(slot.end, timeZone);
  return {
    team: oneLine(team),
    event_id: eventId,
    date: dateText(start, locale),
    start_time: `${dateText(start, locale)} at ${timeText(start)}`,
    end_time: `${dateText(end, locale)} at ${timeText(end)}`,
    adults: listOf(announced.adults),
    students: listOf(announced.students),
    mentors: listOf(announced.mentors),
  };
}

function listOf(people: readonly Person[]): string {
  return people.map((person) => `- ${oneLine(person.name)}`).join("\n");
}

/** `Tuesday, 03. November 2026` */
function dateText(clock: WallClock, locale: string): string {
  const { weekday, month } = dayWords(clock, locale);
  const [year, , day] = clock.slice(0, 10).split("-");
  return `${weekday}, ${day}. ${month} ${year}`;
}

/** `08:05AM` */
function timeText(clock: WallClock): string {
  const [hours = "", minutes = ""] = clock.slice(11).split(":");
  const twelve = Number(hours) % 12 || 12;
  return `${String(twelve).padStart(2, "0")}:${minutes}${Number(hours) < 12 ? "AM" : "PM"}`;
}

/** Taken from a whole date, since many languages inflect the month beside its day. */
function dayWords(clock: WallClock, locale: string): { weekday: string; month: string } {
  const calendar = { calendar: "gregory", numberingSystem: "latn", timeZone: "UTC" } as const;
  const date = new Date(`${clock}Z`);
  const parts = new Intl.DateTimeFormat(locale, {
    ...calendar,
    weekday: "long",
    day: "numeric",
    month: "long",
    year: "numeric",
  }).formatToParts(date);
  const word = (type: "weekday" | "month"): string => parts.find((part) => part.type === type)?.value ?? "";
  const month = word("month");
  // Where months are numbers with a word behind, the number alone would say nothing.
  const isNumber = /^\d+$/.test(month);
  return {
    weekday: word("weekday"),
    month: isNumber ? new Intl.DateTimeFormat(locale, { ...calendar, month: "long" }).format(date) : month,
  };
}
