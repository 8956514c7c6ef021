import { type Effect, effectOfStatus, reasonOfFetchError } from "./request-effect.ts";

/** A service did not do what was asked of it, as far as is known. Each client has classes of its own beneath these. */
export abstract class ServiceError extends Error {
  /** What the last try of the request has done. */
  readonly effect: Effect;

  constructor(message: string, effect: Effect, options?: ErrorOptions) {
    super(message, options);
    this.effect = effect;
  }
}

/** It answered with an error. */
export abstract class RefusedError extends ServiceError {
  readonly status: number;
  /** How long it asked to be left alone, milliseconds; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;

  constructor(message: string, status: number, retryAfterMs: number | undefined) {
    super(message, effectOfStatus(status));
    this.status = status;
    this.retryAfterMs = retryAfterMs;
  }
}

/** It gave no answer: not reached, cut off, or too slow. */
export abstract class UnreachableError extends ServiceError {
  constructor(service: string, request: string, cause: unknown, effect: Effect) {
    super(`${service} gave no answer to ${request}: ${reasonOfFetchError(cause)}`, effect, { cause });
  }
}

/** It answered, but not in the form its documentation promises. */
export abstract class AnswerError extends ServiceError {
  constructor(message: string, options?: ErrorOptions) {
    super(message, "unknown", options);
  }
}

/** Nothing was sent: it has asked to be left alone for longer than a request waits. */
export abstract class ThrottledError extends ServiceError {
  constructor(message: string) {
    super(message, "none");
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
 * before the request is `none`.
 */
export function effectOf(error: unknown): Effect {
  if (error instanceof Error && inDoubt.has(error)) return "unknown";
  return error instanceof ServiceError ? error.effect : "none";
}
