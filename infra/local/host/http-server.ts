import { createServer } from "node:http";
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerAdmin } from "./admin-api.ts";
import { FunctionFailedError } from "./app-thread.ts";
import { FunctionTimeoutError } from "./executor.ts";
import type { Executor } from "./executor.ts";
import type { HostLog } from "./host-log.ts";
import { keyOf, readBody, readHead, toRpcHttp } from "./http-request.ts";
import type { RequestHead } from "./http-request.ts";
import { answerOf } from "./http-response.ts";
import type { HttpAnswer } from "./http-response.ts";
import type { FunctionIndex, HttpFunction } from "./indexing.ts";
import type { Keys } from "./keys.ts";
import { CALLED_BY_API } from "./trigger-data.ts";

export interface HttpOptions {
  index: FunctionIndex;
  executor: Executor;
  keys: Keys;
  log: HostLog;
  /** Begins a function that is not HTTP, and does not wait for its end. */
  fire: (name: string, input: string) => void;
}

const HOME = Buffer.from(
  "<!doctype html><title>Functions</title><p>The local Functions host is running.</p>\n",
);

/** Serves the HTTP functions and the admin API on loopback. Port 0 takes a free one. */
export async function listen(options: HttpOptions, port: number): Promise<{ server: Server; url: string }> {
  const server = createServer((request, response) => {
    void respond(request, response, options, urlOf(server));
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return { server, url: urlOf(server) };
}

function urlOf(server: Server): string {
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  options: HttpOptions,
  url: string,
): Promise<void> {
  try {
    send(response, request.method === "HEAD", await answer(request, options, url));
  } catch (error) {
    // The executor has logged a function's failure; nobody outside is told more than the status.
    if (!(error instanceof FunctionFailedError || error instanceof FunctionTimeoutError)) {
      const message = error instanceof Error ? error.message : String(error);
      options.log({
        level: "error",
        category: "Host",
        message: `A request ended with status 500: ${message}`,
      });
    }
    for (const name of response.getHeaderNames()) response.removeHeader(name);
    send(response, false, empty(500));
  } finally {
    // What was not read would otherwise be taken for the next request.
    request.resume();
  }
}

async function answer(request: IncomingMessage, options: HttpOptions, url: string): Promise<HttpAnswer> {
  const head = readHead(request);
  if (head === undefined) return empty(400);
  if (head.path === "/") {
    return { status: 200, headers: [["content-type", "text/html; charset=utf-8"]], body: HOME };
  }
  if (/^\/admin(\/|$)/i.test(head.path)) return admin(request, head, options, url);
  for (const target of options.index.functions) {
    if (target.trigger !== "http" || target.methods?.includes(head.method.toUpperCase()) === false) continue;
    const params = target.template.match(head.path);
    if (params !== undefined) return invoke(request, head, options, target, params);
  }
  return empty(404);
}

async function admin(
  request: IncomingMessage,
  head: RequestHead,
  { keys, index, fire }: HttpOptions,
  url: string,
): Promise<HttpAnswer> {
  if (!keys.open("admin", keyOf(head))) return empty(401);
  const body = await readBody(request);
  if (body === "too large") return empty(413);
  const contentType = head.headers.get("content-type")?.[0] ?? "";
  const { status, body: json } = answerAdmin(
    { method: head.method, path: head.path, contentType, body },
    { index, url, fire },
  );
  if (json === undefined) return empty(status);
  return {
    status,
    headers: [["content-type", "application/json; charset=utf-8"]],
    body: Buffer.from(JSON.stringify(json)),
  };
}

async function invoke(
  request: IncomingMessage,
  head: RequestHead,
  { executor, keys, log }: HttpOptions,
  target: HttpFunction,
  params: Record<string, string>,
): Promise<HttpAnswer> {
  if (!keys.open(target.authLevel, keyOf(head))) return empty(401);
  const body = await readBody(request);
  if (body === "too large") return empty(413);
  if (request.headers["transfer-encoding"] !== undefined) {
    const message = `The body of a request to '${target.name}' came in chunks and does not reach the function: send its Content-Length.`;
    log({ level: "warning", category: "Host", message });
  }
  const traceParent = head.headers.get("traceparent")?.[0];
  const { returnValue } = await executor.execute(target, {
    reason: CALLED_BY_API,
    input: { http: toRpcHttp(head, params, body) },
    ...(traceParent === undefined ? {} : { traceParent }),
  });
  return answerOf(returnValue);
}

function empty(status: number): HttpAnswer {
  return { status, headers: [], body: new Uint8Array() };
}

function send(response: ServerResponse, isHead: boolean, { status, headers, body }: HttpAnswer): void {
  response.statusCode = status;
  for (const [name, value] of headers) response.appendHeader(name, value);
  if (isHead || status === 204 || status === 304) response.end();
  else response.end(body);
}
