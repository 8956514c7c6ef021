import type { EmulatorAnswer } from "../emulator.ts";
import type { Call, Json } from "./call.ts";
import { bodyOf, isObject } from "./call.ts";
import { calendarOf } from "./calendars.ts";
import { changedDetails, mergedDetails, newDetails, readRecurrence } from "./event-input.ts";
import { eventSortKey, renderEvent } from "./event-resource.ts";
import { expandExtensions } from "./expand.ts";
import { GraphError, itemNotFound } from "./graph-error.ts";
import { isWellFormed, newId, newVersion, touch } from "./ids.ts";
import type { EventInstance } from "./instances.ts";
import { findInstance, instanceOf } from "./instances.ts";
import { entityAnswer, listAnswer } from "./odata.ts";
import { createExtension } from "./open-extension.ts";
import { preferencesOf } from "./preferences.ts";
import type { Extensions } from "./seed.ts";
import type { GraphSettings } from "./settings.ts";
import type { EventState, GraphState, OccurrenceState } from "./state.ts";

/** "The list contains single instance meetings and series masters." @see https://learn.microsoft.com/graph/api/user-list-events */
export function listEvents(call: Call, settings: GraphSettings): EmulatorAnswer {
  const preferences = preferencesOf(call.headers);
  const { calendar } = call.parameters;
  // /me/events is the whole mailbox; /me/calendar/events and /me/calendars/{id}/events one calendar.
  const inCalendar = calendar !== undefined || /\/calendar\/events/i.test(call.path);
  const only = inCalendar ? calendarOf(call).id : undefined;
  return listAnswer(call, {
    items: call.mailbox.events
      .filter(({ calendarId }) => only === undefined || calendarId === only)
      .map(instanceOf),
    type: "event",
    render: (instance) =>
      expandExtensions(call, renderEvent(call, instance, preferences), instance, settings.extensionExpand),
    sortKey: eventSortKey,
    headers: preferences.applied,
  });
}

/** @see https://learn.microsoft.com/graph/api/event-get */
export function getEvent(call: Call): EmulatorAnswer {
  return answerEvent(call, instanceIn(call));
}

/**
 * An event of the client's own, in the calendar of the path. A transactionId that was used before is refused.
 * @see https://learn.microsoft.com/graph/api/user-post-events
 */
export function postEvent(call: Call, state: GraphState): EmulatorAnswer {
  const body = bodyOf(call);
  const { mailbox, now } = call;
  const transactionId = typeof body["transactionId"] === "string" ? body["transactionId"] : undefined;
  if (transactionId !== undefined && mailbox.events.some((event) => event.transactionId === transactionId)) {
    throw new GraphError(
      409,
      "ErrorDuplicateTransactionId",
      "Your request can't be completed. The TransactionId specified in the request has already been used to create a different event.",
    );
  }
  const recurrence = readRecurrence(body);
  const event: EventState = {
    ...newDetails(body),
    ...newVersion(now),
    id: newId(state, "event"),
    calendarId: calendarOf(call).id,
    ...(recurrence === undefined ? {} : { recurrence }),
    ...(transactionId === undefined ? {} : { transactionId }),
    extensions: extensionsIn(body),
    occurrences: {},
  };
  mailbox.events.push(event);
  return answerEvent(call, instanceOf(event), 201);
}

/** Changes an event, or makes an exception of an occurrence. @see https://learn.microsoft.com/graph/api/event-update */
export function patchEvent(call: Call): EmulatorAnswer {
  const instance = instanceIn(call);
  const changes = changedDetails(bodyOf(call));
  const merged = mergedDetails(instance.details, changes);
  if (instance.date === undefined) Object.assign(instance.stored, merged);
  else Object.assign(ownPart(instance.stored, instance.date).changes, changes);
  touch(instance.stored, call.now);
  return answerEvent(call, instanceIn(call));
}

/** Deletes an event, a series with all that belongs to it, or one occurrence. @see https://learn.microsoft.com/graph/api/event-delete */
export function deleteEvent(call: Call): EmulatorAnswer {
  const { stored, date } = instanceIn(call);
  if (date === undefined) {
    call.mailbox.events = call.mailbox.events.filter((event) => event !== stored);
  } else {
    ownPart(stored, date).isDeleted = true;
    touch(stored, call.now);
  }
  return { status: 204 };
}

/**
 * The event or occurrence that the path names.
 * @throws {GraphError} 400: no id at all; 404: nothing has this id, or not in this calendar
 */
export function instanceIn(call: Call): EventInstance {
  const { event = "", calendar } = call.parameters;
  if (!isWellFormed(event)) throw new GraphError(400, "ErrorInvalidIdMalformed", "Id is malformed.");
  const instance = findInstance(call.mailbox, event);
  if (!instance || (calendar !== undefined && calendarOf(call).id !== instance.stored.calendarId)) {
    throw itemNotFound();
  }
  return instance;
}

/** Where the extensions of an event are kept: an occurrence has its own. */
export function extensionsToChange({ stored, date }: EventInstance): Extensions {
  return date === undefined ? stored.extensions : ownPart(stored, date).extensions;
}

export function ownPart(series: EventState, date: string): OccurrenceState {
  series.occurrences[date] ??= { changes: {}, extensions: {} };
  return series.occurrences[date];
}

function answerEvent(call: Call, instance: EventInstance, status = 200): EmulatorAnswer {
  const preferences = preferencesOf(call.headers);
  const event = expandExtensions(call, renderEvent(call, instance, preferences), instance, "lists");
  return entityAnswer(call, event, { type: "event", headers: preferences.applied }, status);
}

function extensionsIn({ extensions }: Json): Extensions {
  const created: Extensions = {};
  if (!Array.isArray(extensions)) return created;
  for (const extension of extensions.filter(isObject)) createExtension(created, extension);
  return created;
}
