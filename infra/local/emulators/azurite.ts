import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

export interface AzuriteOptions {
  /** A PEM file with a certificate and its key; plain http without it. */
  certificateFile?: string;
  /** The folder the data is in; in memory without it. */
  location?: string;
}

export interface Azurite {
  /** For AzureWebJobsStorage and every storage library. */
  connectionString: string;
  close(): Promise<void>;
}

const SERVICES = ["Blob", "Queue", "Table"] as const;
type Service = (typeof SERVICES)[number];

const QUIET_ON_FREE_PORTS = [
  "--silent",
  "--disableTelemetry",
  "--skipApiVersionCheck",
  ...SERVICES.flatMap((service) => [`--${service.toLowerCase()}Port`, "0"]),
];

// The account and key every copy of Azurite has; they open nothing else.
const ACCOUNT = "devstoreaccount1";
const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/**
 * Starts Microsoft's storage emulator as a process of its own, on free ports; it ends with this one, however that ends.
 * @throws {Error} it did not start; says what it printed
 * @see https://learn.microsoft.com/azure/storage/common/storage-use-azurite
 */
export async function startAzurite({ certificateFile, location }: AzuriteOptions = {}): Promise<Azurite> {
  const child = spawn(
    process.execPath,
    [
      `--import=${new URL("leave-with-parent.ts", import.meta.url).href}`,
      createRequire(import.meta.url).resolve("azurite/dist/src/azurite.js"),
      ...QUIET_ON_FREE_PORTS,
      ...(location === undefined ? ["--inMemoryPersistence"] : ["--location", location]),
      ...(certificateFile === undefined ? [] : ["--cert", certificateFile, "--key", certificateFile]),
    ],
    { stdio: ["pipe", "pipe", "pipe"] },
  );
  const exited = once(child, "exit");
  const printed = text(child.stderr);
  const urls = await Promise.race([
    listeningUrls(child.stdout),
    exited.then(async () => {
      throw new Error(`Azurite did not start: ${(await printed).trim()}`);
    }),
  ]);
  const endpoints = SERVICES.map((service) => `${service}Endpoint=${urls[service]}/${ACCOUNT}`);
  const protocol = certificateFile === undefined ? "http" : "https";
  return {
    connectionString: [
      `DefaultEndpointsProtocol=${protocol}`,
      `AccountName=${ACCOUNT}`,
      `AccountKey=${KEY}`,
      ...endpoints,
    ].join(";"),
    close: async () => {
      child.stdin.end();
      await exited;
    },
  };
}

/** Azurite prints where each service listens once it does; reading goes on, or it would stop at a full pipe. */
function listeningUrls(output: Readable): Promise<Record<Service, string>> {
  return new Promise((resolve) => {
    const found: Partial<Record<Service, string>> = {};
    createInterface(output).on("line", (line) => {
      const [, service, url] = /^Azurite (\w+) service is successfully listening at (\S+)$/.exec(line) ?? [];
      if (service === undefined || url === undefined) return;
      found[service as Service] = url;
      const { Blob, Queue, Table } = found;
      if (Blob && Queue && Table) resolve({ Blob, Queue, Table });
    });
  });
}
