import { uuidOf } from "../uuid.ts";
import { newId, newVersion } from "./ids.ts";
import { untouchedReplies } from "./automatic-replies.ts";
import type { AccountSeed, AttendeeSeed, CalendarSeed, ContactSeed, EventSeed, GraphSeed } from "./seed.ts";
import type {
  CalendarState,
  ContactState,
  EventDetails,
  EventState,
  GraphState,
  MailboxState,
} from "./state.ts";

/** What the emulator remembers before anybody has asked it anything. */
export function stateFrom(seed: GraphSeed, now: Date): GraphState {
  const state: GraphState = { counter: 0, mailboxes: [] };
  const { count, account = somebody } = seed.crowd ?? { count: 0 };
  const crowd = Array.from({ length: count }, (_, index) => account(index + 1));
  for (const each of [...seed.accounts, ...crowd]) state.mailboxes.push(mailboxFrom(state, each, now));
  return state;
}

function somebody(number: number): AccountSeed {
  const account = `person.${number}@crowd.example`;
  return { account, displayName: `Person ${number}`, id: uuidOf(account) };
}

export function mailboxFrom(state: GraphState, seed: AccountSeed, now: Date): MailboxState {
  const mailbox: MailboxState = {
    user: {
      // Personal accounts have 16 hexadecimal digits here, work accounts a UUID.
      id: seed.id ?? uuidOf(seed.account).replaceAll("-", "").slice(0, 16),
      userPrincipalName: seed.account,
      displayName: seed.displayName,
      givenName: seed.givenName ?? null,
      surname: seed.surname ?? null,
      mail: seed.mail === undefined ? seed.account : seed.mail,
      ...pick(seed, ["tenant", "department", "accountEnabled", "userType", "otherMails", "proxyAddresses"]),
    },
    ...pick(seed, ["unavailable"]),
    calendars: [],
    events: [],
    contacts: [],
    messages: [],
    sent: [],
  };
  for (const calendar of seed.calendars ?? [{ name: "Calendar" }]) addCalendar(state, mailbox, calendar, now);
  for (const contact of seed.contacts ?? []) mailbox.contacts.push(contactFrom(state, contact, now));
  if (seed.automaticReplies) {
    mailbox.automaticReplies = { ...untouchedReplies(now), ...seed.automaticReplies };
  }
  return mailbox;
}

/** Those of the properties that are there. */
function pick<T extends object, K extends keyof T>(from: T, names: K[]): Pick<T, K> {
  return Object.fromEntries(names.flatMap((name) => (name in from ? [[name, from[name]]] : []))) as Pick<
    T,
    K
  >;
}

export function addCalendar(
  state: GraphState,
  mailbox: MailboxState,
  seed: CalendarSeed,
  now: Date,
): CalendarState {
  const calendar: CalendarState = {
    id: newId(state, "calendar"),
    name: seed.name,
    isDefault: mailbox.calendars.length === 0,
    canEdit: seed.canEdit ?? true,
  };
  mailbox.calendars.push(calendar);
  for (const event of seed.events ?? []) mailbox.events.push(eventFrom(state, calendar.id, event, now));
  return calendar;
}

export function eventFrom(state: GraphState, calendarId: string, seed: EventSeed, now: Date): EventState {
  return {
    ...detailsOf(seed),
    ...newVersion(now),
    id: newId(state, "event"),
    calendarId,
    ...(seed.recurrence === undefined ? {} : { recurrence: seed.recurrence }),
    ...(seed.transactionId === undefined ? {} : { transactionId: seed.transactionId }),
    extensions: structuredClone(seed.extensions ?? {}),
    occurrences: {},
  };
}

export function detailsOf(seed: EventSeed): EventDetails {
  return {
    subject: seed.subject,
    body: { contentType: "text", content: seed.body ?? "" },
    start: { dateTime: seed.start, timeZone: seed.timeZone },
    end: { dateTime: seed.end, timeZone: seed.timeZone },
    isAllDay: seed.isAllDay ?? false,
    allDayAs: seed.allDayAs ?? "floating-utc",
    isCancelled: seed.isCancelled ?? false,
    attendees: (seed.attendees ?? []).map(attendeeFrom),
    location: seed.location ?? "",
    categories: seed.categories ?? [],
  };
}

function attendeeFrom({ address, name, type, response }: AttendeeSeed): Required<AttendeeSeed> {
  return { address, name: name ?? address, type: type ?? "required", response: response ?? "none" };
}

export function contactFrom(state: GraphState, seed: ContactSeed, now: Date): ContactState {
  return {
    ...newVersion(now),
    id: newId(state, "contact"),
    displayName: seed.displayName,
    givenName: seed.givenName ?? null,
    surname: seed.surname ?? null,
    jobTitle: seed.jobTitle ?? null,
    companyName: seed.companyName ?? null,
    categories: seed.categories ?? [],
    addresses: seed.addresses ?? [],
  };
}
