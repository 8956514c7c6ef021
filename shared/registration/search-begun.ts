import { messageOf } from "../error-message.ts";
import type { Sighting } from "../mail/sighting.ts";
import type { MarkedEvent } from "./session.ts";
import { noticesInDoubt } from "./standing.ts";
import type { TeamLedger } from "./team-ledger.ts";

/** Where notices can be searched for, and how. */
export interface Search {
  /** A notice that was begun elsewhere is not looked for here: its absence would prove nothing. */
  place: string;
  /** By their Message-IDs; the answer leaves out those whose absence proves nothing. */
  find(messageIds: readonly string[]): Promise<ReadonlyMap<string, Sighting>>;
}

/**
 * Looks for the notices that were begun and that no mark tells of.
 * @param search  undefined where nobody can search
 * @returns what it came to, by Message-ID; a search that fails is a finding too, and stops no pass
 */
export async function searchBegun(
  events: readonly MarkedEvent[],
  { entries }: Pick<TeamLedger, "entries">,
  search: Search | undefined,
): Promise<ReadonlyMap<string, Sighting>> {
  const begun = events
    .filter(({ event }) => !event.isCancelled)
    .flatMap(({ event, mark }) => noticesInDoubt({ entry: entries.get(event.id), mark }))
    .filter(({ place }) => place === search?.place)
    .map(({ reference }) => reference);
  if (!search || begun.length === 0) return new Map();
  const messageIds = [...new Set(begun)];
  try {
    return await search.find(messageIds);
  } catch (error) {
    const message = messageOf(error);
    return new Map(messageIds.map((messageId) => [messageId, { state: "unread", error: message }]));
  }
}
