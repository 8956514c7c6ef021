import { type Contact, type Invitee, type Person, type Role, ROLES, type SessionEvent } from "./session.ts";

/** How a contact's role is told: by the job title of the card, or by its categories. Compared without case and outer blanks. */
export interface RoleRules extends Record<Role, readonly string[]> {
  by: "job_title" | "category";
}

/** Somebody who is invited and has a role. */
export interface KnownPerson extends Person {
  /** Every address of the person's card, lower case: who was announced under one of them is known by any other. */
  addresses: readonly string[];
}

export type KnownRoster = Record<Role, KnownPerson[]>;

export interface Attendance {
  known: KnownRoster;
  /** Invited, but without a card or without a role: left out of the notice, and reported. */
  unknown: Person[];
}

/** The contacts by address, made once for all events of a pass. */
export type ContactBook = ReadonlyMap<string, readonly Card[]>;

interface Card {
  name: string;
  addresses: string[];
  roles: readonly Role[];
}

export function contactBook(contacts: readonly Contact[], rules: RoleRules): ContactBook {
  const words = Object.fromEntries(ROLES.map((role) => [role, new Set(rules[role].map(folded))])) as Record<
    Role,
    Set<string>
  >;
  const book = new Map<string, Card[]>();
  for (const contact of contacts) {
    const marks = (rules.by === "job_title" ? [contact.jobTitle ?? ""] : contact.categories).map(folded);
    enter(book, {
      name: contact.displayName.trim(),
      addresses: distinct(contact.addresses.map(folded)),
      roles: ROLES.filter((role) => marks.some((mark) => mark !== "" && words[role].has(mark))),
    });
  }
  return book;
}

/** Two cards of one name that share an address are one person, whose first card with a role counts. */
function enter(book: Map<string, Card[]>, card: Card): void {
  const twin = card.addresses
    .flatMap((address) => book.get(address) ?? [])
    .find((other) => folded(other.name) === folded(card.name));
  if (twin) {
    twin.addresses = distinct([...twin.addresses, ...card.addresses]);
    if (twin.roles.length === 0) twin.roles = card.roles;
  }
  for (const address of card.addresses) {
    const entries = book.get(address) ?? [];
    const entry = twin ?? card;
    if (!entries.includes(entry)) book.set(address, [...entries, entry]);
  }
}

/** Of several cards under one address, such as a family's, the first with a role. */
function cardOf(book: ContactBook, address: string): Card | undefined {
  const cards = book.get(address) ?? [];
  return cards.find((card) => card.roles.length > 0) ?? cards[0];
}

/** Who comes to an event, by role and in the order of the invitation, each person once; and who could not be placed. */
export function attendance(
  event: Pick<SessionEvent, "attendees">,
  book: ContactBook,
  rules: { skipDeclined: boolean },
): Attendance {
  const known: KnownRoster = { students: [], adults: [], mentors: [] };
  const unknown: Person[] = [];
  const named = new Set<Card | string>();
  for (const invitee of event.attendees) {
    if (!isExpected(invitee, rules.skipDeclined)) continue;
    const mail = folded(invitee.mail);
    const card = cardOf(book, mail);
    const identity = card ?? (mail || folded(invitee.name));
    if (named.has(identity)) continue;
    named.add(identity);
    const name = card?.name || invitee.name.trim() || mail;
    if (!card || card.roles.length === 0) unknown.push({ name, mail });
    else for (const role of card.roles) known[role].push({ name, mail, addresses: card.addresses });
  }
  return { known, unknown };
}

/** Rooms and equipment are invited, too; and an empty row is nobody. */
function isExpected(invitee: Invitee, skipDeclined: boolean): boolean {
  if (invitee.type === "resource") return false;
  if (skipDeclined && invitee.response === "declined") return false;
  return invitee.mail.trim() !== "" || invitee.name.trim() !== "";
}

function folded(text: string): string {
  return text.trim().normalize().toLowerCase();
}

function distinct(texts: string[]): string[] {
  return [...new Set(texts)].filter((text) => text !== "");
}
