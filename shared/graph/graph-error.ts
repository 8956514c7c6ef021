/**
 * What is known of a request's effect when it ended badly: `none`, the service surely did nothing (it refused, or was
 * never reached); `unknown`, it may have done it. Only `none` may be repeated where repeating has consequences.
 */
export type Effect = "none" | "unknown";

/** Microsoft Graph answered with an error. Carries its status, code and request id, never a token or a body. */
export class GraphServiceError extends Error {
  override readonly name = "GraphServiceError";
  readonly status: number;
  /** Graph's own code, such as `ErrorItemNotFound`. */
  readonly code: string;
  /** For Microsoft's support, when they are asked. */
  readonly requestId: string | undefined;
  readonly effect: Effect;

  constructor(
    request: string,
    status: number,
    details: { code: string; message: string; requestId?: string | undefined },
  ) {
    const id = details.requestId ? ` (request-id ${details.requestId})` : "";
    super(`Microsoft Graph answered ${request} with ${status} ${details.code}: ${details.message}${id}`);
    this.status = status;
    this.code = details.code;
    this.requestId = details.requestId;
    // A gateway that gave up says nothing of the server behind it.
    this.effect = status >= 500 || status === 408 ? "unknown" : "none";
  }
}

/** Microsoft Graph gave no answer: not reached, cut off, or too slow. */
export class GraphUnreachableError extends Error {
  override readonly name = "GraphUnreachableError";
  readonly effect: Effect;

  constructor(request: string, cause: unknown, effect: Effect) {
    super(`Microsoft Graph gave no answer to ${request}: ${describe(cause)}`, { cause });
    this.effect = effect;
  }
}

/** Microsoft Graph answered, but not in the form its documentation promises. */
export class GraphAnswerError extends Error {
  override readonly name = "GraphAnswerError";
  readonly effect: Effect = "unknown";
}

/** What is known of the effect of a request that failed with this error; an error from before the road is `none`. */
export function effectOf(error: unknown): Effect {
  return error instanceof GraphServiceError ||
    error instanceof GraphUnreachableError ||
    error instanceof GraphAnswerError
    ? error.effect
    : "none";
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  // undici says only "fetch failed" and keeps the reason in its cause.
  return cause.cause instanceof Error ? `${cause.message} (${cause.cause.message})` : cause.message;
}
