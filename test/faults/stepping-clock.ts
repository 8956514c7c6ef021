import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../shared/clock.ts";

/** A clock that stands still until it is moved, or until nothing is left to do but to wait. */
export interface SteppingClock extends Clock {
  /** Moves the time on; whoever sleeps wakes in order, and may go to sleep again within the same stretch. */
  advance(milliseconds: number): Promise<void>;
  /** Moves the time on to when the first of the sleepers wakes. */
  wakeNext(): void;
}

interface Sleeper {
  due: number;
  wake: () => void;
}

/** Who asks again and again whether something is free sleeps no longer than this: it passes at once. */
const BETWEEN_QUESTIONS_MS = 200;

export function steppingClock(start: Date): SteppingClock {
  let now = start.getTime();
  const sleepers = new Set<Sleeper>();

  function wakeUntil(until: number): boolean {
    const next = [...sleepers].sort((one, other) => one.due - other.due)[0];
    if (!next || next.due > until) return false;
    sleepers.delete(next);
    now = Math.max(now, next.due);
    next.wake();
    return true;
  }

  function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    if (milliseconds <= BETWEEN_QUESTIONS_MS) {
      now += milliseconds;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const onAbort = (): void => {
        sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const sleeper: Sleeper = {
        due: now + milliseconds,
        wake: () => {
          signal?.removeEventListener("abort", onAbort);
          resolve();
        },
      };
      sleepers.add(sleeper);
      signal?.addEventListener("abort", onAbort, { once: true });
    });
  }

  return {
    now: () => new Date(now),
    sleep,
    wakeNext: () => void wakeUntil(Number.POSITIVE_INFINITY),
    async advance(milliseconds) {
      const until = now + milliseconds;
      do await setImmediate();
      while (wakeUntil(until));
      now = Math.max(now, until);
    },
  };
}
