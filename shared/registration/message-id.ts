import { factsMessageId } from "../mail/message-id.ts";
import { type Registration, ROLES, type Roster } from "./session.ts";

/** One in the row of an event's announcements. */
interface Numbered {
  team: string;
  eventId: string;
  generation: number;
  registration: Registration;
  announced: Roster;
}

/** One that somebody asked for: the same mail however often the request arrives, whatever has changed meanwhile. */
interface Occasional {
  team: string;
  eventId: string;
  occasion: string;
}

/**
 * The Message-ID of an announcement: the same for each attempt to send it, another for each change that is announced,
 * even when a session goes back to what it was.
 * @param domain  right of the `@`; a name of ours, so that nobody else makes the same
 * @returns with angle brackets
 * @see https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
 */
export function messageIdOf(announcement: Numbered | Occasional, domain: string): string {
  const { team, eventId } = announcement;
  const facts = ["occasion" in announcement ? [announcement.occasion] : factsOf(announcement), team, eventId];
  return factsMessageId(facts, domain);
}

function factsOf({ generation, registration: { timeslot }, announced }: Numbered): unknown[] {
  const people = ROLES.map((role) => announced[role].map((person) => person.mail.toLowerCase()).sort());
  return [generation, timeslot.start.toISOString(), timeslot.end.toISOString(), ...people];
}
