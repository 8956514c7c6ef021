import type { IncomingHttpHeaders } from "node:http";
import type { TokenClaims } from "../access-token.ts";
import { badRequest } from "./graph-error.ts";
import type { MailboxState } from "./state.ts";

export type Json = Record<string, unknown>;

/** One request as Graph sees it, whether it came alone or as a part of a batch. */
export interface GraphRequest {
  method: string;
  /** As sent, with /v1.0 and without the query. */
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  text: string;
}

/** A request that was admitted: known caller, known operation. */
export interface TenantCall extends GraphRequest {
  caller: TokenClaims;
  /** What stands in the path where the operation has {braces}, decoded. */
  parameters: Record<string, string>;
  /** Such as https://localhost:4433/v1.0: links in an answer begin with it. */
  root: string;
  now: Date;
  /** The most items on a page, whatever is asked for. */
  largestPage: number;
  /** Does the token carry this permission, or one that includes it? */
  may(permission: string): boolean;
}

/** One about a single user. */
export interface Call extends TenantCall {
  mailbox: MailboxState;
}

/** The JSON object in the body. @throws {GraphError} 400: there is none */
export function bodyOf({ text }: GraphRequest): Json {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    body = undefined;
  }
  if (!isObject(body)) {
    throw badRequest(
      "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON format.",
    );
  }
  return body;
}

/** A query option; Graph does not mind the case of its name. */
export function option({ query }: GraphRequest, name: string): string | undefined {
  const wanted = name.toLowerCase();
  for (const [key, value] of query) if (key.toLowerCase() === wanted) return value;
  return undefined;
}

/** The value, if it is text. */
export function textOf(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

export function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
