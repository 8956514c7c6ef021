import * as z from "zod";
import { type Registration, ROLES } from "./session.ts";

const People = z.array(z.object({ name: z.string(), mail: z.string() }));
const Instant = z.iso.datetime().transform((text) => new Date(text));

/** A registration as the ledger keeps it. */
export const RegistrationFact: z.ZodType<Registration> = z.object({
  timeslot: z.object({ start: Instant, end: Instant }),
  registered: z.object({ students: People, adults: People, mentors: People }),
});

/** Whether two registrations say the same: the time, and who comes in which role, in whatever order. */
export function sameRegistration(one: Registration, other: Registration): boolean {
  return (
    one.timeslot.start.getTime() === other.timeslot.start.getTime() &&
    one.timeslot.end.getTime() === other.timeslot.end.getTime() &&
    ROLES.every((role) => mailsOf(one, role) === mailsOf(other, role))
  );
}

function mailsOf({ registered }: Registration, role: (typeof ROLES)[number]): string {
  const mails = registered[role].map((person) => person.mail.toLowerCase());
  return JSON.stringify(mails.sort());
}
