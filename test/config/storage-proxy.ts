import { createServer, request } from "node:http";
import type { AddressInfo } from "node:net";

/** A storage account, seen through a proxy that counts and refuses. */
export interface StorageProxy {
  url: string;
  /** Of the account behind the proxy. */
  connectionString: string;
  /** As they were sent, oldest first. */
  answers: { method: string; path: string; status: number }[];
  /** The status of every answer. */
  refuseWith: number | undefined;
  close(): Promise<void>;
}

/** @param connectionString  of an Azurite that speaks plain http */
export async function startStorageProxy(connectionString: string): Promise<StorageProxy> {
  const behind = new URL(/BlobEndpoint=([^;]*)/.exec(connectionString)?.[1] ?? "");
  const server = createServer((incoming, outgoing) => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const answered = (status: number): void => void proxy.answers.push({ method, path, status });
    if (proxy.refuseWith !== undefined) {
      answered(proxy.refuseWith);
      outgoing.writeHead(proxy.refuseWith).end();
      return;
    }
    const { hostname: host, port } = behind;
    const onwards = request({ host, port, method, path, headers }, (answer) => {
      answered(answer.statusCode ?? 0);
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: StorageProxy = {
    url,
    connectionString: connectionString.replace(behind.origin, url),
    answers: [],
    refuseWith: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}
