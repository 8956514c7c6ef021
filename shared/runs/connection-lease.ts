import type { Clock } from "../clock.ts";
import type { Lease } from "../storage/blob-lease.ts";

/** How the runs of one account are kept apart: together they would make more requests than its service takes. */
export interface ConnectionLeases {
  clock: Clock;
  /** The lock of a connection, or undefined when another holds it. */
  connectionLease(connection: string): Promise<Lease | undefined>;
}

const POLL_MS = 100;

/**
 * Waits until a connection is free.
 * @returns undefined when another had it all the time
 * @throws the storage client's error
 */
export async function waitForConnection(
  connection: string,
  until: Date,
  { clock, connectionLease }: ConnectionLeases,
): Promise<Lease | undefined> {
  for (;;) {
    const lease = await connectionLease(connection);
    if (lease || clock.now() >= until) return lease;
    await clock.sleep(POLL_MS);
  }
}
