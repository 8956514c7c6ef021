import pLimit, { type LimitFunction } from "p-limit";
import type { Clock } from "../clock.ts";
import { type WebexPace, webexPace } from "./pace.ts";

/** What all who use one account's token in this process share. */
export interface WebexAccount {
  limit: LimitFunction;
  pace: WebexPace;
}

/** Webex names no number. So many keep the line busy at the pace it allows, without piling up when it is slow. */
const REQUESTS_AT_ONCE = 16;

/** @returns the account behind a connection: always the same for the same name */
export function webexAccounts({ clock }: { clock: Clock }): (connection: string) => WebexAccount {
  const known = new Map<string, WebexAccount>();
  return (connection) => {
    const account = known.get(connection) ?? { limit: pLimit(REQUESTS_AT_ONCE), pace: webexPace({ clock }) };
    known.set(connection, account);
    return account;
  };
}
