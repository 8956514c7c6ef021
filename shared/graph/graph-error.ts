import * as z from "zod";
import type { Effect } from "../http/request-effect.ts";
import type { AnsweringService } from "../http/service-answer.ts";
import { AnswerError, RefusedError, ThrottledError, UnreachableError } from "../http/service-error.ts";

const NAME = "Microsoft Graph";

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
export class GraphServiceError extends RefusedError {
  override readonly name = "GraphServiceError";
  /** Graph's own code, such as `ErrorItemNotFound`. */
  readonly code: string;
  /** For Microsoft's support, when they are asked. */
  readonly requestId: string | undefined;

  constructor(request: string, status: number, details: RefusalDetails) {
    const id = details.requestId ? ` (request-id ${details.requestId})` : "";
    const limit = details.limit ? ` (limit: ${details.limit})` : "";
    super(
      `${NAME} answered ${request} with ${status} ${details.code}: ${details.message}${limit}${id}`,
      status,
      details.retryAfterMs,
    );
    this.code = details.code;
    this.requestId = details.requestId;
  }
}

export class GraphUnreachableError extends UnreachableError {
  override readonly name = "GraphUnreachableError";

  constructor(request: string, cause: unknown, effect: Effect) {
    super(NAME, request, cause, effect);
  }
}

export class GraphAnswerError extends AnswerError {
  override readonly name = "GraphAnswerError";
}

export class GraphThrottledError extends ThrottledError {
  override readonly name = "GraphThrottledError";

  constructor(until: Date) {
    super(
      `${NAME} has asked that this mailbox be left alone until ${until.toISOString()}, so nothing more is sent to it before.`,
    );
  }
}

/** For what reads answers. */
export const GRAPH: AnsweringService = { name: NAME, AnswerError: GraphAnswerError };
