import type { Context, Middleware, MiddlewareOptions } from "@microsoft/microsoft-graph-client";
import type { LimitFunction } from "p-limit";
import type { Clock } from "../clock.ts";
import { startDeadline } from "../http/deadline.ts";
import { effectOfFetchError } from "../http/request-effect.ts";
import { GraphThrottledError, GraphUnreachableError } from "./graph-error.ts";
import type { Patience } from "./patience.ts";

/*
 * Our own chain for the client library. Its RetryHandler repeats a POST on 503 and 504, which can mail twice, and its
 * RedirectHandler would carry a token to another host; neither is wanted.
 */

/** How one request is to be sent. */
export interface SendOptions {
  /** Sending it twice does what sending it once does. */
  harmless: boolean;
  /** Nothing else may be in flight at the mailbox meanwhile. */
  alone?: boolean;
  /** How often it is sent at the most, where giving up is worse than waiting: the pass's deadline ends it anyway. */
  attempts?: number;
  /** How long it may take, milliseconds; 30 s unless given. */
  timeoutMs?: number;
  /** Once it aborts, the request is not sent any more; one that is under way goes on. */
  signal?: AbortSignal;
  /** As how many requests it counts: a batch as its parts. */
  requests?: number;
}

/** What travels with one request through the chain. */
export class RequestNotes implements MiddlewareOptions {
  readonly options: SendOptions;
  /** The library makes an error of its own of whatever the chain throws, and drops the original. */
  failure: unknown;

  constructor(options: SendOptions) {
    this.options = options;
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

/**
 * Repeats what was throttled (429: Graph did nothing) as `Retry-After` says, and reads that failed in passing
 * (5xx, no answer) with a growing pause.
 * @see https://learn.microsoft.com/graph/throttling
 */
export class Repeat extends Link {
  readonly #patience: Patience;
  constructor(patience: Patience) {
    super();
    this.#patience = patience;
  }

  async execute(context: Context): Promise<void> {
    const notes = notesOf(context);
    try {
      await this.#persist(context, notes.options);
    } catch (error) {
      notes.failure = error;
      throw error;
    }
  }

  async #persist(
    context: Context,
    { harmless, attempts = this.#patience.attempts }: SendOptions,
  ): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      let retryAfterMs: number | undefined;
      let failure: GraphUnreachableError | undefined;
      try {
        const { status, headers } = await this.pass(context);
        if (status !== 429 && !(status >= 500 && harmless)) return;
        retryAfterMs = this.#patience.retryAfterMs({ headers: new Map(headers) });
      } catch (error) {
        if (!harmless || !(error instanceof GraphUnreachableError)) throw error;
        failure = error;
      }
      const pauseMs = tries < attempts ? this.#patience.pauseMs(tries, retryAfterMs) : undefined;
      const goesOn = pauseMs !== undefined && (await this.#patience.pause(pauseMs));
      if (!goesOn && failure) throw failure;
      if (!goesOn) return;
    }
  }
}

/** Gives an access token; another one when the present one was refused. */
export type TokenSource = (options: { renew: boolean; refused?: string }) => Promise<string>;

/** Puts the access token on; a 401 gets a new token once, since a token can be revoked before it expires. */
export class Authorize extends Link {
  readonly #token: TokenSource;
  constructor(token: TokenSource) {
    super();
    this.#token = token;
  }

  async execute(context: Context): Promise<void> {
    const token = await this.#token({ renew: false });
    setBearer(context, token);
    const response = await this.pass(context);
    if (response.status !== 401) return;
    setBearer(context, await this.#token({ renew: true, refused: token }));
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
    await (notesOf(context).options.alone ? inEveryPlace(this.#limit, send) : this.#limit(send));
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

/** Sends no faster than the mailbox bears, whoever it is that sends. */
export class KeepPace extends Link {
  readonly #patience: Patience;
  constructor(patience: Patience) {
    super();
    this.#patience = patience;
  }

  async execute(context: Context): Promise<void> {
    const { requests = 1, signal } = notesOf(context).options;
    try {
      await this.#patience.enter(requests, signal);
    } catch (error) {
      if (error instanceof GraphThrottledError) throw error;
      throw new GraphUnreachableError(nameOf(context), error, "none");
    }
    const { status, headers } = await this.pass(context);
    this.#patience.heed({ status, headers: new Map(headers) });
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
    const name = nameOf(context);
    if (this.#signal.aborted) throw new GraphUnreachableError(name, this.#signal.reason, "none");
    this.#onRequest();
    const { timeoutMs = this.#timeoutMs } = notesOf(context).options;
    const { signal, clear } = startDeadline({
      milliseconds: timeoutMs,
      clock: this.#clock,
      signal: this.#signal,
    });
    try {
      const response = await fetch(urlOf(context), { ...context.options, redirect: "error", signal });
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

function notesOf(context: Context): RequestNotes {
  const notes = context.middlewareControl?.getMiddlewareOptions(RequestNotes);
  if (!(notes instanceof RequestNotes)) throw new Error("A request to Graph came without its notes.");
  return notes;
}

function urlOf({ request }: Context): string {
  return typeof request === "string" ? request : request.url;
}

function nameOf(context: Context): string {
  return `${context.options?.method ?? "GET"} ${new URL(urlOf(context)).pathname}`;
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
