import { createServer as createPlainServer } from "node:http";
import type { IncomingMessage, RequestListener, Server, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { ServerCertificate } from "../tls.ts";
import { answerControl } from "./control.ts";
import type { EmulatorAnswer, EmulatorRequest, Exchange, ExchangeRecord } from "./exchange.ts";
import { Faults } from "./faults.ts";
import type { Fault } from "./faults.ts";
import { closeServer, exchangeOf, listen, readRequest, send } from "./http-exchange.ts";

export type { EmulatorAnswer, EmulatorRequest, Exchange } from "./exchange.ts";

export interface EmulatorOptions {
  /** "none" is for a service that speaks plain HTTP. */
  certificate: ServerCertificate | "none";
  /** 0, which is the default, takes a free one. */
  port?: number;
  /** The name in the url; "localhost" unless given. */
  host?: string;
  clock?: { now(): Date };
  onExchange?: (exchange: Exchange) => void;
}

export interface Emulator {
  /** Such as https://localhost:4433, without a slash at its end. */
  url: string;
  port: number;
  faults: Faults;
  /** The latest requests, oldest first, without those to the control route. */
  exchanges: ExchangeRecord[];
  /** Ends open connections at once. */
  close(): Promise<void>;
}

export type Handle = (
  request: EmulatorRequest,
  /** Waits as long as the latency is at this moment. */
  latency: () => Promise<void>,
) => EmulatorAnswer | Promise<EmulatorAnswer>;

/** Who waits for the latency: the base before it calls the handler, or a handler that counts what is under way. */
export type Pacing = "before-handler" | "by-handler";

const EXCHANGES_KEPT = 20_000;

/**
 * Starts one service on loopback, over TLS unless told otherwise, with latency, faults and the control route /_control.
 * Paths below /_control/ are a service's own controls: they reach `handle` without latency, faults or a record.
 * What `handle` throws is answered with 500 and printed, so that a mistake in an emulator is seen.
 */
export async function startEmulator(
  service: string,
  options: EmulatorOptions,
  handle: Handle,
  pacing: Pacing = "before-handler",
): Promise<Emulator> {
  const host = new ServiceHost(service, options, handle, pacing);
  const server = serverFor(options.certificate, (incoming, outgoing) => {
    host.serve(incoming, outgoing).catch((error: unknown) => {
      console.error(`${service} emulator: ${incoming.method} ${incoming.url} could not be answered`, error);
      outgoing.destroy();
    });
  });
  // A pool that outlives this would see resets in the middle of a test; the default is 5 s.
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, options.port ?? 0);
  const scheme = options.certificate === "none" ? "http" : "https";
  host.url = `${scheme}://${options.host ?? "localhost"}:${port}`;
  const { url, faults, exchanges } = host;
  const close = async (): Promise<void> => {
    host.delays.forget();
    await closeServer(server);
  };
  return { url, port, faults, exchanges, close };
}

function serverFor(certificate: EmulatorOptions["certificate"], listener: RequestListener): Server {
  return certificate === "none" ? createPlainServer(listener) : createServer(certificate, listener);
}

/** What happens to each request on its way to the handler and back. */
class ServiceHost {
  url = "";
  readonly faults = new Faults();
  readonly exchanges: ExchangeRecord[] = [];
  readonly delays = new Delays();
  readonly #service: string;
  readonly #options: EmulatorOptions;
  readonly #handle: Handle;
  readonly #pacing: Pacing;

  constructor(service: string, options: EmulatorOptions, handle: Handle, pacing: Pacing) {
    this.#service = service;
    this.#options = options;
    this.#handle = handle;
    this.#pacing = pacing;
  }

  async serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await readRequest(incoming, this.url);
    // The client left before it had said everything.
    if (request === undefined) return;
    const { faults, exchanges } = this;
    if (request.path === "/_control") return send(outgoing, answerControl(request, faults, exchanges));
    if (request.path.startsWith("/_control/")) return send(outgoing, await this.#answer(request));

    const record = this.#startRecord(request);
    const fault = faults.next({ method: request.method, target: request.path + request.url.search });
    if (this.#pacing === "before-handler") await this.#latency();
    if (fault?.kind === "hang") return undefined;
    if (fault?.kind === "reset-before") return void incoming.socket.destroy();
    if (fault?.kind === "status-after") await this.#answer(request);
    const injected = fault?.kind === "status" || fault?.kind === "status-after";
    const answer = injected ? injectedAnswer(fault) : await this.#answer(request);
    record.status = answer.status;
    this.#options.onExchange?.(exchangeOf(this.#service, request, answer, injected));
    if (fault?.kind === "hang-after") return undefined;
    if (fault?.kind === "reset-after") return void incoming.socket.destroy();
    return send(outgoing, answer);
  }

  async #answer(request: EmulatorRequest): Promise<EmulatorAnswer> {
    try {
      return await this.#handle(request, () => this.#latency());
    } catch (error) {
      console.error(`${this.#service} emulator: ${request.method} ${request.path} failed`, error);
      return { status: 500, body: { error: { code: "EmulatorError", message: String(error) } } };
    }
  }

  async #latency(): Promise<void> {
    if (this.faults.latencyMs > 0) await this.delays.pass(this.faults.latencyMs);
  }

  #startRecord({ method, path }: EmulatorRequest): ExchangeRecord {
    const record = { method, path, status: 0, startedAt: this.#options.clock?.now() ?? new Date() };
    this.exchanges.push(record);
    if (this.exchanges.length > EXCHANGES_KEPT) this.exchanges.shift();
    return record;
  }
}

/** The delays an emulator is in, so that closing it does not wait for them. */
class Delays {
  readonly #timers = new Set<NodeJS.Timeout>();

  pass(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        this.#timers.delete(timer);
        resolve();
      }, milliseconds);
      this.#timers.add(timer);
    });
  }

  forget(): void {
    for (const timer of this.#timers) clearTimeout(timer);
  }
}

function injectedAnswer({ status = 503, headers = {}, body }: Fault): EmulatorAnswer {
  return { status, headers, body };
}
