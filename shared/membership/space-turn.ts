import { type ConnectionLeases, waitForConnection } from "../runs/connection-lease.ts";
import type { Lease } from "../storage/blob-lease.ts";
import type { SpaceFile } from "./space-file.ts";

/** How runs of one space, and those of one account, are kept apart. */
export interface SpaceTurns extends ConnectionLeases {
  /** The lock of a space, or undefined when another holds it. */
  lock(space: string): Promise<Lease | undefined>;
}

/**
 * Works for a space while nobody else does, nor for its connection. The space's lock comes first, so that a space that
 * is being synced says so at once.
 * @param until  how long to wait for the connection
 * @returns what keeps it from it
 * @throws the storage client's error, or what the work throws
 */
export async function inTurn<T>(
  { space, connection }: Pick<SpaceFile, "space" | "connection">,
  until: Date,
  turns: SpaceTurns,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<{ done: T } | { busy: "space" | "connection" }> {
  const own = await turns.lock(space);
  if (!own) return { busy: "space" };
  const held = [own];
  try {
    const turn = await waitForConnection(connection, until, turns);
    if (!turn) return { busy: "connection" };
    held.push(turn);
    return { done: await work(AbortSignal.any(held.map(({ signal }) => signal))) };
  } finally {
    for (const lease of held.toReversed()) await lease.release();
  }
}
