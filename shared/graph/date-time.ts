import { ianaTimeZone, instantsAt, type WallClock } from "../time-zone.ts";

/**
 * A time as Microsoft Graph states it: what the clocks of a zone show.
 * @see https://learn.microsoft.com/graph/api/resources/datetimetimezone
 */
export interface DateTimeTimeZone {
  dateTime: string;
  timeZone: string;
}

/** What a stated time says; no zone when nobody knows the one it names. */
export interface StatedTime {
  clock: WallClock;
  /** An IANA name. */
  zone: string | undefined;
}

// Graph writes seven digits of a second and no offset; other roads to the same calendar write fewer, or a Z.
const DATE_TIME = /^(\d{4}-\d\d-\d\d)(?:T(\d\d:\d\d)(?::(\d\d)(?:[.](\d{1,9}))?)?)?(Z|[+-]\d\d:\d\d)?$/i;

/** Reads a stated time; undefined when it is not a date and time. An offset in it counts for more than the zone beside it. */
export function statedTime({ dateTime, timeZone }: DateTimeTimeZone): StatedTime | undefined {
  const [, date = "", minutes = "00:00", seconds = "00", fraction = "", offset] =
    DATE_TIME.exec(dateTime.trim()) ?? [];
  const clock = `${date}T${minutes}:${seconds}.${fraction.slice(0, 3).padEnd(3, "0")}`;
  const shown = new Date(`${clock}Z`);
  // The way there and back finds the 31st of November, which Date.parse lets pass.
  if (Number.isNaN(shown.getTime()) || shown.toISOString() !== `${clock}Z`) return undefined;
  if (offset === undefined) return { clock, zone: ianaTimeZone(timeZone) };
  const inUtc = new Date(`${clock}${offset.toUpperCase()}`);
  if (Number.isNaN(inUtc.getTime())) return undefined;
  return { clock: inUtc.toISOString().slice(0, -1), zone: "UTC" };
}

/** The instants that a stated time may mean, earliest first; or why there are none. */
export function instantsMeant(time: DateTimeTimeZone): { instants: [Date, ...Date[]] } | { why: string } {
  const stated = statedTime(time);
  if (!stated) return { why: `“${time.dateTime}” is not a date and time` };
  if (stated.zone === undefined) return { why: `the time zone “${time.timeZone}” is not known` };
  return { instants: instantsAt(stated.clock, stated.zone) };
}
