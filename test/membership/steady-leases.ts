import type { SpaceTurns } from "../../shared/membership/space-turn.ts";
import { LeaseLostError } from "../../shared/storage/blob-lease.ts";

export interface SteadyLeases extends Pick<SpaceTurns, "lock" | "connectionLease"> {
  /** Takes them from whoever holds them. */
  lose(): void;
}

/** Locks that everybody gets, and keeps however fast the time passes: whoever held them before is gone. */
export function steadyLeases(): SteadyLeases {
  const lost = new AbortController();
  const lease = { signal: lost.signal, release: () => Promise.resolve() };
  return {
    lock: () => Promise.resolve(lease),
    connectionLease: () => Promise.resolve(lease),
    lose: () => lost.abort(new LeaseLostError("The lock was lost.")),
  };
}
