import pLimit, { type LimitFunction } from "p-limit";
import type { Clock } from "../clock.ts";
import { mailboxPace, type Pace } from "./pace.ts";

/** What all who use one mailbox in this process share. */
export interface Mailbox {
  limit: LimitFunction;
  pace: Pace;
}

/** @see https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits */
const REQUESTS_AT_ONCE = 4;

/** @returns the mailbox behind a connection: always the same for the same name */
export function mailboxes({ clock }: { clock: Clock }): (connection: string) => Mailbox {
  const known = new Map<string, Mailbox>();
  return (connection) => {
    const mailbox = known.get(connection) ?? {
      limit: pLimit(REQUESTS_AT_ONCE),
      pace: mailboxPace({ clock }),
    };
    known.set(connection, mailbox);
    return mailbox;
  };
}
