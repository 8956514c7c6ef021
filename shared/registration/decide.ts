import type { KnownPerson, KnownRoster } from "./attendance.ts";
import {
  EMPTY_ROSTER,
  type MarkReading,
  type Person,
  type Registration,
  type Role,
  ROLES,
  type Roster,
  rosterSize,
  type SessionEvent,
  type Timeslot,
} from "./session.ts";

/** What is to be done about one event. */
export type Decision =
  | {
      action: "announce";
      reason: "new" | "moved" | "new_attendees" | "resend";
      /** Who is named in this notice. */
      announced: Roster;
      /** What the mark becomes. */
      registration: Registration;
    }
  | {
      action: "skip";
      reason: "already_registered" | "removed_attendees" | "shrunk" | "cancelled" | "no_known_attendees";
      /** What the mark becomes, without a mail; nothing is written when absent. */
      registration?: Registration;
    }
  | { action: "fail"; reason: "unread_mark"; error: string };

export interface Question {
  event: Pick<SessionEvent, "isCancelled">;
  slot: Timeslot;
  known: KnownRoster;
  mark: MarkReading;
  /** Whether somebody asked that this event be announced again. */
  resend: boolean;
}

/** Decides whether one event needs a notice, for whom, and what is to be remembered of it. */
export function decide({ event, slot, known, mark, resend }: Question): Decision {
  if (event.isCancelled) return { action: "skip", reason: "cancelled" };
  // Nobody can repair a malformed mark but by announcing the event again, which is for a person to ask.
  const isOverruled = mark.state === "unread" && mark.isMalformed && resend;
  if (mark.state === "unread" && !isOverruled) {
    return { action: "fail", reason: "unread_mark", error: mark.error };
  }

  const present = rosterOf(known);
  const last = mark.state === "registered" ? mark.registration : undefined;
  if (rosterSize(present) === 0) return nobodyLeft(last);

  const announce = (reason: "new" | "moved" | "new_attendees" | "resend", announced: Roster): Decision => ({
    action: "announce",
    reason,
    announced,
    registration: { timeslot: slot, registered: present },
  });
  if (resend) return announce("resend", present);
  if (!last) return announce("new", present);
  if (outgrows(slot, last.timeslot)) return announce("moved", present);

  const newcomers = without(known, last.registered);
  if (rosterSize(newcomers) > 0) return announce("new_attendees", newcomers);
  if (someoneLeft(last.registered, known)) {
    // The announced time still stands; and who comes back later is new again.
    const registration = { timeslot: last.timeslot, registered: present };
    return { action: "skip", reason: "removed_attendees", registration };
  }
  return { action: "skip", reason: outgrows(last.timeslot, slot) ? "shrunk" : "already_registered" };
}

function nobodyLeft(last: Registration | undefined): Decision {
  if (!last || rosterSize(last.registered) === 0) return { action: "skip", reason: "no_known_attendees" };
  const registration = { timeslot: last.timeslot, registered: EMPTY_ROSTER };
  return { action: "skip", reason: "removed_attendees", registration };
}

/** Whether a slot reaches beyond another at either end. */
function outgrows(slot: Timeslot, other: Timeslot): boolean {
  return slot.start < other.start || slot.end > other.end;
}

/** Who of the known was not registered in that role under any address of theirs. */
function without(known: KnownRoster, registered: Roster): Roster {
  return eachRole((role) => {
    const before = new Set(registered[role].map((person) => person.mail.toLowerCase()));
    return known[role]
      .filter((person) => !person.addresses.some((address) => before.has(address)))
      .map(plain);
  });
}

function someoneLeft(registered: Roster, known: KnownRoster): boolean {
  return ROLES.some((role) => {
    const here = new Set(known[role].flatMap((person) => person.addresses));
    return registered[role].some((person) => !here.has(person.mail.toLowerCase()));
  });
}

/** The same people without what only the comparison needs. */
export function rosterOf(known: KnownRoster): Roster {
  return eachRole((role) => known[role].map(plain));
}

function plain({ name, mail }: KnownPerson): Person {
  return { name, mail };
}

function eachRole(people: (role: Role) => Person[]): Roster {
  return { students: people("students"), adults: people("adults"), mentors: people("mentors") };
}
