import type { IncomingMessage } from "node:http";
import type { RpcHttp } from "./rpc.ts";

/** The largest body that is taken, in bytes. */
export const BODY_LIMIT = 100 * 1024 * 1024;

/** A request's line and headers, read as Kestrel reads them. */
export interface RequestHead {
  method: string;
  /** Absolute, for the function. Its query may hold a key: not for a log. */
  url: string;
  /** Decoded, but for encoded slashes. */
  path: string;
  /** The values of each name, which is as first written; names differ in more than case. */
  query: Map<string, string[]>;
  /** By lower-case name. */
  headers: Map<string, string[]>;
}

/** Undefined when the request line or the Host header is no valid URL. */
export function readHead(request: IncomingMessage): RequestHead | undefined {
  const { url = "/", method = "GET", rawHeaders } = request;
  const origin = `http://${request.headers.host ?? "localhost"}`;
  const address = url.startsWith("/") ? `${origin}${url}` : url;
  if (!URL.canParse(address)) return undefined;
  const { href, pathname, search } = new URL(address);
  return {
    method,
    url: href,
    path: decodedPath(pathname),
    query: queryOf(search),
    headers: headersOf(rawHeaders),
  };
}

/** The key of a request: the header's, which counts even when it is wrong, else the query's. */
export function keyOf({ headers, query }: RequestHead): string | undefined {
  const inHeader = headers.get("x-functions-key");
  if (inHeader !== undefined) return inHeader[0];
  return valuesOf(query, "code")?.[0];
}

/**
 * The body, as far as the worker gets it: only one of a stated length. What comes in chunks is lost on the way.
 * @returns undefined when there is none, `"too large"` when it exceeds the limit
 */
export async function readBody(request: IncomingMessage): Promise<Buffer | undefined | "too large"> {
  const length = Number(request.headers["content-length"] ?? 0);
  if (length > BODY_LIMIT) return "too large";
  if (length === 0) return undefined;
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The request as the host writes it for the worker: several values of one name become one, joined by a comma. */
export function toRpcHttp(
  head: RequestHead,
  params: Record<string, string>,
  body: Buffer | undefined,
): RpcHttp {
  return {
    method: head.method,
    url: head.url,
    nullableHeaders: nullable([...head.headers].map(([name, values]) => [name, values.join(",")])),
    nullableQuery: nullable([...head.query].map(([name, values]) => [name, values.join(",")])),
    nullableParams: nullable(Object.entries(params)),
    ...(body === undefined ? {} : { body: { bytes: body } }),
  };
}

function nullable(entries: [string, string][]): Record<string, { value: string }> {
  return Object.fromEntries(entries.map(([name, value]) => [name, { value }]));
}

/** Each run of escapes on its own, so that a malformed one stays as it is and the others do not. */
function decodedPath(pathname: string): string {
  return pathname.replaceAll(/(?:%(?!2f)[\da-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes);
    } catch {
      return escapes;
    }
  });
}

function queryOf(search: string): Map<string, string[]> {
  const query = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(search)) {
    const values = valuesOf(query, name);
    if (values === undefined) query.set(name, [value]);
    else values.push(value);
  }
  return query;
}

function valuesOf(query: Map<string, string[]>, name: string): string[] | undefined {
  const written = [...query.keys()].find((known) => known.toLowerCase() === name.toLowerCase());
  return written === undefined ? undefined : query.get(written);
}

function headersOf(rawHeaders: string[]): Map<string, string[]> {
  const headers = new Map<string, string[]>();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? "").toLowerCase();
    headers.set(name, [...(headers.get(name) ?? []), rawHeaders[index + 1] ?? ""]);
  }
  return headers;
}
