import { setImmediate } from "node:timers/promises";
import type { Clock } from "../../shared/clock.ts";

export interface FakeClock extends Clock {
  /** Moves the time on; whoever sleeps wakes in order, and may go to sleep again within the same stretch. */
  advance(milliseconds: number): Promise<void>;
  /** Resolves when somebody sleeps for exactly this long: then the time may be moved on. */
  asleep(milliseconds: number): Promise<void>;
  /** Every sleep asked for so far, milliseconds. */
  readonly sleeps: number[];
}

interface Sleeper {
  milliseconds: number;
  due: number;
  wake: () => void;
}

/**
 * A clock that stands still until it is moved.
 * @param options.auto  sleeps are over at once, and move the time on. A number says how long they may be, milliseconds:
 *   so pauses between two tries pass by themselves, while deadlines, which are longer, hold
 */
export function fakeClock(
  start: string | Date,
  { auto = false }: { auto?: boolean | number } = {},
): FakeClock {
  const passes = typeof auto === "number" ? auto : auto ? Number.POSITIVE_INFINITY : 0;
  let now = new Date(start).getTime();
  let sleepers: Sleeper[] = [];
  let watchers: (() => void)[] = [];
  const sleeps: number[] = [];

  function wakeNext(until: number): boolean {
    const [next] = sleepers.filter(({ due }) => due <= until).sort((one, other) => one.due - other.due);
    if (!next) return false;
    now = Math.max(now, next.due);
    sleepers = sleepers.filter((sleeper) => sleeper !== next);
    next.wake();
    return true;
  }

  function sleep(milliseconds: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason as Error);
    sleeps.push(milliseconds);
    if (milliseconds <= passes) {
      const until = now + milliseconds;
      while (wakeNext(until));
      now = until;
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const sleeper = { milliseconds, due: now + milliseconds, wake: resolve };
      sleepers.push(sleeper);
      signal?.addEventListener("abort", () => {
        sleepers = sleepers.filter((other) => other !== sleeper);
        reject(signal.reason as Error);
      });
      const told = watchers;
      watchers = [];
      for (const tell of told) tell();
    });
  }

  return {
    now: () => new Date(now),
    sleep,
    sleeps,
    async advance(milliseconds) {
      const until = now + milliseconds;
      do await setImmediate();
      while (wakeNext(until));
      now = Math.max(now, until);
    },
    async asleep(milliseconds) {
      while (!sleepers.some((sleeper) => sleeper.milliseconds === milliseconds)) {
        await new Promise<void>((resolve) => watchers.push(resolve));
      }
    },
  };
}
