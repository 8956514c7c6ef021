import type { Clock } from "../clock.ts";
import { DeadlineError, withinDeadline } from "../http/deadline.ts";
import type { LedgerEntry } from "./entry.ts";
import type { Ledger } from "./ledger.ts";

/** What the ledger says of one scope, and how it is told more. */
export interface ScopeLedger<Fact> {
  /** By subject, as it was read. */
  readonly entries: ReadonlyMap<string, LedgerEntry<Fact> | { unreadable: string }>;
  /**
   * @throws {LedgerConflictError} another has written meanwhile
   * @throws {LedgerSilentError} it may have been written
   * @throws the storage client's error
   */
  write(changes: readonly ScopeChange<Fact>[]): Promise<void>;
}

export interface ScopeChange<Fact> {
  subject: string;
  entry: LedgerEntry<Fact>;
  keepUntil: Date;
}

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

/** A storage account that says nothing must not hold a run up until the platform ends it. */
const ANSWER_WITHIN_MS = 30_000;

/** The same ledger, which throws a LedgerSilentError instead of keeping anybody waiting. */
export function ledgerInTime<Fact>(ledger: Ledger<Fact>, clock: Clock): Ledger<Fact> {
  const inTime = <T>(work: () => Promise<T>): Promise<T> =>
    withinDeadline({ milliseconds: ANSWER_WITHIN_MS, clock }, work).catch((error: unknown) => {
      throw error instanceof DeadlineError ? new LedgerSilentError({ cause: error }) : error;
    });
  return {
    read: (scope, range) => inTime(() => ledger.read(scope, range)),
    write: (scope, writes) => inTime(() => ledger.write(scope, writes)),
  };
}

/**
 * Reads what the ledger says of a scope.
 * @throws {LedgerSilentError}
 * @throws the storage client's error
 */
export async function openScope<Fact>(
  ledger: Ledger<Fact>,
  scope: string,
  clock: Clock,
): Promise<ScopeLedger<Fact>> {
  const inTime = ledgerInTime(ledger, clock);
  const readings = await inTime.read(scope);
  const versions = new Map([...readings].map(([subject, { version }]) => [subject, version]));
  const entries = [...readings].map(
    ([subject, reading]) => [subject, "entry" in reading ? reading.entry : reading] as const,
  );
  return {
    entries: new Map(entries),
    async write(changes) {
      if (changes.length === 0) return;
      const writes = changes.map((change) => ({ ...change, version: versions.get(change.subject) }));
      const written = await inTime.write(scope, writes);
      for (const [index, version] of written.entries()) {
        versions.set(changes[index]?.subject ?? "", version);
      }
    },
  };
}
