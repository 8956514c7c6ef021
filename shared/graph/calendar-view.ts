import * as z from "zod";
import { quoted } from "../odata-literal.ts";
import type { GraphRoad } from "./graph-road.ts";

/** Fewest pages: the largest page that Outlook's collections take. */
const PAGE_SIZE = "999";

const DateTimeTimeZone = z.object({ dateTime: z.string(), timeZone: z.string() });

const CalendarEvent = z.object({
  id: z.string(),
  subject: z.string().nullish(),
  isCancelled: z.boolean().nullish(),
  isAllDay: z.boolean().nullish(),
  start: DateTimeTimeZone.nullish(),
  end: DateTimeTimeZone.nullish(),
  originalStartTimeZone: z.string().nullish(),
  attendees: z
    .array(
      z
        .object({
          type: z.string().nullish(),
          emailAddress: z.object({ name: z.string().nullish(), address: z.string().nullish() }).nullish(),
          status: z.object({ response: z.string().nullish() }).nullish(),
        })
        .nullable(),
    )
    .nullish(),
  // Missing where the service does not expand in a calendar view: "not told" is not "none".
  extensions: z.array(z.looseObject({ id: z.string().nullish() })).nullish(),
});
export type CalendarEvent = z.infer<typeof CalendarEvent>;

/**
 * Every event of one calendar that touches a window, recurring series as their occurrences, with one open extension of each.
 * Times come back in UTC, which is Graph's default.
 * @param view.from,view.to  UTC instants
 * @param view.extension  the open extension to bring along; without the filter on its id nothing is expanded
 * Permission: Calendars.Read (delegated)
 * @see https://learn.microsoft.com/graph/api/calendar-list-calendarview
 */
export function fetchCalendarView(
  graph: GraphRoad,
  view: { calendarId: string; from: Date; to: Date; extension: string },
): Promise<CalendarEvent[]> {
  return graph.list(`/me/calendars/${encodeURIComponent(view.calendarId)}/calendarView`, CalendarEvent, {
    query: {
      startDateTime: view.from.toISOString(),
      endDateTime: view.to.toISOString(),
      $select: "id,subject,isCancelled,isAllDay,start,end,originalStartTimeZone,attendees",
      $expand: `extensions($filter=id eq ${quoted(view.extension)})`,
      $orderby: "start/dateTime",
      $top: PAGE_SIZE,
    },
  });
}
