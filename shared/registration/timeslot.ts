import { type StatedTime, statedTime } from "../graph/date-time.ts";
import {
  type Day,
  dayAfter,
  dayAt,
  dayOf,
  endOfDay,
  ianaTimeZone,
  instantsAt,
  startOfDay,
} from "../time-zone.ts";
import type { SessionEvent, Timeslot, ZonedDateTime } from "./session.ts";

const SECOND = 1000;
const NOON = 12 * 60 * 60 * SECOND;

export interface SlotRules {
  /** The team's, an IANA name. */
  timeZone: string;
  /** Whether people are announced from the first to the last second of the days they come. */
  fullDay: boolean;
}

type EventTimes = Pick<SessionEvent, "isAllDay" | "start" | "end" | "originalStartTimeZone">;

/** The calendar gave a time that cannot be read; says which and why. */
export class EventTimeError extends Error {
  override readonly name = "EventTimeError";
}

/**
 * The time for which an event's people are announced, in UTC.
 * @throws {EventTimeError} a time or its zone cannot be read, or the event ends before it starts
 */
export function registrationSlot(event: EventTimes, rules: SlotRules): Timeslot {
  if (event.isAllDay) return allDaySlot(event, rules.timeZone);
  const slot = timedSlot(event);
  return rules.fullDay ? wholeDays(slot, rules.timeZone) : slot;
}

/** An all-day event is a row of local days, whatever zone the service states them in; its end is the midnight after. */
function allDaySlot(event: EventTimes, teamZone: string): Timeslot {
  const homes = [event.originalStartTimeZone ?? teamZone, teamZone].flatMap(
    (zone) => ianaTimeZone(zone) ?? [],
  );
  const first = dayMeant(clockOf(event.start, "start"), homes);
  const after = dayMeant(clockOf(event.end, "end"), homes);
  if (after < first) throw endsTooEarly(event);
  const last = after === first ? first : dayAfter(after, -1);
  return { start: startOfDay(first, teamZone), end: endOfDay(last, teamZone) };
}

/** Midnight names its day. Anything else is a midnight that the service converted: it is put back where it came from. */
function dayMeant(stated: StatedTime, homes: string[]): Day {
  if (stated.clock.includes("T00:00:00")) return dayOf(stated.clock);
  if (stated.zone !== undefined) {
    const [instant] = instantsAt(stated.clock, stated.zone);
    for (const home of homes) {
      const day = dayAt(instant, home);
      if (startOfDay(day, home).getTime() === instant.getTime()) return day;
    }
  }
  return dayOf(new Date(Date.parse(`${stated.clock}Z`) + NOON).toISOString());
}

function timedSlot(event: EventTimes): Timeslot {
  const [start] = instantsOf(event.start, "start");
  const ends = instantsOf(event.end, "end");
  // 01:45 to 01:15 on the night the clocks go back ends in the second of the two hours.
  const end = ends.find((instant) => instant >= start);
  if (!end) throw endsTooEarly(event);
  return { start, end };
}

/**
 * Widens a slot to the whole local days it touches. An event that ends at midnight does not touch the day that begins there:
 * announcing it would tell the host that the team comes on a day it does not.
 */
function wholeDays(slot: Timeslot, timeZone: string): Timeslot {
  const lastInstant = new Date(Math.max(slot.start.getTime(), slot.end.getTime() - SECOND));
  return {
    start: startOfDay(dayAt(slot.start, timeZone), timeZone),
    end: endOfDay(dayAt(lastInstant, timeZone), timeZone),
  };
}

type Which = "start" | "end";

function instantsOf(time: ZonedDateTime, which: Which): [Date, ...Date[]] {
  const { clock, zone } = clockOf(time, which);
  if (zone === undefined) {
    throw new EventTimeError(
      `The event's ${which} is in the time zone “${time.timeZone}”, which is not known.`,
    );
  }
  return instantsAt(clock, zone);
}

function clockOf(time: ZonedDateTime, which: Which): StatedTime {
  if (time.dateTime === "") throw new EventTimeError(`The event has no ${which}.`);
  const stated = statedTime(time);
  if (!stated) throw new EventTimeError(`The event's ${which}, “${time.dateTime}”, is not a date and time.`);
  return stated;
}

function endsTooEarly({ start, end }: EventTimes): EventTimeError {
  return new EventTimeError(
    `The event ends (${end.dateTime}, ${end.timeZone}) before it starts (${start.dateTime}, ${start.timeZone}).`,
  );
}
