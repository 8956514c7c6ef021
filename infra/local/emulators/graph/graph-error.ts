import { randomUUID } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";

/** A refusal in Graph's words. @see https://learn.microsoft.com/graph/errors */
export class GraphError extends Error {
  override readonly name = "GraphError";
  readonly status: number;
  readonly code: string;
  readonly headers: Record<string, string>;

  constructor(status: number, code: string, message: string, headers: Record<string, string> = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

export function badRequest(message: string): GraphError {
  return new GraphError(400, "BadRequest", message);
}

export function itemNotFound(): GraphError {
  return new GraphError(404, "ErrorItemNotFound", "The specified object was not found in the store.");
}

/** In the words of the directory. @param name  of a user or a group, as it was asked for */
export function resourceNotFound(name: string): GraphError {
  return new GraphError(
    404,
    "Request_ResourceNotFound",
    `Resource '${name}' does not exist or one of its queried reference-property objects are not present.`,
  );
}

/** The two names of one exchange: Microsoft's own, and the client's (the same when the client gave none). */
export interface ExchangeIds {
  "request-id": string;
  "client-request-id": string;
}

export function exchangeIds(headers: IncomingHttpHeaders): ExchangeIds {
  const id = randomUUID();
  return { "request-id": id, "client-request-id": String(headers["client-request-id"] ?? id) };
}

/** The body of every refusal. The date is UTC and says so nowhere, as Graph's. */
export function errorBody({ code, message }: GraphError, ids: ExchangeIds, now: Date): object {
  return { error: { code, message, innerError: { date: now.toISOString().slice(0, 19), ...ids } } };
}
