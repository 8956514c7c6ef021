import { formatInTimeZone } from "date-fns-tz";
import { WINDOWS_TO_IANA_MAP } from "windows-iana";

const SECOND = 1000;
const DAY = 24 * 60 * 60 * SECOND;

/** What a clock on the wall shows, without saying where it hangs: `2026-11-03T08:05:00.000`. */
export type WallClock = string;

/** A calendar day, without saying where: `2026-11-03`. */
export type Day = string;

/**
 * The IANA name of a time zone given by its IANA or its Windows name; undefined when it is neither.
 * Outlook names zones the Windows way, and UTC in a way of its own.
 */
export function ianaTimeZone(name: string): string | undefined {
  if (!resolved.has(name)) resolved.set(name, resolve(name.trim()));
  return resolved.get(name);
}

const resolved = new Map<string, string | undefined>();

// Territory 001 is the one that stands for the whole Windows zone.
const WINDOWS_ZONES = new Map(
  WINDOWS_TO_IANA_MAP.filter((entry) => entry.territory === "001").map((entry) => [
    entry.windowsName.toLowerCase(),
    entry.iana[0],
  ]),
);

function resolve(name: string): string | undefined {
  if (isIana(name)) return name;
  if (name.toLowerCase() === "tzone://microsoft/utc") return "UTC";
  return WINDOWS_ZONES.get(name.toLowerCase());
}

function isIana(name: string): boolean {
  // Intl takes bare offsets too; they know no daylight saving, so they are not what anybody means by a zone.
  if (!/^[a-z]/i.test(name)) return false;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: name }).format(0) !== "";
  } catch {
    return false;
  }
}

/** What the clocks of a zone show at an instant. */
export function wallClockAt(instant: Date, timeZone: string): WallClock {
  return wallClock(instant.getTime() + offsetAt(instant.getTime(), timeZone));
}

export function dayAt(instant: Date, timeZone: string): Day {
  return dayOf(wallClockAt(instant, timeZone));
}

/**
 * The instants at which the clocks of a zone show a given time, earliest first: two where an hour comes twice in autumn.
 * A time that the clocks jump over in spring is taken as by a clock that nobody put forward: 02:30 is half an hour after the jump.
 */
export function instantsAt(clock: WallClock, timeZone: string): [Date, ...Date[]] {
  const shown = Date.parse(`${clock}Z`);
  // No zone changes its offset twice in two days, so these two are all that may hold.
  const before = shown - offsetAt(shown - DAY, timeZone);
  const after = shown - offsetAt(shown + DAY, timeZone);
  const holds = (instant: number): boolean => instant + offsetAt(instant, timeZone) === shown;
  const [first, ...more] = [...new Set([before, after])].filter(holds).sort((a, b) => a - b);
  return first === undefined ? [new Date(before)] : [new Date(first), ...more.map((at) => new Date(at))];
}

/** The first instant of a day; 01:00 where the clocks jump at midnight. */
export function startOfDay(day: Day, timeZone: string): Date {
  return instantsAt(`${day}T00:00:00.000`, timeZone)[0];
}

/** The last second of a day, whether it has 23, 24 or 25 hours. */
export function endOfDay(day: Day, timeZone: string): Date {
  return new Date(startOfDay(dayAfter(day, 1), timeZone).getTime() - SECOND);
}

/** The day so many days later; earlier when negative. */
export function dayAfter(day: Day, days: number): Day {
  return dayOf(wallClock(Date.parse(`${day}T00:00:00Z`) + days * DAY));
}

export function dayOf(clock: WallClock): Day {
  return clock.slice(0, "2026-11-03".length);
}

/** Milliseconds to add to UTC. Asked of the formatter, since date-fns-tz's getTimezoneOffset takes an instant for a wall clock. */
function offsetAt(instant: number, timeZone: string): number {
  if (timeZone === "UTC") return 0;
  const [sign = "+", hours, minutes] = formatInTimeZone(instant, timeZone, "xxx").split(/(?<=[+-])|:/);
  return (sign === "-" ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60 * SECOND;
}

function wallClock(shown: number): WallClock {
  return new Date(shown).toISOString().slice(0, -1);
}
