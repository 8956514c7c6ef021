import { type Effect, effectOfStatus, reasonOfFetchError } from "../http/request-effect.ts";

/** What a refusal says of itself. */
export interface RefusalDetails {
  message: string;
  trackingId: string | undefined;
  /** How long Webex asked to be left alone, milliseconds; undefined when it did not say. */
  retryAfterMs: number | undefined;
}

/** Webex answered with an error. Carries its status and tracking id, never a token. */
export class WebexServiceError extends Error {
  override readonly name = "WebexServiceError";
  readonly status: number;
  /** For Webex's support, when they are asked. */
  readonly trackingId: string | undefined;
  readonly retryAfterMs: number | undefined;
  readonly effect: Effect;

  constructor(request: string, status: number, details: RefusalDetails) {
    const id = details.trackingId ? ` (tracking id ${details.trackingId})` : "";
    super(`Webex answered ${request} with ${status}: ${details.message}${id}`);
    this.status = status;
    this.trackingId = details.trackingId;
    this.retryAfterMs = details.retryAfterMs;
    this.effect = effectOfStatus(status);
  }
}

/** Webex gave no answer: not reached, cut off, or too slow. */
export class WebexUnreachableError extends Error {
  override readonly name = "WebexUnreachableError";
  readonly effect: Effect;

  constructor(request: string, cause: unknown, effect: Effect) {
    super(`Webex gave no answer to ${request}: ${reasonOfFetchError(cause)}`, { cause });
    this.effect = effect;
  }
}

/** Webex answered, but not in the form its documentation promises. */
export class WebexAnswerError extends Error {
  override readonly name = "WebexAnswerError";
  readonly effect: Effect = "unknown";
}

/** Nothing was sent: Webex has asked to be left alone for longer than a request waits. */
export class WebexThrottledError extends Error {
  override readonly name = "WebexThrottledError";
  readonly effect: Effect = "none";

  constructor(until: Date) {
    super(
      `Webex has asked that this account be left alone until ${until.toISOString()}, so nothing more is sent for it before.`,
    );
  }
}

const inDoubt = new WeakSet<object>();

/**
 * Says of an error that an earlier try of its request may have had its effect: however the last try ended, that
 * proves nothing of the first.
 */
export function putInDoubt<T>(error: T): T {
  if (error instanceof Error) inDoubt.add(error);
  return error;
}

/**
 * What is known of the effect of a request that failed with this error, all its tries taken together; an error from
 * before the road is `none`.
 */
export function effectOfWebexError(error: unknown): Effect {
  if (error instanceof Error && inDoubt.has(error)) return "unknown";
  return error instanceof WebexServiceError ||
    error instanceof WebexUnreachableError ||
    error instanceof WebexAnswerError
    ? error.effect
    : "none";
}
