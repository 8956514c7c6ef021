import { findMailbox, forgetNames } from "./accounts.ts";
import { automaticReplies } from "./automatic-replies.ts";
import { extensionsToChange, ownPart } from "./events.ts";
import { occurrenceId, touch } from "./ids.ts";
import type { EventInstance } from "./instances.ts";
import { findInstance, instanceOf } from "./instances.ts";
import type { CalendarSeed, ContactSeed, EventSeed, ExtensionProperties, Extensions } from "./seed.ts";
import { addCalendar, contactFrom, detailsOf, eventFrom } from "./seeding.ts";
import type {
  CalendarState,
  EventDetails,
  GraphState,
  MailboxState,
  SentMessage,
  WellKnownFolder,
} from "./state.ts";
import type { AutomaticReplies, Unavailable, UserState } from "./user-state.ts";

/** A mailbox as its owner sees it, past Graph: for tests and samples. Calendars are named, events have their ids. */
export interface Mailbox {
  readonly account: string;
  readonly user: Readonly<UserState>;
  /** As the owner set them; off as long as nobody has. */
  readonly automaticReplies: AutomaticReplies;
  setAutomaticReplies(changes: Partial<AutomaticReplies>): void;
  /** undefined makes it reachable again. */
  setUnavailable(why: Unavailable | undefined): void;
  changeUser(changes: Partial<Omit<UserState, "id">>): void;
  /** What left the mailbox, oldest first. */
  readonly sent: readonly SentMessage[];
  /** Single events and series. */
  readonly events: readonly OwnEvent[];
  calendarId(name: string): string;
  addCalendar(seed: CalendarSeed): string;
  /** @returns the event's id */
  addEvent(calendar: string, seed: EventSeed): string;
  /** Changes an event, a series, or one occurrence (which becomes an exception). */
  changeEvent(id: string, changes: EventChanges): void;
  deleteEvent(id: string): void;
  /** @param date  on which the occurrence begins, such as 2026-11-03 */
  occurrenceId(seriesId: string, date: string): string;
  /** The open extensions of an event or occurrence, by name. */
  extensions(eventId: string): Extensions;
  setExtension(eventId: string, name: string, properties: ExtensionProperties): void;
  removeExtension(eventId: string, name: string): void;
  addContact(seed: ContactSeed): string;
  deleteContact(id: string): void;
  /** Forgets all mail, sent or kept. */
  forgetMail(): void;
  /** Moves the kept copies of a sent message to another folder. @param messageId  its Message-ID */
  moveMessage(messageId: string, folder: WellKnownFolder): void;
}

export type EventChanges = Partial<Omit<EventSeed, "extensions" | "transactionId">>;

export interface OwnEvent {
  id: string;
  calendar: string;
  details: Readonly<EventDetails>;
  startsAt: Date;
  transactionId?: string;
}

/** @throws {RangeError} the emulator has no such account, calendar, event, contact or message */
export function openMailbox(state: GraphState, account: string, now: () => Date): Mailbox {
  const own = findMailbox(state, account);
  if (!own) throw new RangeError(`There is no account ${account}.`);
  return {
    account: own.user.userPrincipalName,
    user: own.user,
    get automaticReplies() {
      return automaticReplies(own, now());
    },
    setAutomaticReplies: (changes) => {
      own.automaticReplies = { ...automaticReplies(own, now()), ...changes };
    },
    setUnavailable: (why) => {
      if (why === undefined) delete own.unavailable;
      else own.unavailable = why;
    },
    changeUser: (changes) => {
      Object.assign(own.user, changes);
      forgetNames(state);
    },
    get sent() {
      return own.sent;
    },
    get events() {
      return own.events.map((event) => ownEvent(own, instanceOf(event)));
    },
    calendarId: (name) => calendarNamed(own, name).id,
    addCalendar: (seed) => addCalendar(state, own, seed, now()).id,
    addEvent: (calendar, seed) => {
      const event = eventFrom(state, calendarNamed(own, calendar).id, seed, now());
      own.events.push(event);
      return event.id;
    },
    changeEvent: (id, changes) => changeEvent(own, id, changes, now()),
    deleteEvent: (id) => {
      const { stored, date } = instance(own, id);
      if (date === undefined) own.events = own.events.filter((event) => event !== stored);
      else ownPart(stored, date).isDeleted = true;
    },
    occurrenceId: (seriesId, date) => instance(own, occurrenceId(seriesId, date)).id,
    extensions: (eventId) => structuredClone(instance(own, eventId).extensions),
    setExtension: (eventId, name, properties) => {
      const changed = instance(own, eventId);
      extensionsToChange(changed)[name] = structuredClone(properties);
      touch(changed.stored, now());
    },
    removeExtension: (eventId, name) => {
      const changed = instance(own, eventId);
      Reflect.deleteProperty(extensionsToChange(changed), name);
      touch(changed.stored, now());
    },
    addContact: (seed) => {
      const contact = contactFrom(state, seed, now());
      own.contacts.push(contact);
      return contact.id;
    },
    deleteContact: (id) => {
      own.contacts = own.contacts.filter((contact) => contact.id !== id);
    },
    forgetMail: () => {
      own.sent = [];
      own.messages = [];
    },
    moveMessage: (messageId, folder) => {
      const moved = own.messages.filter((message) => message.internetMessageId === messageId);
      if (moved.length === 0) throw new RangeError(`There is no message ${messageId}.`);
      for (const message of moved) message.folder = folder;
    },
  };
}

function changeEvent(own: MailboxState, id: string, changes: EventChanges, now: Date): void {
  const { stored, date, details } = instance(own, id);
  const { start, end } = details;
  const before = { subject: "", start: start.dateTime, end: end.dateTime, timeZone: start.timeZone };
  const after = detailsOf({ ...before, ...changes });
  const named = Object.keys(changes).map((name) => (name === "timeZone" ? "start" : name));
  if ("timeZone" in changes) named.push("end");
  const changed = Object.fromEntries(Object.entries(after).filter(([name]) => named.includes(name)));
  Object.assign(date === undefined ? stored : ownPart(stored, date).changes, changed);
  if (changes.recurrence) stored.recurrence = changes.recurrence;
  touch(stored, now);
}

function ownEvent(own: MailboxState, { stored, details, startsAt }: EventInstance): OwnEvent {
  return {
    id: stored.id,
    calendar: own.calendars.find(({ id }) => id === stored.calendarId)?.name ?? "",
    details,
    startsAt,
    ...(stored.transactionId === undefined ? {} : { transactionId: stored.transactionId }),
  };
}

function instance(own: MailboxState, id: string): EventInstance {
  const found = findInstance(own, id);
  if (!found) throw new RangeError(`There is no event ${id}.`);
  return found;
}

function calendarNamed({ calendars }: MailboxState, name: string): CalendarState {
  const calendar = calendars.find((candidate) => candidate.name === name);
  if (!calendar) throw new RangeError(`There is no calendar "${name}".`);
  return calendar;
}
