import type { Clock } from "../clock.ts";
import { leases } from "./blob-lease.ts";
import type { StorageAccount } from "./storage-account.ts";

/** A lock was held by another all the time. */
export class LeaseBusyError extends Error {
  override readonly name = "LeaseBusyError";
}

export interface UnderLeaseOptions {
  storage: StorageAccount;
  clock: Clock;
  /** How long to wait for the lock at the most, milliseconds. */
  waitMs?: number;
}

/** The shortest there is: a crash keeps the others waiting no longer. */
const LEASE_SECONDS = 15;
/** Short work is over by then; only what is held up is worth the question. */
const RENEW_AFTER_SECONDS = 10;
const POLL_MS = 100;
/** Enough for a holder that crashed and for one that works after it. */
const WAIT_MS = 20_000;

/**
 * Does some short work (seconds) while no other process does any under the same name.
 * @param name  a path in the container of locks, such as `token/microsoft/default`
 * @throws {LeaseBusyError} it was not free in time
 * @throws what the work throws, or the storage client's error
 */
export async function underLease<T>(
  name: string,
  { storage, clock, waitMs = WAIT_MS }: UnderLeaseOptions,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const acquire = leases(storage, {
    seconds: LEASE_SECONDS,
    renewAfterSeconds: RENEW_AFTER_SECONDS,
    clock,
  });
  const end = clock.now().getTime() + waitMs;
  for (;;) {
    const lease = await acquire(name);
    if (lease) {
      try {
        return await work(lease.signal);
      } finally {
        await lease.release();
      }
    }
    if (clock.now().getTime() >= end) {
      throw new LeaseBusyError(
        `The lock ${name} was not free for ${waitMs / 1000} s. Try again in a moment; a lock whose holder has crashed frees itself.`,
      );
    }
    await clock.sleep(POLL_MS);
  }
}
