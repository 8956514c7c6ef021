import type { Effect } from "../http/request-effect.ts";
import type { AnsweringService } from "../http/service-answer.ts";
import { AnswerError, RefusedError, ThrottledError, UnreachableError } from "../http/service-error.ts";

const NAME = "Webex";

/** What a refusal says of itself. */
export interface RefusalDetails {
  message: string;
  trackingId: string | undefined;
  /** How long Webex asked to be left alone, milliseconds; undefined when it did not say. */
  retryAfterMs: number | undefined;
}

/** Webex answered with an error. Carries its status and tracking id, never a token. */
export class WebexServiceError extends RefusedError {
  override readonly name = "WebexServiceError";
  /** For Webex's support, when they are asked. */
  readonly trackingId: string | undefined;

  constructor(request: string, status: number, details: RefusalDetails) {
    const id = details.trackingId ? ` (tracking id ${details.trackingId})` : "";
    super(
      `${NAME} answered ${request} with ${status}: ${details.message}${id}`,
      status,
      details.retryAfterMs,
    );
    this.trackingId = details.trackingId;
  }
}

export class WebexUnreachableError extends UnreachableError {
  override readonly name = "WebexUnreachableError";

  constructor(request: string, cause: unknown, effect: Effect) {
    super(NAME, request, cause, effect);
  }
}

export class WebexAnswerError extends AnswerError {
  override readonly name = "WebexAnswerError";
}

export class WebexThrottledError extends ThrottledError {
  override readonly name = "WebexThrottledError";

  constructor(until: Date) {
    super(
      `${NAME} has asked that this account be left alone until ${until.toISOString()}, so nothing more is sent for it before.`,
    );
  }
}

/** For what reads answers. */
export const WEBEX: AnsweringService = { name: NAME, AnswerError: WebexAnswerError };
