import type { Clock } from "../clock.ts";
import { parseRetryAfter } from "../http/retry-after.ts";
import type { AnswerHead, Pace } from "./pace.ts";

export interface PatienceOptions {
  clock: Clock;
  /** The deadline of the whole pass. */
  signal: AbortSignal;
  pace: Pace;
  /** How often one request is sent at the most. */
  attempts: number;
  /** A `Retry-After` longer than this, in milliseconds, is not waited for: the request fails as throttled. */
  longestWaitMs: number;
  /** Between 0 and 1: spreads the requests that were throttled together. */
  random: () => number;
  /** Told whenever the service, or its last complaint, slowed something down, so that a pass can say so. */
  onThrottled: () => void;
}

/** How a pass bears with a service that is busy: how often and after which pauses it asks again, and at which pace. */
export class Patience {
  readonly attempts: number;
  readonly signal: AbortSignal;
  readonly #options: PatienceOptions;

  constructor(options: PatienceOptions) {
    this.attempts = options.attempts;
    this.signal = options.signal;
    this.#options = options;
  }

  now(): Date {
    return this.#options.clock.now();
  }

  /**
   * Waits until so many requests may go.
   * @throws {GraphThrottledError} or the reason of the signal, this one's or the pass's
   */
  async enter(requests: number, signal?: AbortSignal): Promise<void> {
    const either = signal ? AbortSignal.any([this.signal, signal]) : this.signal;
    either.throwIfAborted();
    if (await this.#options.pace.enter(requests, either)) this.#options.onThrottled();
    either.throwIfAborted();
  }

  /** Waits as long as the mailbox is to be left alone, if that is ever waited for; ends sooner when the signal aborts. */
  async rest(signal: AbortSignal): Promise<void> {
    const restMs = this.#options.pace.restMs();
    if (restMs > 0 && restMs <= this.#options.longestWaitMs) await this.pause(restMs, signal);
  }

  /** So many requests of a batch have not been carried out. */
  giveBack(requests: number): void {
    this.#options.pace.giveBack(requests);
  }

  /** Learns from an answer, or from a part of a batch. */
  heed(answer: AnswerHead): void {
    this.#options.pace.heed(answer);
    if (answer.status === 429) this.#options.onThrottled();
  }

  /** How long an answer asks to be left alone, in milliseconds; undefined when it does not say. */
  retryAfterMs({ headers }: Pick<AnswerHead, "headers">): number | undefined {
    return parseRetryAfter(headers.get("retry-after"), this.now());
  }

  /**
   * The pause before another try, in milliseconds: as long as the service asked for, or growing with the tries.
   * @returns undefined when it asked for longer than is waited
   */
  pauseMs(tries: number, retryAfterMs: number | undefined): number | undefined {
    const pauseMs = retryAfterMs ?? this.#backoff(tries);
    return pauseMs > this.#options.longestWaitMs ? undefined : pauseMs;
  }

  /** False when the deadline came first. */
  async pause(milliseconds: number, signal = this.signal): Promise<boolean> {
    try {
      await this.#options.clock.sleep(milliseconds, signal);
      return true;
    } catch {
      return false;
    }
  }

  #backoff(tries: number): number {
    const pauseMs = 1000 * 2 ** (tries - 1) * (0.5 + this.#options.random());
    return Math.min(pauseMs, this.#options.longestWaitMs);
  }
}
