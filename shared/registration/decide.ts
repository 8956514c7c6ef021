import type { KnownPerson, KnownRoster } from "./attendance.ts";
import type { Standing, Unverified } from "./standing.ts";
import {
  EMPTY_ROSTER,
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
      reason: "new" | "moved" | "new_attendees" | "resend" | "resent_unverified";
      /** Who is named in this notice. */
      announced: Roster;
      /** What is remembered of the event then. */
      registration: Registration;
    }
  | {
      action: "skip";
      reason: "already_registered" | "removed_attendees" | "shrunk" | "cancelled" | "no_known_attendees";
      /** What is remembered of the event from now on, without a mail; what was before when absent. */
      registration?: Registration;
    }
  /** A notice was begun, and it is too early to tell whether it went out. */
  | { action: "wait"; reason?: undefined; error: string }
  | { action: "fail"; reason: "unread_mark"; error: string };

export interface Question {
  event: Pick<SessionEvent, "isCancelled">;
  slot: Timeslot;
  known: KnownRoster;
  standing: Standing;
  /** Whether somebody asked that this event be announced again. */
  resend: boolean;
}

/** Decides whether one event needs a notice, for whom, and what is to be remembered of it. */
export function decide({ event, slot, known, standing, resend }: Question): Decision {
  if (event.isCancelled) return { action: "skip", reason: "cancelled" };
  if (resend && mayBeOverruled(standing)) {
    const present = rosterOf(known);
    if (rosterSize(present) === 0) return nobodyLeft(lastOf(standing));
    const registration = { timeslot: slot, registered: present };
    return { action: "announce", reason: "resend", announced: present, registration };
  }
  if (standing.state === "unread") return { action: "fail", reason: "unread_mark", error: standing.error };
  if (standing.state === "pending") return { action: "wait", error: standing.error };
  return standing.state === "known"
    ? decideSince(standing.last, slot, known)
    : decideUnverified(standing, slot, known);
}

/**
 * The notices that were begun may have gone out or not, and what the host needs to know has to be right in any case. A
 * possible duplicate is better than a missing notice.
 */
function decideUnverified(
  { known: { last }, possible }: Unverified,
  slot: Timeslot,
  known: KnownRoster,
): Decision {
  const ifLost = decideSince(last, slot, known);
  const decisions = [ifLost, ...possible.map(({ fact }) => decideSince(fact, slot, known))];
  const [announce, ...others] = decisions.filter((decision) => decision.action === "announce");
  if (!announce) return ifLost;
  const announced = others.length > 0 ? rosterOf(known) : announce.announced;
  return { ...announce, reason: "resent_unverified", announced };
}

function lastOf(standing: Standing): Registration | undefined {
  if (standing.state === "unverified") return standing.known.last;
  return standing.state === "known" ? standing.last : undefined;
}

/** Nobody can repair what says nothing intelligible but by announcing the event again, which is for a person to ask. */
function mayBeOverruled(standing: Standing): boolean {
  return standing.state !== "unread" || standing.isMalformed;
}

/** @param last  what was announced last */
function decideSince(last: Registration | undefined, slot: Timeslot, known: KnownRoster): Decision {
  const present = rosterOf(known);
  if (rosterSize(present) === 0) return nobodyLeft(last);

  const registration = { timeslot: slot, registered: present };
  if (!last) return { action: "announce", reason: "new", announced: present, registration };
  if (outgrows(slot, last.timeslot)) {
    return { action: "announce", reason: "moved", announced: present, registration };
  }
  const newcomers = without(known, last.registered);
  if (rosterSize(newcomers) > 0) {
    return { action: "announce", reason: "new_attendees", announced: newcomers, registration };
  }
  if (someoneLeft(last.registered, known)) {
    // The announced time still stands; and who comes back later is new again.
    const remaining = { timeslot: last.timeslot, registered: present };
    return { action: "skip", reason: "removed_attendees", registration: remaining };
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
