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

/** A limit on the time of some work, for those who ask its signal. */
export interface Deadline {
  /** Aborts with a DeadlineError when the time is over, or with the caller's reason when that comes first. */
  readonly signal: AbortSignal;
  /** Stops the clock: to be called when the work is done. */
  clear(): void;
}

/** Starts the clock. */
export function startDeadline({ milliseconds, clock, signal }: TimeLimit): Deadline {
  const over = new AbortController();
  const done = new AbortController();
  clock.sleep(milliseconds, done.signal).then(
    () => over.abort(new DeadlineError(milliseconds)),
    () => undefined,
  );
  return {
    signal: signal ? AbortSignal.any([over.signal, signal]) : over.signal,
    clear: () => done.abort(DONE),
  };
}

/** Nobody sees it; without a reason each abort would make an error of its own, with its stack. */
const DONE = new Error("The work is done.");

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
  const { signal, clear } = startDeadline(limit);
  try {
    return await untilAborted(work(signal), signal);
  } finally {
    clear();
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
