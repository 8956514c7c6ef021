import type { Context, Middleware, MiddlewareOptions } from "@microsoft/microsoft-graph-client";
import type { LimitFunction } from "p-limit";
import type { Clock } from "../clock.ts";
import { startDeadline } from "../http/deadline.ts";
import { parseRetryAfter } from "../http/retry-after.ts";
import { type Effect, GraphUnreachableError } from "./graph-error.ts";

/*
 * Our own chain for the client library. Its RetryHandler repeats a POST on 503 and 504, which can mail twice, and its
 * RedirectHandler would carry a token to another host; neither is wanted.
 */

/** What travels with one request through the chain. */
export class RequestNotes implements MiddlewareOptions {
  /** Whether sending it twice does what sending it once does. */
  readonly harmless: boolean;
  /** Whether nothing else may be in flight at the mailbox meanwhile. */
  readonly alone: boolean;
  /** How often it is sent at the most; the policy's own number unless given. */
  readonly attempts: number | undefined;
  /** The library makes an error of its own of whatever the chain throws, and drops the original. */
  failure: unknown;

  constructor({
    harmless,
    alone = false,
    attempts,
  }: {
    harmless: boolean;
    alone?: boolean;
    attempts?: number;
  }) {
    this.harmless = harmless;
    this.alone = alone;
    this.attempts = attempts;
  }
}

abstract class Link implements Middleware {
  #next: Middleware | undefined;

  abstract execute(context: Context): Promise<void>;

  setNext(next: Middleware): void {
    this.#next = next;
  }

  protected async pass(context: Context): Promise<Response> {
    if (!this.#next) throw new Error("The chain of the Graph client ends without a sender.");
    await this.#next.execute(context);
    if (!context.response) throw new Error("The chain of the Graph client gave no response.");
    return context.response;
  }
}

export interface RepeatPolicy {
  clock: Clock;
  signal: AbortSignal;
  /** How often one request is sent at the most. */
  attempts: number;
  /** A `Retry-After` longer than this, in milliseconds, is not waited for: the request fails as throttled. */
  longestWaitMs: number;
  /** Between 0 and 1: spreads the requests that were throttled together. */
  random: () => number;
  /** Told of each 429, so that a pass can say that it was slowed down. */
  onThrottled: () => void;
}

/**
 * Repeats what was throttled (429: Graph did nothing) as `Retry-After` says, and reads that failed in passing
 * (5xx, no answer) with a growing pause.
 * @see https://learn.microsoft.com/graph/throttling
 */
export class Repeat extends Link {
  readonly #policy: RepeatPolicy;
  constructor(policy: RepeatPolicy) {
    super();
    this.#policy = policy;
  }

  async execute(context: Context): Promise<void> {
    const notes = notesOf(context);
    try {
      await this.#persist(context, notes);
    } catch (error) {
      notes.failure = error;
      throw error;
    }
  }

  async #persist(context: Context, { harmless, attempts }: RequestNotes): Promise<void> {
    const { clock, signal, longestWaitMs } = this.#policy;
    const most = attempts ?? this.#policy.attempts;
    for (let attempt = 1; ; attempt += 1) {
      let pauseMs = this.#backoff(attempt);
      let failure: GraphUnreachableError | undefined;
      try {
        const response = await this.pass(context);
        if (response.status === 429) this.#policy.onThrottled();
        if (response.status !== 429 && !(response.status >= 500 && harmless)) return;
        pauseMs = parseRetryAfter(response.headers.get("retry-after"), clock.now()) ?? pauseMs;
      } catch (error) {
        if (!harmless || !(error instanceof GraphUnreachableError)) throw error;
        failure = error;
      }
      const givenUp = attempt >= most || pauseMs > longestWaitMs || !(await this.#pause(pauseMs, signal));
      if (givenUp && failure) throw failure;
      if (givenUp) return;
    }
  }

  /** False when the deadline came first. */
  async #pause(milliseconds: number, signal: AbortSignal): Promise<boolean> {
    try {
      await this.#policy.clock.sleep(milliseconds, signal);
      return true;
    } catch {
      return false;
    }
  }

  #backoff(attempt: number): number {
    const pauseMs = 1000 * 2 ** (attempt - 1) * (0.5 + this.#policy.random());
    return Math.min(pauseMs, this.#policy.longestWaitMs);
  }
}

/** Puts the access token on; a 401 gets a new token once, since a token can be revoked before it expires. */
export class Authorize extends Link {
  readonly #token: (options: { renew: boolean }) => Promise<string>;
  constructor(token: (options: { renew: boolean }) => Promise<string>) {
    super();
    this.#token = token;
  }

  async execute(context: Context): Promise<void> {
    setBearer(context, await this.#token({ renew: false }));
    const response = await this.pass(context);
    if (response.status !== 401) return;
    setBearer(context, await this.#token({ renew: true }));
    await this.pass(context);
  }
}

/**
 * Keeps a mailbox to the four requests at once that Outlook's service allows an app.
 * @see https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits
 */
export class Queue extends Link {
  readonly #limit: LimitFunction;
  constructor(limit: LimitFunction) {
    super();
    this.#limit = limit;
  }

  async execute(context: Context): Promise<void> {
    const send = (): Promise<unknown> => this.pass(context);
    await (notesOf(context).alone ? inEveryPlace(this.#limit, send) : this.#limit(send));
  }
}

/** Does work when every place is free for it. Places are given in the order of asking, so two of these cannot block one another. */
async function inEveryPlace<T>(limit: LimitFunction, work: () => Promise<T>): Promise<T> {
  const done = Promise.withResolvers<void>();
  const taken = Array.from({ length: limit.concurrency - 1 }, () => {
    const place = Promise.withResolvers<void>();
    void limit(() => {
      place.resolve();
      return done.promise;
    });
    return place.promise;
  });
  try {
    return await limit(async () => {
      await Promise.all(taken);
      return work();
    });
  } finally {
    done.resolve();
  }
}

/** The end of the chain: sends one request, with a time limit of its own within the pass's deadline. */
export class Send extends Link {
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #timeoutMs: number;
  readonly #onRequest: () => void;
  constructor(options: { clock: Clock; signal: AbortSignal; timeoutMs: number; onRequest: () => void }) {
    super();
    this.#clock = options.clock;
    this.#signal = options.signal;
    this.#timeoutMs = options.timeoutMs;
    this.#onRequest = options.onRequest;
  }

  async execute(context: Context): Promise<void> {
    const url = typeof context.request === "string" ? context.request : context.request.url;
    const name = `${context.options?.method ?? "GET"} ${new URL(url).pathname}`;
    if (this.#signal.aborted) throw new GraphUnreachableError(name, this.#signal.reason, "none");
    this.#onRequest();
    const limit = { milliseconds: this.#timeoutMs, clock: this.#clock, signal: this.#signal };
    const { signal, clear } = startDeadline(limit);
    try {
      const response = await fetch(url, { ...context.options, redirect: "error", signal });
      // The body belongs to the request: a connection that breaks in its middle is no answer either.
      const body = await response.arrayBuffer();
      context.response = new Response(hasNoBody(response.status) ? null : body, {
        status: response.status,
        headers: response.headers,
      });
    } catch (error) {
      throw new GraphUnreachableError(name, error, effectOfFetchError(error));
    } finally {
      clear();
    }
  }
}

/** A connection that never came about carried no request. */
const NEVER_SENT = new Set([
  "ECONNREFUSED",
  "ENOTFOUND",
  "EAI_AGAIN",
  "EHOSTUNREACH",
  "ENETUNREACH",
  "UND_ERR_CONNECT_TIMEOUT",
]);

function effectOfFetchError(error: unknown): Effect {
  const cause = error instanceof Error ? error.cause : undefined;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : "";
  return NEVER_SENT.has(code) || code.includes("CERT") || code.startsWith("ERR_TLS") ? "none" : "unknown";
}

function notesOf(context: Context): RequestNotes {
  const notes = context.middlewareControl?.getMiddlewareOptions(RequestNotes);
  if (!(notes instanceof RequestNotes)) throw new Error("A request to Graph came without its notes.");
  return notes;
}

function setBearer(context: Context, token: string): void {
  context.options = {
    ...context.options,
    headers: {
      ...(context.options?.headers as Record<string, string> | undefined),
      Authorization: `Bearer ${token}`,
    },
  };
}

function hasNoBody(status: number): boolean {
  return status === 204 || status === 205 || status === 304;
}
