import { createServer, type IncomingMessage, request } from "node:http";
import type { AddressInfo } from "node:net";

/** One service of a storage account, seen through a proxy that counts, refuses, and loses answers. */
export interface StorageProxy {
  url: string;
  /** Of the account behind the proxy. */
  connectionString: string;
  /** As they were sent, oldest first. */
  answers: { method: string; path: string; status: number }[];
  /** The status of every answer. */
  refuseWith: number | undefined;
  /** Asked when a request has had its effect: whether the connection breaks instead of its answer. */
  loses: (method: string, path: string) => boolean | Promise<boolean>;
  close(): Promise<void>;
}

/** @param connectionString  of an Azurite that speaks plain http */
export async function startStorageProxy(
  connectionString: string,
  service: "Blob" | "Queue" | "Table" = "Blob",
): Promise<StorageProxy> {
  const endpoint = new RegExp(`${service}Endpoint=([^;]*)`).exec(connectionString)?.[1];
  const behind = new URL(endpoint ?? "");
  const server = createServer((incoming, outgoing) => {
    const { method = "GET", url: path = "/", headers } = incoming;
    const answered = (status: number): void => void proxy.answers.push({ method, path, status });
    if (proxy.refuseWith !== undefined) {
      answered(proxy.refuseWith);
      outgoing.writeHead(proxy.refuseWith).end();
      return;
    }
    const { hostname: host, port } = behind;
    async function relay(answer: IncomingMessage): Promise<void> {
      answered(answer.statusCode ?? 0);
      if (await proxy.loses(method, path)) {
        answer.destroy();
        outgoing.destroy();
        return;
      }
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers);
      answer.pipe(outgoing);
    }
    const onwards = request({ host, port, method, path, headers }, (answer) => void relay(answer));
    incoming.pipe(onwards);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const proxy: StorageProxy = {
    url,
    connectionString: connectionString.replace(behind.origin, url),
    answers: [],
    refuseWith: undefined,
    loses: () => false,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return proxy;
}
