import type { AttendeeSeed, ContactSeed, EventSeed } from "../../infra/local/emulators/graph/seed.ts";

/** Plain things for a world's mailbox: a Tuesday in New York, people of each role, sessions. */

/** Seven in the morning in New York. */
export const NOW = "2026-11-03T12:00:00Z";
export const TODAY = "Tuesday, 03. November 2026";
export const CALENDAR = "Team Calendar";

export const ADA = card("Ada Lovelace", "Team Member", "ada@example.org");
export const BLAISE = card("Blaise Pascal", "Team Member", "blaise@example.org");
export const GRACE = card("Grace Hopper", "Coach", "grace@example.org");
export const ALAN = card("Alan Turing", "Mentor", "alan@example.org");
export const CONTACTS = [ADA, BLAISE, GRACE, ALAN];

export function card(displayName: string, jobTitle: string, ...addresses: string[]): ContactSeed {
  return { displayName, jobTitle, addresses };
}

/** Invites the owner of a card, under its first address. */
export function invited(
  { displayName, addresses }: ContactSeed,
  more: Partial<AttendeeSeed> = {},
): AttendeeSeed {
  return { address: addresses?.[0] ?? "", name: displayName, ...more };
}

/** This afternoon, with a student and a coach, unless told otherwise. */
export function session(seed: Partial<EventSeed> = {}): EventSeed {
  return {
    subject: "Team Session",
    start: "2026-11-03T16:00:00",
    end: "2026-11-03T18:00:00",
    timeZone: "America/New_York",
    attendees: [invited(ADA), invited(GRACE)],
    ...seed,
  };
}

/** An hour from now on the machine's clock, for tests on that one. */
export function soon(seed: Partial<EventSeed> = {}): EventSeed {
  const inHours = (hours: number): string =>
    new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 19);
  return session({ start: inHours(1), end: inHours(2), timeZone: "UTC", ...seed });
}

/** So many sessions, one after the other from nine in the morning on, a minute each. */
export function sessions(count: number, seed: Partial<EventSeed> = {}): EventSeed[] {
  const first = Date.parse("2026-11-03T09:00:00Z");
  const at = (minutes: number): string => new Date(first + minutes * 60_000).toISOString().slice(0, 19);
  return Array.from({ length: count }, (_, index) =>
    session({ subject: `Team Session ${index + 1}`, start: at(index), end: at(index + 1), ...seed }),
  );
}

export const PATTERN = `Subject: {{team}} on {{date}}
From {{start_time}} to {{end_time}}.
Adults:
{{adults}}
Mentors:
{{mentors}}
Students:
{{students}}
`;
