import type { EmulatorAnswer } from "../emulator.ts";
import type { Call, Json } from "./call.ts";
import { option } from "./call.ts";
import { calendarOf } from "./calendars.ts";
import { eventSortKey, renderEvent } from "./event-resource.ts";
import { expandExtensions } from "./expand.ts";
import { GraphError } from "./graph-error.ts";
import type { Window } from "./instances.ts";
import { instancesWithin } from "./instances.ts";
import { listAnswer } from "./odata.ts";
import { preferencesOf } from "./preferences.ts";
import type { GraphSettings } from "./settings.ts";

const MAX_DAYS = 1825;
const DAY = 24 * 60 * 60 * 1000;

/**
 * Every single event, occurrence and exception that overlaps the window.
 * @see https://learn.microsoft.com/graph/api/calendar-list-calendarview
 */
export function listCalendarView(call: Call, settings: GraphSettings): EmulatorAnswer {
  const calendar = calendarOf(call);
  const preferences = preferencesOf(call.headers);
  const events = call.mailbox.events.filter(({ calendarId }) => calendarId === calendar.id);
  return listAnswer(call, {
    // Who asks for no order gets the latest first, and so the end of the window on the first page:
    // https://github.com/microsoftgraph/microsoft-graph-docs/issues/6201
    items: instancesWithin(events, windowOf(call)).sort((one, other) => +other.startsAt - +one.startsAt),
    type: "event",
    render: (instance) =>
      expandExtensions(
        call,
        withoutTimestamps(call, renderEvent(call, instance, preferences)),
        instance,
        settings.extensionExpand,
      ),
    sortKey: eventSortKey,
    headers: preferences.applied,
  });
}

/** "The createdDateTime and lastModifiedDateTime properties of event do not support $select" in a calendarView. */
function withoutTimestamps(call: Call, event: Json): Json {
  if (option(call, "$select") === undefined) return event;
  return { ...event, createdDateTime: undefined, lastModifiedDateTime: undefined };
}

function windowOf(call: Call): Window {
  const from = option(call, "startDateTime");
  const to = option(call, "endDateTime");
  if (from === undefined || to === undefined) {
    throw new GraphError(
      400,
      "ErrorInvalidParameter",
      "This request requires a time window specified by the query string parameters StartDateTime and EndDateTime.",
    );
  }
  const window = { from: instantIn("startDateTime", from), to: instantIn("endDateTime", to) };
  refuseOddWindow(window);
  return window;
}

/**
 * The two refusals are Exchange's own.
 * @see https://learn.microsoft.com/exchange/client-developer/web-service-reference/responsecode
 */
function refuseOddWindow({ from, to }: Window): void {
  if (to < from) {
    throw new GraphError(
      400,
      "ErrorCalendarEndDateIsEarlierThanStartDate",
      "The calendar end date is earlier than the start date.",
    );
  }
  if (+to - +from > MAX_DAYS * DAY) {
    throw new GraphError(
      400,
      "ErrorCalendarViewRangeTooBig",
      `The requested calendar view range is more than ${MAX_DAYS} days.`,
    );
  }
}

/** "If no timezone offset is included in the value, it is interpreted as UTC"; Prefer has no part in it. */
function instantIn(name: string, value: string): Date {
  const [, date, time = "T00:00:00", offset = "Z"] =
    /^(\d{4}-\d{2}-\d{2})(T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(Z|[+-]\d{2}:\d{2})?$/i.exec(value) ?? [];
  const instant = new Date(`${date}${time}${offset}`);
  if (date === undefined || Number.isNaN(instant.getTime())) {
    // A plus sign that was not encoded arrives as a space, and ends here.
    throw new GraphError(
      400,
      "ErrorInvalidParameter",
      `The value '${value}' of parameter '${name}' is invalid.`,
    );
  }
  return instant;
}
