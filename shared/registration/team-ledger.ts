import type { Clock } from "../clock.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { openScope } from "../ledger/scope-ledger.ts";
import type { Registration } from "./session.ts";

/** What the ledger says of one team's events, and how it is told more. */
export interface TeamLedger {
  /** By event, as it was read. */
  readonly entries: ReadonlyMap<string, LedgerEntry<Registration> | { unreadable: string }>;
  /**
   * @throws {LedgerConflictError} another pass has written meanwhile
   * @throws {LedgerSilentError} it may have been written
   * @throws the storage client's error
   */
  write(changes: readonly LedgerChange[]): Promise<void>;
}

export interface LedgerChange {
  eventId: string;
  entry: LedgerEntry<Registration>;
  /** The last instant that the entry is about; it is kept a while longer. */
  until: Date;
}

/** "What prevents a duplicate outlives its event by 30 days." */
const KEEP_MS = 30 * 24 * 60 * 60 * 1000;

/**
 * Reads what the ledger says of a team.
 * @throws {LedgerSilentError}
 * @throws the storage client's error
 */
export async function openTeamLedger(
  ledger: Ledger<Registration>,
  team: string,
  clock: Clock,
): Promise<TeamLedger> {
  const scope = await openScope(ledger, `registration/${team}`, clock);
  return {
    entries: scope.entries,
    write: (changes) =>
      scope.write(
        changes.map(({ eventId, entry, until }) => ({
          subject: eventId,
          entry,
          keepUntil: new Date(until.getTime() + KEEP_MS),
        })),
      ),
  };
}
