import type { ConnectionLock } from "../../shared/oauth/keeper-options.ts";
import { LeaseBusyError } from "../../shared/storage/under-lease.ts";

/** The lock of an app that has one process: who comes second waits, or leaves when he may not wait. */
export function lockInMemory(): ConnectionLock {
  const last = new Map<string, Promise<unknown>>();
  return async (connection, waitMs, work) => {
    const before = last.get(connection);
    if (before && waitMs === 0) throw new LeaseBusyError(`The lock of ${connection} is not free.`);
    const mine = (async () => {
      await before;
      return work(new AbortController().signal);
    })();
    const ended = mine.then(
      () => undefined,
      () => undefined,
    );
    last.set(connection, ended);
    try {
      return await mine;
    } finally {
      if (last.get(connection) === ended) last.delete(connection);
    }
  };
}
