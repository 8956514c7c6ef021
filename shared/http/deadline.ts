import type { Clock } from "../clock.ts";

/** Some work was not done in the time it was given. */
export class DeadlineError extends Error {
  override readonly name = "DeadlineError";
  constructor(milliseconds: number) {
    super(`Not done within ${milliseconds / 1000} s`);
  }
}

export interface TimeLimit {
  milliseconds: number;
  clock: Clock;
  /** Ends the work sooner. */
  signal?: AbortSignal | undefined;
}

/**
 * Gives work a limited time. The work gets a signal that aborts when its time is over; whether it heeds that or not,
 * the caller goes on.
 * @throws {DeadlineError} the time is over
 * @throws the signal's reason when it aborts first, or what the work throws
 */
export async function withinDeadline<T>(
  limit: TimeLimit,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  limit.signal?.throwIfAborted();
  const over = new AbortController();
  const done = new AbortController();
  limit.clock.sleep(limit.milliseconds, done.signal).then(
    () => over.abort(new DeadlineError(limit.milliseconds)),
    () => undefined,
  );
  const signal = limit.signal ? AbortSignal.any([over.signal, limit.signal]) : over.signal;
  try {
    return await untilAborted(work(signal), signal);
  } finally {
    done.abort();
  }
}

/** Waits for work, but no longer than until the signal aborts: then throws its reason. The work itself goes on. */
export async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  let stop = (): void => undefined;
  const aborted = new Promise<never>((_, reject) => {
    stop = () => reject(signal.reason as Error);
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([work, aborted]);
  } catch (error) {
    // Libraries make an error of their own of an abort; the reason says more.
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
