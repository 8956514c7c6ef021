import { GraphError } from "./graph-error.ts";

/**
 * The limits that are enforced. For the requests under way Microsoft's page has said both "per app and mailbox" and
 * "per app, whatever the mailbox"; here it is per app and mailbox. A refused request counts as well: "all requests
 * accrue against your usage limits" (https://learn.microsoft.com/graph/throttling). Headers that begin with x-ms-throttle
 * are documented for the directory only.
 */
export const LIMITS = {
  /** https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits */
  mailboxConcurrency: {
    requests: 4,
    // The code and the message are the service's own: https://github.com/magodo/terraform-provider-outlook/issues/21
    message: "Application is over its MailboxConcurrency limit.",
    retryAfterSeconds: 1,
  },
  /** https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits, per app and mailbox */
  mailboxRequests: { requests: 10_000, seconds: 600, message: "Application is over its request limit." },
  /** https://learn.microsoft.com/graph/throttling-limits#open-and-schema-extensions-service-limits, per app and tenant */
  extensions: { requests: 455, seconds: 10, message: "Application is over its open extensions limit." },
} as const;

/** Who is asking for what, as far as limits look at it. */
export interface Visit {
  app: string;
  tenant: string;
  mailbox: string;
  /** Is it about open extensions? */
  extensions: boolean;
}

/** Counts requests, and refuses those beyond the limits. */
export class Throttle {
  /** By mailbox: the most that were under way at once, of one app, refused ones not among them. */
  readonly maxInFlight = new Map<string, number>();
  refused = 0;
  readonly #inFlight = new Map<string, number>();
  readonly #times = new Map<string, number[]>();

  /**
   * Lets a request in.
   * @returns what to call when it is done
   * @throws {GraphError} 429 with Retry-After
   */
  enter({ app, tenant, mailbox, extensions }: Visit, now: Date): () => void {
    const pair = `${app} ${mailbox}`;
    this.#count(`requests ${pair}`, LIMITS.mailboxRequests, now);
    if (extensions) this.#count(`extensions ${app} ${tenant}`, LIMITS.extensions, now);
    const inFlight = (this.#inFlight.get(pair) ?? 0) + 1;
    if (inFlight > LIMITS.mailboxConcurrency.requests) {
      throw this.#refusal(LIMITS.mailboxConcurrency.message, LIMITS.mailboxConcurrency.retryAfterSeconds);
    }
    this.#inFlight.set(pair, inFlight);
    this.maxInFlight.set(mailbox, Math.max(inFlight, this.maxInFlight.get(mailbox) ?? 0));
    return () => this.#inFlight.set(pair, (this.#inFlight.get(pair) ?? 1) - 1);
  }

  #count(key: string, limit: { requests: number; seconds: number; message: string }, now: Date): void {
    const times = this.#times.get(key) ?? [];
    this.#times.set(key, times);
    times.push(now.getTime());
    const since = now.getTime() - limit.seconds * 1000;
    while (times[0] !== undefined && times[0] <= since) times.shift();
    if (times.length <= limit.requests) return;
    const oldest = times[times.length - limit.requests] ?? now.getTime();
    throw this.#refusal(limit.message, Math.max(1, Math.ceil((oldest - since) / 1000)));
  }

  #refusal(message: string, retryAfterSeconds: number): GraphError {
    this.refused += 1;
    return new GraphError(429, "ApplicationThrottled", message, { "retry-after": String(retryAfterSeconds) });
  }
}
