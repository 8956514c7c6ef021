import type { EmulatorAnswer } from "../emulator.ts";
import type { Call, Json } from "./call.ts";
import { itemNotFound } from "./graph-error.ts";
import { changeKey } from "./ids.ts";
import { entityAnswer, listAnswer } from "./odata.ts";
import type { CalendarState } from "./state.ts";

/** @see https://learn.microsoft.com/graph/api/user-list-calendars */
export function listCalendars(call: Call): EmulatorAnswer {
  return listAnswer(call, {
    items: call.mailbox.calendars,
    type: "calendar",
    render: (calendar) => renderCalendar(call, calendar),
  });
}

/** @see https://learn.microsoft.com/graph/api/calendar-get */
export function getCalendar(call: Call): EmulatorAnswer {
  return entityAnswer(call, renderCalendar(call, calendarOf(call)), { type: "calendar" });
}

/**
 * The calendar that the path names, or the default one.
 * @throws {GraphError} 404: there is none
 */
export function calendarOf({ mailbox: { calendars }, parameters }: Call): CalendarState {
  const id = parameters["calendar"];
  const calendar = calendars.find((candidate) =>
    id === undefined ? candidate.isDefault : candidate.id === id,
  );
  if (!calendar) throw itemNotFound();
  return calendar;
}

/** @see https://learn.microsoft.com/graph/api/resources/calendar */
function renderCalendar({ mailbox: { user } }: Call, calendar: CalendarState): Json {
  return {
    id: calendar.id,
    name: calendar.name,
    color: "auto",
    hexColor: "",
    isDefaultCalendar: calendar.isDefault,
    changeKey: changeKey(calendar.id, { version: 1 }),
    canShare: true,
    canViewPrivateItems: true,
    canEdit: calendar.canEdit,
    allowedOnlineMeetingProviders: [],
    defaultOnlineMeetingProvider: "unknown",
    isTallyingResponses: false,
    isRemovable: !calendar.isDefault,
    owner: { name: user.displayName, address: user.mail ?? user.userPrincipalName },
  };
}
