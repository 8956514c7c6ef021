/** The plain words of the registration capability: what the client asked for, without any client in sight. */

export const ROLES = ["students", "adults", "mentors"] as const;
/** What somebody is to the team; the mark and the report use these words too. */
export type Role = (typeof ROLES)[number];

export interface Person {
  name: string;
  /** The address under which the person was invited, lower case. */
  mail: string;
}

/** People by role, each once, in the order of the invitation. */
export type Roster = Record<Role, Person[]>;

/** Two instants. `end` is inclusive to the second, as the premises' guard reads it. */
export interface Timeslot {
  start: Date;
  end: Date;
}

/** What was last announced for an event. */
export interface Registration {
  timeslot: Timeslot;
  registered: Roster;
}

/**
 * What the mark on an event says. "Could not be read" is a value of its own: it is never taken for "not announced".
 * `isMalformed`: it was read, but says nothing intelligible, so that asking again would not help.
 * `generation`: how many announcements there had been; only our own marks say it.
 * `exists` tells whether the open extension is there at all, so that a later write knows PATCH from POST.
 */
export type MarkReading =
  | { state: "registered"; registration: Registration; generation?: number }
  | { state: "unregistered"; exists: boolean }
  | { state: "unread"; error: string; isMalformed?: true };

/** One event of the calendar view, as far as the rules look at it. */
export interface SessionEvent {
  id: string;
  subject: string;
  isCancelled: boolean;
  isAllDay: boolean;
  start: ZonedDateTime;
  end: ZonedDateTime;
  /** The zone the event was made in, when the service says (IANA or Windows name). */
  originalStartTimeZone?: string;
  attendees: Invitee[];
}

/** A session, and what is remembered of it. */
export interface MarkedEvent {
  event: SessionEvent;
  mark: MarkReading;
}

/** Microsoft Graph's dateTimeTimeZone: a wall-clock time without offset, and the zone it is in (IANA or Windows name). */
export interface ZonedDateTime {
  dateTime: string;
  timeZone: string;
}

export interface Invitee {
  type: "required" | "optional" | "resource";
  name: string;
  mail: string;
  response: "none" | "organizer" | "tentativelyAccepted" | "accepted" | "declined" | "notResponded";
}

/** A card of the account's contact list. */
export interface Contact {
  displayName: string;
  jobTitle?: string;
  categories: string[];
  /** Every address of the card, as written there. */
  addresses: string[];
}

export const EMPTY_ROSTER: Roster = { students: [], adults: [], mentors: [] };

export function rosterSize(roster: Roster): number {
  return ROLES.reduce((sum, role) => sum + roster[role].length, 0);
}
