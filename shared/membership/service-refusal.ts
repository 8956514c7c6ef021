import {
  GraphAnswerError,
  GraphServiceError,
  GraphThrottledError,
  GraphUnreachableError,
} from "../graph/graph-error.ts";
import {
  WebexAnswerError,
  WebexServiceError,
  WebexThrottledError,
  WebexUnreachableError,
} from "../webex/webex-error.ts";

const REFUSALS = [
  WebexServiceError,
  WebexUnreachableError,
  WebexAnswerError,
  WebexThrottledError,
  GraphServiceError,
  GraphUnreachableError,
  GraphAnswerError,
  GraphThrottledError,
];

/** Whether a service has refused, or not answered; anything else is of our own side, such as a connection without a token. */
export function isOfService(error: unknown): error is Error {
  return error instanceof Error && REFUSALS.some((kind) => error instanceof kind);
}

/**
 * What a service said instead of what was asked for.
 * @throws the error itself when it is none of a service
 */
export function refusalOf(error: unknown): string {
  if (isOfService(error)) return error.message;
  throw error;
}
