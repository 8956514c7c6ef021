import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { EmulatorAnswer } from "../../../infra/local/emulators/emulator.ts";
import { Faults } from "../../../infra/local/emulators/faults.ts";
import { closeServer, listen, readRequest, send } from "../../../infra/local/emulators/http-exchange.ts";
import { type AccountData, StorageRefusal, type StorageRequest } from "./account.ts";
import { answerBlobService } from "./blobs.ts";
import { answerTableService } from "./tables.ts";

export interface StorageServer {
  port: number;
  /** Of a request's method, and of `/blob/<account>/…` or `/table/<account>/…` with its query. */
  faults: Faults;
  /** By the name under which they are reached; two names may be given to the same. */
  accounts: Map<string, AccountData>;
  close(): Promise<void>;
}

/** Any key will do, as long as it is one: signatures are not looked at. */
const KEY = Buffer.from("the key of a storage account in memory").toString("base64");

/**
 * Blobs and tables in memory, on a clock of one's own: leases end by it. A hundred times as fast as Azurite, for tests
 * that need thousands of accounts; what both do alike is tested.
 */
export async function startStorage(clock: { now(): Date }): Promise<StorageServer> {
  const faults = new Faults();
  const accounts: StorageServer["accounts"] = new Map();
  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.keepAliveTimeout = 60_000;

  async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const request = await readRequest(incoming, "http://localhost");
    if (!request) return undefined;
    const { method, path, url, query, headers, text } = request;
    const fault = faults.next({ method, target: decodeURIComponent(path) + url.search });
    if (fault?.kind === "hang") return undefined;
    if (fault?.kind === "reset-before") return void incoming.socket.destroy();
    if (fault?.kind === "status") return send(outgoing, { status: 503, ...fault });
    const [, service = "", account = "", ...rest] = decodeURIComponent(path).split("/");
    const asked = { method, path: rest.join("/"), query, headers, text, now: clock.now() };
    const answer = answerIn(service, accounts.get(account), asked);
    if (fault?.kind === "reset-after") return void incoming.socket.destroy();
    return send(outgoing, answer);
  }

  const port = await listen(server, 0);
  return { port, faults, accounts, close: () => closeServer(server) };
}

/** What AzureWebJobsStorage is set to. */
export function connectionStringOf(account: string, port: number): string {
  const endpoints = ["Blob", "Table"].map(
    (service) => `${service}Endpoint=http://127.0.0.1:${port}/${service.toLowerCase()}/${account}`,
  );
  return [`DefaultEndpointsProtocol=http`, `AccountName=${account}`, `AccountKey=${KEY}`, ...endpoints].join(
    ";",
  );
}

function answerIn(
  service: string,
  account: AccountData | undefined,
  request: StorageRequest,
): EmulatorAnswer {
  try {
    if (!account) throw new StorageRefusal(403, "AuthorizationFailure");
    return service === "table" ? answerTableService(account, request) : answerBlobService(account, request);
  } catch (error) {
    if (error instanceof StorageRefusal) return refusalAnswer(service, error);
    throw error;
  }
}

/** A refusal in the words of the service: Tables say it in JSON, Blobs in XML. */
function refusalAnswer(service: string, { status, code, message }: StorageRefusal): EmulatorAnswer {
  const named = { "x-ms-error-code": code };
  if (service === "table") {
    const body = { "odata.error": { code, message: { lang: "en-US", value: message } } };
    return { status, headers: { ...named, "content-type": "application/json;odata=minimalmetadata" }, body };
  }
  const body = `<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>${message}</Message></Error>`;
  return { status, headers: { ...named, "content-type": "application/xml" }, body };
}
