import type { PatternedRecurrence } from "./recurrence.ts";
import type { AutomaticReplies, Unavailable, UserState } from "./user-state.ts";

/** What a Graph emulator starts with. */
export interface GraphSeed {
  accounts: AccountSeed[];
  crowd?: Crowd;
}

/** Many accounts, made from their number. */
export interface Crowd {
  count: number;
  /** person.<number>@crowd.example unless given. */
  account?: (number: number) => AccountSeed;
}

export interface AccountSeed extends Partial<
  Pick<
    UserState,
    "id" | "tenant" | "department" | "accountEnabled" | "userType" | "otherMails" | "proxyAddresses"
  >
> {
  /** The sign-in name: userPrincipalName, and the `account` of a token. */
  account: string;
  displayName: string;
  givenName?: string;
  surname?: string;
  /** `account` unless given; null as many personal accounts have it. */
  mail?: string | null;
  /** The first one is the default calendar. */
  calendars?: CalendarSeed[];
  contacts?: ContactSeed[];
  /** Off, and never touched, unless given. */
  automaticReplies?: Partial<AutomaticReplies>;
  unavailable?: Unavailable;
}

export interface CalendarSeed {
  name: string;
  canEdit?: boolean;
  events?: EventSeed[];
}

export interface EventSeed {
  subject: string;
  /** Wall-clock time without offset, such as 2026-11-03T16:00:00; midnight for an all-day event. */
  start: string;
  /** Not part of the event; the midnight after its last day for an all-day event. */
  end: string;
  /** Windows or IANA name. */
  timeZone: string;
  isAllDay?: boolean;
  allDayAs?: AllDayAs;
  isCancelled?: boolean;
  attendees?: AttendeeSeed[];
  location?: string;
  body?: string;
  categories?: string[];
  /** `start` and `end` are then those of the first occurrence. */
  recurrence?: PatternedRecurrence;
  /** Open extensions by name. */
  extensions?: Extensions;
  /** The client's own name for the event: a second one with the same is refused. */
  transactionId?: string;
}

/**
 * How an all-day event is stated.
 *
 * "floating-utc", the default, is what Graph does: midnight to midnight in whatever zone is asked for (UTC when none
 * is), while the service goes on treating the event as the day in its own zone, in calendarView as in originalStart.
 * - "All day events always return midnight-to-midnight regardless of time zone", Microsoft's Jason Johnston in
 *   https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/8057
 * - asked with and without Prefer: https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/6459
 * - the stored instants differ from the stated ones: https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/471
 *   and https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/7803
 *
 * "converted" is what the reference page promises for every event ("adjusted to the time zone specified in that Prefer
 * header", https://learn.microsoft.com/graph/api/event-get): the event's own midnight, as the clock of the zone asked
 * for shows it. A client should survive both.
 */
export type AllDayAs = "floating-utc" | "converted";

export interface AttendeeSeed {
  address: string;
  /** The address unless given. */
  name?: string;
  type?: "required" | "optional" | "resource";
  response?: ResponseType;
}

type ResponseType = "none" | "organizer" | "tentativelyAccepted" | "accepted" | "declined" | "notResponded";

export interface ContactSeed {
  displayName: string;
  givenName?: string;
  surname?: string;
  jobTitle?: string;
  companyName?: string;
  categories?: string[];
  /** Outlook keeps three at most. */
  addresses?: string[];
}

/** The custom properties of an open extension. */
export type ExtensionProperties = Record<string, unknown>;
export type Extensions = Record<string, ExtensionProperties>;
