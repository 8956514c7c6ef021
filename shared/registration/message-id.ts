import { createHash } from "node:crypto";
import { type Registration, ROLES, type Roster } from "./session.ts";

/**
 * The Message-ID of an announcement: the same for each attempt to send it, another for each change that is announced,
 * even when a session goes back to what it was.
 * @param domain  right of the `@`; a name of ours, so that nobody else makes the same
 * @param occasion  tells two announcements of the same registration apart, such as one that was asked for again
 * @returns with angle brackets
 * @see https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
 */
export function messageIdOf(
  announcement: {
    team: string;
    eventId: string;
    generation: number;
    registration: Registration;
    announced: Roster;
    occasion?: string;
  },
  domain: string,
): string {
  const { timeslot } = announcement.registration;
  const facts = [
    announcement.team,
    announcement.eventId,
    announcement.generation,
    timeslot.start.toISOString(),
    timeslot.end.toISOString(),
    ...ROLES.map((role) => announcement.announced[role].map((person) => person.mail.toLowerCase()).sort()),
    announcement.occasion ?? "",
  ];
  return `<${createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 40)}@${domain}>`;
}
