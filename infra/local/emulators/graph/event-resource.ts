import { uuidOf } from "../uuid.ts";
import type { Call, Json } from "./call.ts";
import { changeKey } from "./ids.ts";
import type { EventInstance } from "./instances.ts";
import { originalStart } from "./instances.ts";
import type { Preferences } from "./preferences.ts";
import { shownBody, preview } from "./item-body.ts";
import type { AttendeeSeed } from "./seed.ts";
import type { ZonedTime } from "./time-zone.ts";
import { instantOf, wallClock } from "./time-zone.ts";

// What Graph writes where nobody has answered yet.
const NEVER = "0001-01-01T00:00:00Z";

/** An event with all its properties, as Graph states it. @see https://learn.microsoft.com/graph/api/resources/event */
export function renderEvent(call: Call, instance: EventInstance, preferences: Preferences): Json {
  const { stored, details } = instance;
  const key = changeKey(instance.id, stored);
  return {
    "@odata.etag": `W/"${key}"`,
    id: instance.id,
    createdDateTime: withTicks(stored.created),
    lastModifiedDateTime: withTicks(stored.modified),
    changeKey: key,
    categories: details.categories,
    transactionId: stored.transactionId ?? null,
    originalStartTimeZone: details.start.timeZone,
    originalEndTimeZone: details.end.timeZone,
    iCalUId: uuidOf(instance.id).replaceAll("-", "").toUpperCase(),
    reminderMinutesBeforeStart: 15,
    isReminderOn: true,
    hasAttachments: false,
    subject: details.subject,
    importance: "normal",
    sensitivity: "normal",
    isAllDay: details.isAllDay,
    isCancelled: details.isCancelled,
    isOrganizer: true,
    responseRequested: true,
    showAs: details.isCancelled ? "free" : "busy",
    webLink: `https://outlook.live.com/owa/?itemid=${encodeURIComponent(instance.id)}&exvsurl=1&path=/calendar/item`,
    onlineMeetingUrl: null,
    isOnlineMeeting: false,
    onlineMeetingProvider: "unknown",
    onlineMeeting: null,
    allowNewTimeProposals: true,
    isDraft: false,
    hideAttendees: false,
    ...placeInSeries(instance),
    ...times(instance, preferences.timeZone),
    ...bodyProperties(call, instance, preferences),
    location: locationOf(details.location),
    locations: details.location === "" ? [] : [locationOf(details.location)],
    attendees: details.attendees.map(renderAttendee),
    organizer: organizerOf(call),
    responseStatus: { response: "organizer", time: NEVER },
  };
}

/** All-day events are sorted where they are stored, not by the midnight that is stated. */
export function eventSortKey({ startsAt, endsAt }: EventInstance, path: string): number | undefined {
  if (path === "start/dateTime") return startsAt.getTime();
  return path === "end/dateTime" ? endsAt.getTime() : undefined;
}

function placeInSeries(instance: EventInstance): Json {
  return {
    type: instance.type,
    seriesMasterId: instance.date === undefined ? null : instance.stored.id,
    recurrence: instance.date === undefined ? (instance.stored.recurrence ?? null) : null,
    originalStart: originalStart(instance),
  };
}

/** Start and end on the wall of the zone that was asked for; AllDayAs says how days are treated. */
function times({ details }: EventInstance, zone: string): Json {
  const { isAllDay, allDayAs, start, end } = details;
  const stated = (time: ZonedTime): ZonedTime => {
    const floats = isAllDay && allDayAs === "floating-utc";
    const dateTime = floats ? time.dateTime : wallClock(instantOf(time), zone);
    return { dateTime: `${dateTime}.0000000`, timeZone: zone };
  };
  return { start: stated(start), end: stated(end) };
}

/** Calendars.ReadBasic shows everything "except for properties such as body, attachments, and extensions". */
function bodyProperties(call: Call, { details }: EventInstance, { bodyType }: Preferences): Json {
  if (!call.may("Calendars.Read")) return { body: undefined, bodyPreview: undefined };
  return { body: shownBody(details.body, bodyType), bodyPreview: preview(details.body) };
}

function renderAttendee({ address, name, type, response }: Required<AttendeeSeed>): Json {
  return { type, status: { response, time: NEVER }, emailAddress: { name, address } };
}

function locationOf(displayName: string): Json {
  return { displayName, locationType: "default", uniqueId: displayName, uniqueIdType: "private" };
}

function organizerOf({ mailbox: { user } }: Call): Json {
  return { emailAddress: { name: user.displayName, address: user.mail ?? user.userPrincipalName } };
}

/** Graph counts in ten-millionths of a second. */
export function withTicks(iso: string): string {
  return iso.replace("Z", "0000Z");
}
