import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  request,
  type ServerResponse,
} from "node:http";
import { createServer as createSecureServer, request as secureRequest } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { ServerCertificate } from "../../infra/local/tls.ts";

/** A request to a service, as it passes. */
export interface PassingRequest {
  method: string;
  /** With its query, decoded. */
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** Decides what passes. The rest is neither answered nor refused: whoever asked waits, as long as he lives. */
export interface Gatekeeper {
  /** Whether a request gets to its service. */
  goes(request: PassingRequest): boolean;
  /** Whether its answer gets back; asked when the service has acted. */
  comes(request: PassingRequest, status: number): boolean;
}

export interface HaltingProxy {
  /** Without a slash at its end. */
  url: string;
  close(): Promise<void>;
}

/** @param certificate  for a service that is reached by https */
export async function startHaltingProxy(
  serviceUrl: string,
  gatekeeper: Gatekeeper,
  certificate?: ServerCertificate,
): Promise<HaltingProxy> {
  const { hostname, port } = new URL(serviceUrl);
  const ask = certificate ? secureRequest : request;

  async function pass(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = "GET", url: path = "/", headers } = incoming;
    const body = await buffer(incoming);
    const passing = { method, path: decodeURIComponent(path), headers, body: body.toString() };
    if (!gatekeeper.goes(passing)) return;
    // It goes on without whoever asked: what has arrived at a service is done.
    const answer = await new Promise<IncomingMessage>((resolve, reject) => {
      ask({ hostname, port, method, path, headers }, resolve).on("error", reject).end(body);
    });
    const answered = await buffer(answer);
    const { statusCode: status = 0 } = answer;
    if (gatekeeper.comes(passing, status)) outgoing.writeHead(status, answer.headers).end(answered);
  }

  const serve = (incoming: IncomingMessage, outgoing: ServerResponse): void => {
    // A connection that breaks on one side breaks on the other.
    pass(incoming, outgoing).catch(() => outgoing.destroy());
  };
  const server = certificate ? createSecureServer(certificate, serve) : createServer(serve);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: ownPort } = server.address() as AddressInfo;
  return {
    url: certificate ? `https://localhost:${ownPort}` : `http://127.0.0.1:${ownPort}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
