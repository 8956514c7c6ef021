/** What happens to one team: its calendar, some passes, and what goes wrong in them. */
export interface Schedule {
  sender: Sender;
  /** From sending a mail to its copy in Sent Items. */
  sentItemsDelayMinutes: number;
  events: PlannedEvent[];
  passes: PlannedPass[];
}

/** Who sends, and how a mail that was begun can be found: not at all, by Mail.ReadBasic, or in the sender's sent folder. */
export type Sender = "graph" | "verified" | "smtp";

export interface PlannedEvent {
  slot: Slot;
  people: string[];
}

/** Hours after the schedule's beginning. */
export interface Slot {
  from: number;
  to: number;
}

export interface PlannedPass {
  /** Since the pass before. */
  waitMinutes: number;
  /** Before the pass begins. */
  changes: Change[];
  faults: PlannedFault[];
}

/** `lose mark` and `lose ledger` happen only when all that is known is in the other place, too. */
export type Change = CalendarChange | { kind: "lose mark"; event: number } | { kind: "lose ledger" };

/** What somebody does to the calendar; `event` counts around the events there are. */
export type CalendarChange =
  | { kind: "move"; event: number; slot: Slot }
  | { kind: "people"; event: number; people: string[] }
  | { kind: "cancel"; event: number }
  | { kind: "delete"; event: number }
  | { kind: "add"; slot: Slot; people: string[] };

export interface PlannedFault {
  /** Counted among the requests of this kind; of all when "any". */
  on: Target;
  nth: number;
  what: Trouble;
}

export type Target = "any" | RequestKind;

/** What a request is for. */
export type RequestKind =
  | "send"
  | "mark"
  | "batch"
  | "search"
  | "read"
  | "token"
  | "lease"
  | "ledger read"
  | "ledger write"
  | "report"
  | "copy"
  | "mail session";

/**
 * What goes wrong with one request, or with all at once. "before" and "after" say whether the service acts; the run is
 * cut off when all its connections are dead from then on.
 */
export type Trouble =
  | { kind: "cut off before" }
  | { kind: "cut off after" }
  /** In real time, in which the host may come to anything: such a schedule does not replay to the letter. */
  | { kind: "cut off soon"; milliseconds: number }
  | { kind: "dropped before" }
  | { kind: "dropped after" }
  | { kind: "throttled"; seconds: number }
  | { kind: "failed before" }
  | { kind: "failed after" }
  | { kind: "timed out before" }
  | { kind: "timed out after" }
  /** The service fails from now on, to the end of the pass. */
  | { kind: "outage" }
  /** Every lease is broken, and so much time passes that the holder finds out. */
  | { kind: "lease lost" }
  /** A second host begins a pass of its own. */
  | { kind: "rival" }
  /** So it does, but the lease was broken, and its holder does not know and goes on. */
  | { kind: "taken over" }
  /** The same, and the holder goes on when the second host is through: it was frozen, as machines are at times. */
  | { kind: "frozen" }
  /** Somebody changes the calendar in the middle of the pass. */
  | { kind: "changed meanwhile"; change: Change };
