import ical, {
  ICalCalendarMethod,
  ICalEventBusyStatus,
  type ICalEventData,
  ICalEventRepeatingFreq,
  ICalEventTransparency,
} from "ical-generator";
import type { MonitoredUser, SeenReplies } from "./monitored-user.ts";
import { repliesSeen, windowSeen } from "./seen.ts";

export const CALENDAR_CONTENT_TYPE = "text/calendar; charset=utf-8";

/** How often a calendar program is asked to look again, seconds. */
const REFRESH = 15 * 60;

/**
 * Who is away when, as an iCalendar feed: an event for each window that is open or to come, and one without an end, every
 * day anew, for whoever said none. The same users give the same text, to the byte, until a window closes.
 * @see https://www.rfc-editor.org/rfc/rfc5545
 */
export function awayCalendar(users: readonly MonitoredUser[], now: Date): string {
  const calendar = ical({
    name: "Who is away",
    prodId: "//Rollcall//Absence//EN",
    method: ICalCalendarMethod.PUBLISH,
    ttl: REFRESH,
  });
  for (const user of [...users].sort((one, other) => (one.id < other.id ? -1 : 1))) {
    const seen = repliesSeen(user.found);
    const times = seen && timesOf(seen, now);
    if (times) calendar.createEvent({ ...aboutOf(user, seen), ...times });
  }
  // The same line folding and escaping for all; the last line ends like every other one.
  return `${calendar.toString()}\r\n`;
}

function aboutOf({ id, email }: MonitoredUser, { status, at }: SeenReplies): Omit<ICalEventData, "start"> {
  const changed = new Date(at);
  return {
    // Of the person: a window that is edited moves the event.
    id: `${id}.away@rollcall`,
    stamp: changed,
    lastModified: changed,
    summary: `${printable(email)} is away${status === "alwaysEnabled" ? " until further notice" : ""}`,
    // It says nothing about the time of who subscribes to it.
    transparency: ICalEventTransparency.TRANSPARENT,
    busystatus: ICalEventBusyStatus.OOF,
  };
}

type EventTimes = Pick<ICalEventData, "start" | "end" | "allDay" | "repeating">;

/** Undefined when there is nothing to show. Instants are written in UTC, so daylight saving is the reader's program's business. */
function timesOf(seen: SeenReplies, now: Date): EventTimes | undefined {
  if (seen.status === "disabled") return undefined;
  if (seen.status === "alwaysEnabled") {
    const start = new Date(seen.at);
    return { start, allDay: true, repeating: { freq: ICalEventRepeatingFreq.DAILY } };
  }
  const window = windowSeen(seen);
  if (!window || window.end <= now || window.end <= window.start) return undefined;
  return window;
}

/** No program expects a control character in a line, and the format has no way to write one. */
function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029]/gu, " ");
}
