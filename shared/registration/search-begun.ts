import type { Sighting } from "../mail/sighting.ts";
import type { MarkedEvent } from "./session.ts";
import { needsSearch } from "./standing.ts";
import type { TeamLedger } from "./team-ledger.ts";

/** Looks for mails by their Message-IDs; undefined for one whose absence would prove nothing. */
export type Search = (messageIds: readonly string[]) => Promise<ReadonlyMap<string, Sighting | undefined>>;

/**
 * Looks for the notices that were begun and that no mark tells of.
 * @param search  undefined where nobody can search
 * @returns what it came to, by event; a search that fails is a finding too, and stops no pass
 */
export async function searchBegun(
  events: readonly MarkedEvent[],
  { entries }: Pick<TeamLedger, "entries">,
  search: Search | undefined,
): Promise<Map<string, Sighting>> {
  const begun = events.flatMap(({ event, mark }) => {
    const intent = event.isCancelled ? undefined : needsSearch({ entry: entries.get(event.id), mark });
    return intent ? [{ eventId: event.id, messageId: intent.reference }] : [];
  });
  if (!search || begun.length === 0) return new Map();
  const found = await searched(search, [...new Set(begun.map(({ messageId }) => messageId))]);
  return new Map(
    begun.flatMap(({ eventId, messageId }) => {
      const sighting = found(messageId);
      return sighting ? [[eventId, sighting] as const] : [];
    }),
  );
}

async function searched(
  search: Search,
  messageIds: string[],
): Promise<(messageId: string) => Sighting | undefined> {
  try {
    const found = await search(messageIds);
    return (messageId) => found.get(messageId);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return () => ({ state: "unread", error: message });
  }
}
