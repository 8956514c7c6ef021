import type { Clock } from "../clock.ts";
import { DeadlineError, withinDeadline } from "../http/deadline.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import type { Ledger } from "../ledger/ledger.ts";
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

/** The storage account gave no answer. */
export class LedgerSilentError extends Error {
  override readonly name = "LedgerSilentError";
  constructor(options: ErrorOptions) {
    super(
      `The storage account (AzureWebJobsStorage) gave no answer within ${ANSWER_WITHIN_MS / 1000} s.`,
      options,
    );
  }
}

/** A storage account that says nothing must not hold a pass up until the platform ends it. */
const ANSWER_WITHIN_MS = 30_000;

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
  const scope = `registration/${team}`;
  const inTime = <T>(work: () => Promise<T>): Promise<T> =>
    withinDeadline({ milliseconds: ANSWER_WITHIN_MS, clock }, work).catch((error: unknown) => {
      throw error instanceof DeadlineError ? new LedgerSilentError({ cause: error }) : error;
    });
  const readings = await inTime(() => ledger.read(scope));
  const versions = new Map([...readings].map(([eventId, { version }]) => [eventId, version]));
  const entries = [...readings].map(
    ([eventId, reading]) => [eventId, "entry" in reading ? reading.entry : reading] as const,
  );
  return {
    entries: new Map(entries),
    async write(changes) {
      if (changes.length === 0) return;
      const writes = changes.map(({ eventId, entry, until }) => ({
        subject: eventId,
        entry,
        version: versions.get(eventId),
        keepUntil: new Date(until.getTime() + KEEP_MS),
      }));
      const written = await inTime(() => ledger.write(scope, writes));
      for (const [index, version] of written.entries()) {
        versions.set(changes[index]?.eventId ?? "", version);
      }
    },
  };
}
