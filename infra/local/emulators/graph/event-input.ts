import { z } from "zod";
import type { Json } from "./call.ts";
import { GraphError } from "./graph-error.ts";
import { requireTimeZone } from "./preferences.ts";
import type { PatternedRecurrence } from "./recurrence.ts";
import { DAYS_OF_WEEK } from "./recurrence.ts";
import type { EventDetails } from "./state.ts";
import { instantOf } from "./time-zone.ts";

const Time = z
  .object({ dateTime: z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}/), timeZone: z.string() })
  .transform(({ dateTime, timeZone }) => ({ dateTime: dateTime.slice(0, 19), timeZone }));

const Body = z
  .object({
    contentType: z
      .string()
      .toLowerCase()
      .pipe(z.enum(["text", "html"])),
    content: z.string(),
  })
  .partial()
  .transform(({ contentType = "html", content = "" }) => ({ contentType, content }));

const Attendee = z
  .object({
    emailAddress: z.object({ address: z.string(), name: z.string().nullish() }),
    type: z.enum(["required", "optional", "resource"]).default("required"),
  })
  .transform(({ emailAddress: { address, name }, type }) => ({
    address,
    name: name ?? address,
    type,
    response: "none" as const,
  }));

/** What a client may say of an event. Properties beyond these are read over, as Graph does with many. */
const Event = z
  .object({
    subject: z.string(),
    body: Body,
    start: Time,
    end: Time,
    isAllDay: z.boolean(),
    attendees: z.array(Attendee),
    location: z
      .object({ displayName: z.string().nullish() })
      .transform(({ displayName }) => displayName ?? ""),
    categories: z.array(z.string()),
  })
  .partial();

/** @see https://learn.microsoft.com/graph/api/resources/patternedrecurrence */
const Recurrence = z.object({
  pattern: z.object({
    type: z.enum([
      "daily",
      "weekly",
      "absoluteMonthly",
      "relativeMonthly",
      "absoluteYearly",
      "relativeYearly",
    ]),
    interval: z.int().min(1),
    daysOfWeek: z.array(z.enum(DAYS_OF_WEEK)).exactOptional(),
    firstDayOfWeek: z.enum(DAYS_OF_WEEK).exactOptional(),
    dayOfMonth: z.int().exactOptional(),
    month: z.int().exactOptional(),
    index: z.enum(["first", "second", "third", "fourth", "last"]).exactOptional(),
  }),
  range: z.object({
    type: z.enum(["endDate", "noEnd", "numbered"]),
    startDate: z.iso.date(),
    endDate: z.iso.date().exactOptional(),
    numberOfOccurrences: z.int().exactOptional(),
    recurrenceTimeZone: z.string().exactOptional(),
  }),
});

const DEFAULTS: Omit<EventDetails, "start" | "end"> = {
  subject: "",
  body: { contentType: "html", content: "" },
  isAllDay: false,
  allDayAs: "floating-utc",
  isCancelled: false,
  attendees: [],
  location: "",
  categories: [],
};

/** The whole event in the body of a POST. @see https://learn.microsoft.com/graph/api/user-post-events */
export function newDetails(body: Json): EventDetails {
  const { start, end, ...others } = changedDetails(body);
  if (!start || !end) throw invalid("The Start and End properties of an event are required.");
  return checked({ ...DEFAULTS, start, end, ...others });
}

/** The event after a PATCH. @see https://learn.microsoft.com/graph/api/event-update */
export function mergedDetails(details: EventDetails, changes: Partial<EventDetails>): EventDetails {
  return checked({ ...details, ...changes });
}

/** What the body of a PATCH mentions. */
export function changedDetails(body: Json): Partial<EventDetails> {
  const changes = Object.entries(parsed(Event, body)).filter(([, value]) => value !== undefined);
  return Object.fromEntries(changes);
}

/** Undefined for a single event. */
export function readRecurrence({ recurrence }: Json): PatternedRecurrence | undefined {
  return recurrence === undefined || recurrence === null ? undefined : parsed(Recurrence, recurrence);
}

function checked(details: EventDetails): EventDetails {
  const { start, end, isAllDay } = details;
  for (const [name, { dateTime, timeZone }] of [["Start", start] as const, ["End", end] as const]) {
    requireTimeZone(timeZone);
    if (isAllDay && !dateTime.endsWith("T00:00:00")) {
      throw invalid(`The Event.${name} property for an all-day event needs to be set to midnight.`);
    }
  }
  if (instantOf(end) < instantOf(start)) throw invalid("The end of the event is before its start.");
  return details;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const where = result.error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; ");
  throw new GraphError(400, "UnableToDeserializePostBody", `were unable to deserialize ${where}`);
}

function invalid(message: string): GraphError {
  return new GraphError(400, "ErrorInvalidRequest", message);
}
