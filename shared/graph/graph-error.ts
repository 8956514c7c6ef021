import * as z from "zod";
import { type Effect, effectOfStatus, reasonOfFetchError } from "../http/request-effect.ts";

/** What an answer says of its refusal. */
export interface RefusalDetails {
  code: string;
  message: string;
  requestId?: string | undefined;
  /** Which limit was met, in Graph's words. */
  limit?: string | undefined;
  retryAfterMs?: number | undefined;
}

const ErrorBody = z.object({
  error: z.object({
    code: z.string().catch("unknown"),
    message: z.string().catch(""),
    innerError: z.object({ "request-id": z.string().optional() }).optional().catch(undefined),
  }),
});

/**
 * Reads a refusal, of a request or of a part of a batch.
 * @param headers  their names in lower case
 */
export function refusalDetails(body: unknown, headers: ReadonlyMap<string, string>): RefusalDetails {
  const error = ErrorBody.safeParse(body).data?.error;
  return {
    code: error?.code ?? "unknown",
    message: error?.message ?? "no explanation was given",
    requestId: error?.innerError?.["request-id"] ?? headers.get("request-id"),
    limit: limitIn(headers),
  };
}

/**
 * Documented as `<Scope>/<Limit>/<application>/<tenant, user or resource>`, and why: only what is no id is told.
 * @see https://learn.microsoft.com/graph/throttling-limits#throttled-responses-requests
 */
function limitIn(headers: ReadonlyMap<string, string>): string | undefined {
  const scope = headers.get("x-ms-throttle-scope")?.split("/").slice(0, 2).join("/");
  const told = [scope, headers.get("x-ms-throttle-information")].filter((text) => text);
  return told.length > 0 ? told.join(", ") : undefined;
}

/** Microsoft Graph answered with an error. Carries its status, code and request id, never a token or a body. */
export class GraphServiceError extends Error {
  override readonly name = "GraphServiceError";
  readonly status: number;
  /** Graph's own code, such as `ErrorItemNotFound`. */
  readonly code: string;
  /** For Microsoft's support, when they are asked. */
  readonly requestId: string | undefined;
  /** How long Graph asked to be left alone, milliseconds; undefined when it did not say. */
  readonly retryAfterMs: number | undefined;
  readonly effect: Effect;

  constructor(request: string, status: number, details: RefusalDetails) {
    const id = details.requestId ? ` (request-id ${details.requestId})` : "";
    const limit = details.limit ? ` (limit: ${details.limit})` : "";
    super(
      `Microsoft Graph answered ${request} with ${status} ${details.code}: ${details.message}${limit}${id}`,
    );
    this.retryAfterMs = details.retryAfterMs;
    this.status = status;
    this.code = details.code;
    this.requestId = details.requestId;
    this.effect = effectOfStatus(status);
  }
}

/** Microsoft Graph gave no answer: not reached, cut off, or too slow. */
export class GraphUnreachableError extends Error {
  override readonly name = "GraphUnreachableError";
  readonly effect: Effect;

  constructor(request: string, cause: unknown, effect: Effect) {
    super(`Microsoft Graph gave no answer to ${request}: ${reasonOfFetchError(cause)}`, { cause });
    this.effect = effect;
  }
}

/** Microsoft Graph answered, but not in the form its documentation promises. */
export class GraphAnswerError extends Error {
  override readonly name = "GraphAnswerError";
  readonly effect: Effect = "unknown";
}

/** Nothing was sent: Microsoft Graph has asked to be left alone for longer than a request waits. */
export class GraphThrottledError extends Error {
  override readonly name = "GraphThrottledError";
  readonly effect: Effect = "none";

  constructor(until: Date) {
    super(
      `Microsoft Graph has asked that this mailbox be left alone until ${until.toISOString()}, so nothing more is sent to it before.`,
    );
  }
}

/** What is known of the effect of a request that failed with this error; an error from before the road is `none`. */
export function effectOf(error: unknown): Effect {
  return error instanceof GraphServiceError ||
    error instanceof GraphUnreachableError ||
    error instanceof GraphAnswerError
    ? error.effect
    : "none";
}
