import type { Clock } from "../clock.ts";
import { parseRetryAfter } from "../http/retry-after.ts";
import { GraphThrottledError } from "./graph-error.ts";

/** What of an answer, or of a part of a batch, tells about limits. The names of the headers are in lower case. */
export interface AnswerHead {
  status: number;
  headers: ReadonlyMap<string, string>;
}

/** The pace of all who use one mailbox in this process. */
export interface Pace {
  /**
   * Waits until requests may go; a batch is as many as it has parts.
   * @returns whether it had to wait
   * @throws {GraphThrottledError} the service asked to be left alone for longer than anybody waits
   * @throws the signal's reason
   */
  enter(requests: number, signal: AbortSignal): Promise<boolean>;
  /** How long nobody may send, milliseconds. */
  restMs(): number;
  /** So many of those that were let go have not been carried out. */
  giveBack(requests: number): void;
  /** Learns from an answer. */
  heed(answer: AnswerHead): void;
}

/** Outlook's limit for one app and one mailbox. @see https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits */
const REQUESTS = 10_000;
const WINDOW_SECONDS = 600;
const FULL_RATE = REQUESTS / WINDOW_SECONDS;
/** Slower would be a standstill; from there on only `Retry-After` can ask for more. */
const LEAST_RATE = 1;
/** From nothing back to the full rate in one window of the service's own: requests a second, each second. */
const RECOVERY = FULL_RATE / WINDOW_SECONDS;
/** A complaint without a `Retry-After` has everybody rest this long; whoever was refused waits for longer by itself. */
const REST_MS = 1000;
/** A longer `Retry-After` is not waited for, but nothing is sent before it is over. */
const LONGEST_REST_MS = 60_000;
/** Somebody else's answer may change the time to wait, so it is looked at again that often. */
const LOOK_AGAIN_MS = 1000;
/**
 * From 0.8 to 1.8, and only there from 0.8 on. Documented for the directory; Outlook may send it or not.
 * @see https://learn.microsoft.com/graph/throttling-limits#regular-responses-requests
 */
const USED_OF_LIMIT = "x-ms-throttle-limit-percentage";

/**
 * A token bucket. It starts full, with as many requests as Outlook allows in ten minutes, so it costs nothing until the
 * service complains. When it refuses a request for the sake of a limit, nobody sends before `Retry-After` is over; the
 * bucket is emptied, and fills half as fast as before. The rate then comes back evenly, in ten minutes from nothing.
 * A service that says it is near its limit has the bucket emptied only: what was saved up is not spent at once.
 * @see https://learn.microsoft.com/graph/throttling
 */
export function mailboxPace({ clock }: { clock: Clock }): Pace {
  return new TokenBucket(clock);
}

/**
 * The pace of an app that asks for many mailboxes, each of which has limits of its own: as fast as may be, but nobody
 * sends before the `Retry-After` of a refused request is over.
 */
export function manyMailboxesPace({ clock }: { clock: Clock }): Pace {
  return new Rests(clock);
}

class Rests implements Pace {
  protected readonly clock: Clock;
  #until = 0;

  constructor(clock: Clock) {
    this.clock = clock;
  }

  async enter(requests: number, signal: AbortSignal): Promise<boolean> {
    let waited = false;
    for (let waitMs = this.waitMs(); waitMs > 0; waitMs = this.waitMs()) {
      waited = true;
      await this.clock.sleep(Math.min(waitMs, LOOK_AGAIN_MS), signal);
    }
    this.count(requests);
    return waited;
  }

  restMs(): number {
    return Math.max(0, this.#until - this.clock.now().getTime());
  }

  giveBack(requests: number): void {
    this.count(-requests);
  }

  heed(answer: AnswerHead): void {
    if (answer.status === 429) this.rest(answer);
  }

  /** So many have been let go; a number below nothing are given back. */
  protected count(_requests: number): void {
    // Each mailbox has limits of its own.
  }

  /** Nobody sends for as long as an answer asks. */
  protected rest({ headers }: AnswerHead): void {
    const now = this.clock.now();
    const restMs = parseRetryAfter(headers.get("retry-after"), now) ?? REST_MS;
    this.#until = Math.max(this.#until, now.getTime() + restMs);
  }

  /** @throws {GraphThrottledError} it would be too long */
  protected waitMs(): number {
    const restMs = this.restMs();
    if (restMs > LONGEST_REST_MS) throw new GraphThrottledError(new Date(this.#until));
    return restMs;
  }
}

class TokenBucket extends Rests {
  #tokens = REQUESTS;
  #rate = FULL_RATE;
  #filledAt: number;

  constructor(clock: Clock) {
    super(clock);
    this.#filledAt = clock.now().getTime();
  }

  override heed(answer: AnswerHead): void {
    const used = Number(answer.headers.get(USED_OF_LIMIT) ?? 0);
    const isComplaint = answer.status === 429 || used >= 1;
    if (!isComplaint && !(used > 0)) return;
    this.#fill();
    this.#tokens = Math.min(this.#tokens, 0);
    if (!isComplaint) return;
    // What was under way together is refused together: that is one complaint.
    if (this.restMs() === 0) this.#rate = Math.max(LEAST_RATE, this.#rate / 2);
    this.rest(answer);
  }

  protected override count(requests: number): void {
    // A batch may take more than there is: the debt is waited for by whoever comes next.
    this.#tokens = Math.min(REQUESTS, this.#tokens - requests);
  }

  protected override waitMs(): number {
    this.#fill();
    const fillMs = Math.ceil(((1 - this.#tokens) / this.#rate) * 1000);
    return Math.max(super.waitMs(), fillMs);
  }

  #fill(): void {
    const now = this.clock.now().getTime();
    const seconds = Math.max(0, now - this.#filledAt) / 1000;
    this.#tokens = Math.min(REQUESTS, this.#tokens + seconds * this.#rate);
    this.#rate = Math.min(FULL_RATE, this.#rate + seconds * RECOVERY);
    this.#filledAt = now;
  }
}
