import type { PatternedRecurrence } from "./recurrence.ts";
import type { AllDayAs, AttendeeSeed, Extensions } from "./seed.ts";
import type { ZonedTime } from "./time-zone.ts";
import type { AutomaticReplies, Unavailable, UserState } from "./user-state.ts";

/** All that the emulator remembers; plain JSON, so that it survives a restart. */
export interface GraphState {
  /** Of the latest item made; every id comes from it. */
  counter: number;
  /** Of every user there is. */
  mailboxes: MailboxState[];
  /** Absent in a state of before they were kept. */
  groups?: GroupState[];
}

export interface GroupState {
  id: string;
  /** Of users and of other groups. */
  members: string[];
}

export interface MailboxState {
  user: UserState;
  calendars: CalendarState[];
  events: EventState[];
  contacts: ContactState[];
  messages: MessageState[];
  /** Absent as long as nobody has touched them. */
  automaticReplies?: AutomaticReplies;
  /** Why the mailbox cannot be reached, though the directory has the user. */
  unavailable?: Unavailable;
  /** What left the mailbox, oldest first, whether a copy was kept or not. */
  sent: SentMessage[];
}

export interface CalendarState {
  id: string;
  name: string;
  isDefault: boolean;
  canEdit: boolean;
}

/** What the owner of an event can change. */
export interface EventDetails {
  subject: string;
  body: ItemBody;
  start: ZonedTime;
  end: ZonedTime;
  isAllDay: boolean;
  allDayAs: AllDayAs;
  isCancelled: boolean;
  attendees: Required<AttendeeSeed>[];
  location: string;
  categories: string[];
}

export interface ItemBody {
  contentType: "text" | "html";
  content: string;
}

export interface EventState extends EventDetails, Versioned {
  id: string;
  calendarId: string;
  recurrence?: PatternedRecurrence;
  transactionId?: string;
  extensions: Extensions;
  /** By the date on which they would have begun: the occurrences that differ from their series. */
  occurrences: Record<string, OccurrenceState>;
}

export interface OccurrenceState {
  isDeleted?: true;
  changes: Partial<EventDetails>;
  extensions: Extensions;
}

export interface ContactState extends Versioned {
  id: string;
  displayName: string;
  givenName: string | null;
  surname: string | null;
  jobTitle: string | null;
  companyName: string | null;
  categories: string[];
  addresses: string[];
}

export interface Versioned {
  /** Goes up with every change; the changeKey is made of it. */
  version: number;
  /** ISO 8601, UTC. */
  created: string;
  modified: string;
}

export interface MailAddress {
  name: string;
  address: string;
}

export interface SentMessage {
  /** ISO 8601, UTC. */
  sentAt: string;
  from: MailAddress;
  to: MailAddress[];
  cc: MailAddress[];
  bcc: MailAddress[];
  replyTo: MailAddress[];
  subject: string;
  text?: string;
  html?: string;
  /** By name in lower case: the custom ones of a JSON message, all of a MIME message. */
  headers: Record<string, string>;
  internetMessageId: string;
}

export interface MessageState extends SentMessage {
  id: string;
  /** Where it is once it is no longer on its way. */
  folder: WellKnownFolder;
  /** ISO 8601, UTC: until then it is on its way. */
  visibleFrom: string;
}

export type WellKnownFolder = "inbox" | "drafts" | "sentitems" | "deleteditems";
