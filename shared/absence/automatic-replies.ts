import * as z from "zod";
import { instantsMeant } from "../graph/date-time.ts";

export const REPLIES_STATUSES = ["disabled", "alwaysEnabled", "scheduled"] as const;
export type RepliesStatus = (typeof REPLIES_STATUSES)[number];

export const REPLIES_AUDIENCES = ["none", "contactsOnly", "all"] as const;
/** Who outside the organization is answered. */
export type RepliesAudience = (typeof REPLIES_AUDIENCES)[number];

/** From the first instant to just before the last; never when that is not the later one. */
export interface AbsenceWindow {
  start: Date;
  end: Date;
}

/** A mailbox's automaticRepliesSetting, as far as it is used. */
export interface AutomaticReplies {
  status: RepliesStatus;
  audience: RepliesAudience;
  /** Only when scheduled. */
  window?: AbsenceWindow;
  /** HTML, for colleagues. */
  internal: string;
  /** HTML, for everybody else. */
  external: string;
}

/** What a check of one mailbox gave. `unreadable` says why, in the same words each time. */
export type RepliesReading = AutomaticReplies | { unreadable: string };

const DateTimeTimeZone = z.object({ dateTime: z.string(), timeZone: z.string() });
const text = z
  .string()
  .nullish()
  .transform((html) => html ?? "");

const Setting = z.object({
  status: z.enum(REPLIES_STATUSES),
  // Nobody who left it unsaid has kept anybody out.
  externalAudience: z
    .enum(REPLIES_AUDIENCES)
    .nullish()
    .transform((audience) => audience ?? "all"),
  internalReplyMessage: text,
  externalReplyMessage: text,
});

// Outlook keeps the last window when there is none any more, so these are looked at only when they count.
const Schedule = z.object({
  scheduledStartDateTime: DateTimeTimeZone,
  scheduledEndDateTime: DateTimeTimeZone,
});

/** “For ever” is the end of the year 9999 by some zone's clock; a later instant has no place in rows and calendars. */
const LAST_INSTANT = new Date("9999-12-31T23:59:59.999Z");

/**
 * Reads what Graph answers for a mailbox's automatic replies.
 * @returns or why they cannot be read, without the texts
 * @see https://learn.microsoft.com/graph/api/resources/automaticrepliessetting
 */
export function parseReplies(body: unknown): RepliesReading {
  const setting = Setting.safeParse(body);
  if (!setting.success) return { unreadable: mistakesOf(setting.error) };
  const { status, externalAudience, internalReplyMessage, externalReplyMessage } = setting.data;
  const replies: AutomaticReplies = {
    status,
    audience: externalAudience,
    internal: internalReplyMessage,
    external: externalReplyMessage,
  };
  if (status !== "scheduled") return replies;
  const window = windowOf(body);
  return "why" in window ? { unreadable: window.why } : { ...replies, window };
}

function windowOf(body: unknown): AbsenceWindow | { why: string } {
  const schedule = Schedule.safeParse(body);
  if (!schedule.success) return { why: mistakesOf(schedule.error) };
  const starts = instantsMeant(schedule.data.scheduledStartDateTime);
  if ("why" in starts) return { why: `The replies' start cannot be read: ${starts.why}.` };
  const ends = instantsMeant(schedule.data.scheduledEndDateTime);
  if ("why" in ends) return { why: `The replies' end cannot be read: ${ends.why}.` };
  const [start] = starts.instants;
  // 01:45 to 01:15 on the night the clocks go back ends in the second of the two hours.
  const end = ends.instants.find((instant) => instant > start) ?? ends.instants[0];
  return { start: atTheLatest(start), end: atTheLatest(end) };
}

function atTheLatest(instant: Date): Date {
  return instant > LAST_INSTANT ? LAST_INSTANT : instant;
}

/** A window as it is written down: ISO 8601, UTC. */
export function windowInIso({ start, end }: AbsenceWindow): { start: string; end: string } {
  return { start: start.toISOString(), end: end.toISOString() };
}

/** Names the fields alone: an issue's own message may quote what was sent. */
function mistakesOf(error: z.ZodError): string {
  const fields = [...new Set(error.issues.map(({ path }) => path.join(".") || "the answer"))];
  return `Microsoft Graph's answer is not understood: ${fields.join(", ")}.`;
}

/** Whether somebody is away: always, or inside the window. */
export function isAway({ status, window }: Schedulable, now: Date): boolean {
  if (status !== "scheduled") return status === "alwaysEnabled";
  return window !== undefined && window.start <= now && now < window.end;
}

type Schedulable = Pick<AutomaticReplies, "status" | "window">;
