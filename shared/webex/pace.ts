import type { Clock } from "../clock.ts";
import { WebexThrottledError } from "./webex-error.ts";

/** The pace of all who use one account's token in this process. */
export interface WebexPace {
  /**
   * Waits until a request may go.
   * @throws {WebexThrottledError} the service asked to be left alone for longer than anybody waits
   * @throws the signal's reason
   */
  enter(signal: AbortSignal): Promise<void>;
  /**
   * Learns from an answer.
   * @param retryAfterMs  what it says in `Retry-After`
   */
  heed(status: number, retryAfterMs: number | undefined): void;
}

/** A longer `Retry-After` is not waited for, but nothing is sent before it is over. */
export const LONGEST_REST_MS = 300_000;
/** The first rest after a complaint without a `Retry-After`; it doubles with each further one. */
const REST_MS = 1000;
const LONGEST_SILENT_REST_MS = 30_000;
/** What was let through in the last second, or in a few, tells what is allowed. */
const MEASURE_MS = 1000;
const LONG_MEASURE_MS = 5000;
/** A second counts as one of sending when it began no later than this. */
const WHOLE_SECOND_MS = 900;
/** Just below the limit nobody complains, and each complaint costs a rest of everybody. */
const PRUDENCE = 0.04;
/** Requests a second: slower would be a standstill. */
const LEAST_RATE = 1;
/** After so long a time a measured limit is tried again, and a guess has doubled. */
const RETRIED_AFTER_MS = 30_000;
const DOUBLED_AFTER_MS = 4000;
/** After longer rests than a second it takes longer, up to so many times. */
const SLOWEST_RECOVERY = 10;
/** Timers wake late; what is lost by that is made good, up to so much. */
const LATENESS_MS = 100;

/** Too many requests, and "temporarily unavailable"; with either Webex did nothing. @see https://developer.webex.com/docs/basics#api-errors */
export function isComplaint(status: number): boolean {
  return status === 429 || status === 423;
}

/**
 * Webex does not publish its limits: they depend on the request and on how busy the servers are. So the pace is learned.
 * It is unlimited until the first complaint. Then nobody sends before `Retry-After` is over, and from there on only about
 * as many requests a second as were let through before the complaint. Where a whole second was measured, they begin a
 * little below that number and stay near it for a while. Where a burst was over sooner, it is a guess, and may be low.
 * Both grow ever faster when nobody complains, since the limit may have been a passing one.
 * @see https://developer.webex.com/blog/rate-limiting-and-the-webex-api
 */
export function webexPace({ clock }: { clock: Clock }): WebexPace {
  return new LearnedPace(clock);
}

/** When somebody may send. */
interface Place {
  time: number;
  afterRest: number;
}

class LearnedPace implements WebexPace {
  readonly #clock: Clock;
  /** Requests a second, and whether that was measured for a whole one. */
  #limit = { rate: Number.POSITIVE_INFINITY, isMeasured: false };
  #restUntil = 0;
  #restMs = 0;
  #nextPlace = 0;
  #silentComplaints = 0;
  /** When requests were let through, the last of them. */
  #letThrough: number[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  async enter(signal: AbortSignal): Promise<void> {
    let place: Place | undefined;
    for (;;) {
      signal.throwIfAborted();
      const now = this.#now();
      const restMs = this.#restUntil - now;
      if (restMs > LONGEST_REST_MS) throw new WebexThrottledError(new Date(this.#restUntil));
      // A place from before a rest is worth nothing after it: others are given out from its end on.
      if (place?.afterRest !== this.#restUntil) place = undefined;
      if (restMs <= 0) place ??= this.#takePlace(now);
      const waitMs = place ? place.time - now : restMs;
      if (waitMs <= 0) return;
      await this.#clock.sleep(Math.ceil(waitMs), signal);
    }
  }

  heed(status: number, retryAfterMs: number | undefined): void {
    const now = this.#now();
    if (!isComplaint(status)) {
      this.#silentComplaints = 0;
      this.#letThrough = this.#recent(now, LONG_MEASURE_MS);
      this.#letThrough.push(now);
      return;
    }
    const restMs = retryAfterMs ?? this.#silentRestMs();
    // What was under way together is refused together: that is one complaint.
    if (now >= this.#restUntil) {
      this.#silentComplaints += 1;
      // A locked resource says nothing of how fast one may be.
      if (status === 429) this.#learn(now);
    }
    if (now + restMs <= this.#restUntil) return;
    this.#restMs = restMs;
    this.#restUntil = now + restMs;
    this.#nextPlace = this.#restUntil;
  }

  #takePlace(now: number): Place {
    const time = Math.max(this.#nextPlace, now - LATENESS_MS);
    this.#nextPlace = time + 1000 / this.#rate(now);
    return { time, afterRest: this.#restUntil };
  }

  #rate(now: number): number {
    const { rate, isMeasured } = this.#limit;
    const slowness = Math.min(SLOWEST_RECOVERY, Math.max(1, this.#restMs / 1000));
    const sinceMs = Math.max(0, now - this.#restUntil) / slowness;
    if (!isMeasured) return rate * (1 - PRUDENCE + (sinceMs / DOUBLED_AFTER_MS) ** 3);
    const past = sinceMs / RETRIED_AFTER_MS - 1;
    return rate * (1 + PRUDENCE * (past > 0 ? (2 * past) ** 3 : past ** 3));
  }

  #learn(now: number): void {
    const second = this.#recent(now, MEASURE_MS);
    const [first] = second;
    const rate = this.#rate(now);
    if (first === undefined) {
      this.#limit = { rate: Math.max(rate / 2, LEAST_RATE), isMeasured: false };
      return;
    }
    const isMeasured = now - first >= WHOLE_SECOND_MS;
    const seconds = this.#recent(now, LONG_MEASURE_MS).length / (LONG_MEASURE_MS / 1000);
    // Of ten and a half requests a second, ten are counted in every other.
    const letThrough = isMeasured ? Math.max(second.length + 0.25, seconds) : second.length;
    this.#limit = { rate: Math.max(Math.min(rate, letThrough), LEAST_RATE), isMeasured };
  }

  #recent(now: number, forMs: number): number[] {
    const first = this.#letThrough.findIndex((time) => time > now - forMs);
    return first === 0 ? this.#letThrough : first < 0 ? [] : this.#letThrough.slice(first);
  }

  #silentRestMs(): number {
    return Math.min(REST_MS * 2 ** this.#silentComplaints, LONGEST_SILENT_REST_MS);
  }

  #now(): number {
    return this.#clock.now().getTime();
  }
}
