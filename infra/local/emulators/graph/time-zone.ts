import { formatInTimeZone, fromZonedTime } from "date-fns-tz";
import { findIana } from "windows-iana";

/** A wall-clock time without offset, and the zone whose wall it hangs on: Graph's dateTimeTimeZone. */
export interface ZonedTime {
  /** Such as 2026-11-03T16:00:00. */
  dateTime: string;
  /** Windows or IANA name, as it was given. */
  timeZone: string;
}

/**
 * The IANA name of a zone that Graph would take, which is a Windows or an IANA one; undefined for any other.
 * @see https://learn.microsoft.com/graph/api/resources/datetimetimezone
 */
export function ianaName(zone: string): string | undefined {
  // Making a formatter is slow, and every event of a page asks.
  if (!names.has(zone)) names.set(zone, lookUp(zone));
  return names.get(zone);
}

const names = new Map<string, string | undefined>();

function lookUp(zone: string): string | undefined {
  const [iana] = findIana(zone);
  if (iana !== undefined) return iana;
  try {
    return new Intl.DateTimeFormat("en-US", { timeZone: zone }).resolvedOptions().timeZone;
  } catch {
    return undefined;
  }
}

/** The instant at which the clocks of the zone show the time. */
export function instantOf({ dateTime, timeZone }: ZonedTime): Date {
  return fromZonedTime(dateTime, knownZone(timeZone));
}

/** What the clocks of the zone show at an instant, such as 2026-11-03T16:00:00. */
export function wallClock(instant: Date, zone: string): string {
  return formatInTimeZone(instant, knownZone(zone), "yyyy-MM-dd'T'HH:mm:ss");
}

/** Zones are checked where they come in, so an unknown one is a mistake in a seed. */
function knownZone(zone: string): string {
  const iana = ianaName(zone);
  if (iana === undefined) throw new RangeError(`"${zone}" is neither a Windows nor an IANA time zone.`);
  return iana;
}
