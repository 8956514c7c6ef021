import type { LimitFunction } from "p-limit";
import type { Clock } from "../clock.ts";
import { startDeadline } from "../http/deadline.ts";
import { effectOfFetchError, effectOfStatus } from "../http/request-effect.ts";
import { parseRetryAfter } from "../http/retry-after.ts";
import { putInDoubt } from "../http/service-error.ts";
import { jsonOrUndefined } from "../json-or-undefined.ts";
import { isComplaint, LONGEST_REST_MS, type WebexPace, webexPace } from "./pace.ts";
import { refusalDetails } from "./webex-answer.ts";
import {
  WebexAnswerError,
  WebexServiceError,
  WebexThrottledError,
  WebexUnreachableError,
} from "./webex-error.ts";

export interface WebexRequest {
  method: "GET" | "POST" | "DELETE";
  url: string;
  /** Sent as JSON; none when undefined. */
  body?: unknown;
}

export interface Repeats {
  /** Sending it twice does what sending it once does. */
  harmless: boolean;
}

export interface WebexAnswer {
  /** The parsed JSON; undefined when there is none. */
  body: unknown;
  headers: Headers;
}

export interface SenderOptions {
  /** The access token of the account that asks. */
  token: (options: { renew: boolean }) => Promise<string>;
  /** Shared by all who use this account in this process. */
  limit: LimitFunction;
  /** Shared by the same; a pace of its own unless given. */
  pace?: WebexPace;
  clock: Clock;
  /** The deadline of the whole run. */
  signal: AbortSignal;
  onRequest?: () => void;
  /** Told of each 429 and 423. */
  onThrottled?: () => void;
}

/** Pages of a thousand people take their time. */
const REQUEST_TIMEOUT_MS = 60_000;
/** How often a request is sent at the most that failed in passing, and one that was told to wait. */
const ATTEMPTS = 5;
const THROTTLED_ATTEMPTS = 20;
const FIRST_PAUSE_MS = 1000;

/** What came back of one try. */
interface Reply {
  status: number;
  text: string;
  headers: Headers;
}

/** Sends requests for one account: authorized, at its pace, again when that is harmless. */
export class WebexSender {
  readonly #options: SenderOptions;
  readonly #pace: WebexPace;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#pace = options.pace ?? webexPace(options);
  }

  /** @throws {WebexServiceError | WebexUnreachableError | WebexAnswerError | WebexThrottledError} */
  async send(request: WebexRequest, { harmless }: Repeats): Promise<WebexAnswer> {
    let isInDoubt = false;
    let [failures, complaints] = [0, 0];
    for (;;) {
      const reply = await this.#try(request).catch((error: unknown) => {
        throw isInDoubt ? putInDoubt(error) : error;
      });
      if (!(reply instanceof Error) && reply.status < 300) return answerOf(request, reply);
      const error = reply instanceof Error ? reply : this.#refusalOf(request, reply);
      if (isInDoubt) putInDoubt(error);
      if (error instanceof WebexServiceError && isComplaint(error.status)) {
        complaints += 1;
        const asked = error.retryAfterMs ?? 0;
        if (complaints >= THROTTLED_ATTEMPTS || asked > LONGEST_REST_MS) throw error;
      } else {
        failures += 1;
        if (!harmless || !isPassing(error) || failures >= ATTEMPTS) throw error;
        isInDoubt ||= error.effect === "unknown";
        if (!(await this.#pause(failures, error))) throw error;
      }
    }
  }

  /** One try; with a second token when the first is refused, since a token can be revoked before it expires. */
  async #try(request: WebexRequest): Promise<Reply | WebexUnreachableError> {
    const reply = await this.#tryWith(request, { renew: false });
    return reply instanceof Error || reply.status !== 401 ? reply : this.#tryWith(request, { renew: true });
  }

  async #tryWith(request: WebexRequest, token: { renew: boolean }): Promise<Reply | WebexUnreachableError> {
    const bearer = await this.#options.token(token);
    return this.#options.limit(() => this.#inTurn(request, bearer));
  }

  async #inTurn(request: WebexRequest, bearer: string): Promise<Reply | WebexUnreachableError> {
    try {
      await this.#pace.enter(this.#options.signal);
    } catch (error) {
      if (error instanceof WebexThrottledError) throw error;
      return new WebexUnreachableError(nameOf(request), error, "none");
    }
    const reply = await this.#exchange(request, bearer);
    if (reply instanceof Error) return reply;
    this.#pace.heed(reply.status, this.#retryAfterMs(reply));
    if (isComplaint(reply.status)) this.#options.onThrottled?.();
    return reply;
  }

  async #exchange(
    { method, url, body }: WebexRequest,
    bearer: string,
  ): Promise<Reply | WebexUnreachableError> {
    const { clock, signal: whole, onRequest } = this.#options;
    onRequest?.();
    const { signal, clear } = startDeadline({ milliseconds: REQUEST_TIMEOUT_MS, clock, signal: whole });
    try {
      const response = await fetch(url, {
        method,
        headers: {
          accept: "application/json",
          authorization: `Bearer ${bearer}`,
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        body: body === undefined ? null : JSON.stringify(body),
        redirect: "error",
        signal,
      });
      // The body belongs to the request: a connection that breaks in its middle is no answer either.
      return { status: response.status, text: await response.text(), headers: response.headers };
    } catch (error) {
      return new WebexUnreachableError(nameOf({ method, url }), error, effectOfFetchError(error));
    } finally {
      clear();
    }
  }

  #refusalOf(request: WebexRequest, reply: Reply): WebexServiceError {
    const details = refusalDetails(jsonOrUndefined(reply.text), reply.headers, this.#retryAfterMs(reply));
    return new WebexServiceError(nameOf(request), reply.status, details);
  }

  #retryAfterMs({ headers }: Reply): number | undefined {
    return parseRetryAfter(headers.get("retry-after"), this.#options.clock.now());
  }

  /** False when the deadline came first, or Webex asked for longer than is waited. */
  async #pause(failures: number, error: WebexServiceError | WebexUnreachableError): Promise<boolean> {
    const { clock, signal } = this.#options;
    const asked = error instanceof WebexServiceError ? error.retryAfterMs : undefined;
    // Half of it by chance, so that what failed together does not come again together.
    const pauseMs = asked ?? FIRST_PAUSE_MS * 2 ** (failures - 1) * (0.5 + Math.random() / 2);
    if (pauseMs > LONGEST_REST_MS) return false;
    try {
      await clock.sleep(pauseMs, signal);
      return true;
    } catch {
      return false;
    }
  }
}

function isPassing(error: WebexServiceError | WebexUnreachableError): boolean {
  return error instanceof WebexUnreachableError || effectOfStatus(error.status) === "unknown";
}

function answerOf(request: WebexRequest, { text, headers }: Reply): WebexAnswer {
  const body = text === "" ? undefined : jsonOrUndefined(text);
  if (text !== "" && body === undefined) {
    throw new WebexAnswerError(`Webex answered ${nameOf(request)} with something that is not JSON.`);
  }
  return { body, headers };
}

/** Without the query, which may hold addresses. */
export function nameOf({ method, url }: Pick<WebexRequest, "method" | "url">): string {
  return `${method} ${new URL(url).pathname}`;
}
