import type { RepliesAudience, RepliesStatus } from "./automatic-replies.ts";

/** Somebody whose automatic replies are watched, as kept in the table `monitored`. */
export interface MonitoredUser {
  /** Entra ID's object id. */
  id: string;
  /** As the mediator named them, letter for letter: by no other name does it know them when it is told. */
  email: string;
  /** New at each registration, so that the first check after it always tells. */
  registration: string;
  /** ISO 8601, UTC. */
  registeredAt: string;
  /** What the last change showed; undefined until the first check. */
  found?: Seen | undefined;
}

/** What a mailbox showed when it last changed, for GET /monitor and the calendar. */
export type Seen = SeenReplies | SeenNothing;

export interface SeenReplies {
  status: RepliesStatus;
  audience: RepliesAudience;
  /** ISO 8601, UTC. */
  window?: { start: string; end: string } | undefined;
  /** ISO 8601, UTC: the first check that showed it. */
  at: string;
}

export interface SeenNothing {
  /** Why the mailbox cannot be read, and what to do about it. */
  unreadable: string;
  /** ISO 8601, UTC: the first check that failed so. */
  at: string;
  /** What it showed before that. */
  before?: SeenReplies | undefined;
}
