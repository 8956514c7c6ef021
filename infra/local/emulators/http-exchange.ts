import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { EmulatorAnswer, EmulatorRequest, Exchange } from "./exchange.ts";

/** Listens on loopback only; the port taken. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
  });
}

/** Stops listening and ends open connections at once. */
export function closeServer(server: Server): Promise<void> {
  return new Promise((resolve, reject) => {
    server.close((error) => (error ? reject(error) : resolve()));
    server.closeAllConnections();
  });
}

/** The whole request, or undefined when the client left in the middle of it. */
export async function readRequest(
  incoming: IncomingMessage,
  base: string,
): Promise<EmulatorRequest | undefined> {
  const chunks: Buffer[] = [];
  try {
    for await (const chunk of incoming) chunks.push(chunk as Buffer);
  } catch (error) {
    if (incoming.destroyed) return undefined;
    throw error;
  }
  const text = Buffer.concat(chunks).toString("utf8");
  const target = incoming.url ?? "/";
  const url = new URL(base + target);
  return {
    method: incoming.method ?? "GET",
    url,
    path: target.split("?", 1)[0] ?? "/",
    query: url.searchParams,
    headers: incoming.headers,
    text,
    json: () => JSON.parse(text) as unknown,
    form: () => new URLSearchParams(text),
  };
}

/** Writes the answer; a body gets the type it looks like unless the answer names one. */
export function send(outgoing: ServerResponse, { status, headers, body }: EmulatorAnswer): void {
  const sent = { ...headers };
  const typed = Object.keys(sent).some((name) => name.toLowerCase() === "content-type");
  if (!typed && body !== undefined) {
    sent["content-type"] =
      typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  }
  outgoing.writeHead(status, sent);
  outgoing.end(body === undefined || typeof body === "string" ? body : JSON.stringify(body));
}

/** Both sides of an exchange as whoever watches gets to see them. */
export function exchangeOf(
  service: string,
  request: EmulatorRequest,
  answer: EmulatorAnswer,
  injected: boolean,
): Exchange {
  return {
    service,
    method: request.method,
    path: request.path,
    query: request.query,
    requestHeaders: request.headers,
    requestBody: parsedBody(request),
    status: answer.status,
    responseHeaders: answer.headers ?? {},
    responseBody: onTheWire(answer.body),
    ...(injected ? { injected } : {}),
  };
}

/** What the other side gets to see: without properties that are undefined, and not the emulator's own objects. */
function onTheWire(body: unknown): unknown {
  return body === undefined ? undefined : (JSON.parse(JSON.stringify(body)) as unknown);
}

function parsedBody(request: EmulatorRequest): unknown {
  if (request.text === "") return undefined;
  const type = request.headers["content-type"] ?? "";
  if (type.includes("application/x-www-form-urlencoded")) return Object.fromEntries(request.form());
  if (!type.includes("json")) return request.text;
  try {
    return request.json();
  } catch {
    return request.text;
  }
}
