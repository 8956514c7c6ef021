import type { EmulatorAnswer } from "../emulator.ts";
import type { Call } from "./call.ts";
import { contextOf, selected } from "./odata.ts";
import type { MailboxState } from "./state.ts";
import type { AutomaticReplies } from "./user-state.ts";
import type { ZonedTime } from "./time-zone.ts";

const HOUR = 60 * 60 * 1000;
const DAY = 24 * HOUR;

/** @see https://learn.microsoft.com/graph/api/user-get-mailboxsettings */
export function getMailboxSettings(call: Call): EmulatorAnswer {
  const settings = {
    archiveFolder: null,
    automaticRepliesSetting: automaticReplies(call.mailbox, call.now),
    dateFormat: "M/d/yyyy",
    delegateMeetingMessageDeliveryOptions: "sendToDelegateOnly",
    language: { locale: "en-US", displayName: "English (United States)" },
    timeFormat: "h:mm tt",
    timeZone: "UTC",
    userPurpose: "user",
    workingHours: {
      daysOfWeek: ["monday", "tuesday", "wednesday", "thursday", "friday"],
      startTime: "08:00:00.0000000",
      endTime: "17:00:00.0000000",
      timeZone: { name: "UTC" },
    },
  };
  const shown = selected(call, settings, { type: "mailboxSettings" });
  return { status: 200, body: { "@odata.context": contextOf(call), ...shown } };
}

/** @see https://learn.microsoft.com/graph/api/user-get-mailboxsettings (the second example) */
export function getAutomaticReplies(call: Call): EmulatorAnswer {
  const shown = selected(
    call,
    { ...automaticReplies(call.mailbox, call.now) },
    { type: "automaticRepliesSetting" },
  );
  return { status: 200, body: { "@odata.context": contextOf(call), ...shown } };
}

export function automaticReplies(
  { automaticReplies: own }: Pick<MailboxState, "automaticReplies">,
  now: Date,
): AutomaticReplies {
  const replies = own ?? untouchedReplies(now);
  return {
    ...replies,
    scheduledStartDateTime: stated(replies.scheduledStartDateTime),
    scheduledEndDateTime: stated(replies.scheduledEndDateTime),
  };
}

/**
 * What a mailbox says whose owner has never set anything: a window that nobody chose, from this hour to the same hour
 * tomorrow. What the service states there was found nowhere. Here it moves on with the clock, since a client must not
 * take that for a change.
 */
export function untouchedReplies(now: Date): AutomaticReplies {
  const hour = Math.floor(now.getTime() / HOUR) * HOUR;
  return {
    status: "disabled",
    externalAudience: "all",
    internalReplyMessage: "",
    externalReplyMessage: "",
    scheduledStartDateTime: utc(hour),
    scheduledEndDateTime: utc(hour + DAY),
  };
}

function utc(instant: number): ZonedTime {
  return { dateTime: new Date(instant).toISOString().slice(0, 19), timeZone: "UTC" };
}

/** Wall-clock time with seven decimals, in the zone in which it was set. */
function stated({ dateTime, timeZone }: ZonedTime): ZonedTime {
  return { dateTime: `${dateTime.replace(/(\.\d+)?Z?$/, "")}.0000000`, timeZone };
}
