import type { People } from "./people.ts";
import type { RequestKind, Trouble } from "./schedule.ts";
import type { ServiceName } from "./services.ts";

/** What happened in one schedule, in its order: all that is needed to judge it, and nothing that the product thinks of it. */
export type History = HistoryItem[];

export type HistoryItem =
  /** An event was made or changed; it is gone when there is no state. */
  | { kind: "calendar"; event: string; state?: EventState }
  | {
      kind: "pass begins";
      at: Date;
      /** What each event's mark says, as far as there is one. */
      marks: ReadonlyMap<string, Announcement>;
      /** Message-IDs of the mails that are found where their sender can look for them. */
      copies: ReadonlySet<string>;
    }
  /** Something went wrong with a request. */
  | { kind: "trouble"; service: ServiceName; request: RequestKind; what: Trouble["kind"] }
  /** A server has taken a mail. */
  | Mail
  | { kind: "pass ends"; at: Date; outcomes: PassOutcome[] };

export interface EventState {
  slot: Slot;
  /** The names of those invited who have a role. */
  people: People;
  isCancelled: boolean;
}

export interface Slot {
  start: Date;
  end: Date;
}

/** A time and people, as a mail, a mark or a report names them. */
export interface Announcement {
  slot: Slot;
  people: People;
}

export interface Mail extends Announcement {
  kind: "mail";
  event: string;
  messageId: string;
}

export type PassOutcome =
  /** Abandoned in its middle: it reports to nobody. */
  | { kind: "cut off" }
  /** Another pass was running. */
  | { kind: "busy" }
  /** It did not come to its events. */
  | { kind: "failed"; why: string }
  | { kind: "reported"; status: string; rows: ReportedRow[]; warnings: readonly string[] };

export interface ReportedRow {
  event: string;
  action: string;
  reason: string | undefined;
  error: string | undefined;
  slot: Slot | undefined;
  /** Who comes. */
  attendees: People;
  /** Who was named in the mail. */
  announced: People;
}

/** Whether a slot reaches beyond another at either end. */
export function outgrows(slot: Slot, other: Slot): boolean {
  return slot.start < other.start || slot.end > other.end;
}

export function sameSlot(one: Slot, other: Slot): boolean {
  return +one.start === +other.start && +one.end === +other.end;
}

/** `11-03T16:00–11-03T18:00`, in UTC. */
export function slotText({ start, end }: Slot): string {
  return `${start.toISOString().slice(5, 16)}–${end.toISOString().slice(5, 16)}`;
}
