import type { AttendeeSeed, ContactSeed } from "../../infra/local/emulators/graph/seed.ts";

/** Who is in the account's contacts, by job title; the last one has a card and no role. */
const TITLES = {
  Ada: "Team Member",
  Blaise: "Team Member",
  Carl: "Team Member",
  Grace: "Coach",
  Alan: "Mentor",
  Charles: "Clerk",
} as const;

export const NAMES = Object.keys(TITLES);

/** Those who have a role: a notice names them. */
export const KNOWN_NAMES: ReadonlySet<string> = new Set(NAMES.slice(0, -1));

export const CONTACTS: ContactSeed[] = Object.entries(TITLES).map(([displayName, jobTitle]) => ({
  displayName,
  jobTitle,
  addresses: [addressOf(displayName)],
}));

export function invited(name: string): AttendeeSeed {
  return { name, address: addressOf(name) };
}

function addressOf(name: string): string {
  return `${name.toLowerCase()}@example.org`;
}
