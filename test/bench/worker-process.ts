import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { HEAP_LIMITS } from "./heap-limits.ts";
import type { Usage } from "./report-usage.ts";

/** A Functions host with the app in it, in a process of its own. */
export interface WorkerProcess {
  url: string;
  /** What it used, twice a second. */
  usages: readonly Usage[];
  /** Lines of its log that tell of an error. */
  errors: readonly string[];
  close(): Promise<void>;
}

const SERVE = fileURLToPath(new URL("../../infra/local/host/serve.ts", import.meta.url));
const REPORT_USAGE = new URL("report-usage.ts", import.meta.url).href;
/** A worker after the first finds the local host's TypeScript compiled: in the cloud there is none. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("../../.local/compile-cache", import.meta.url));

export const MASTER_KEY = "bench-master-key";

/** @throws {Error} it ended before it listened; says what it printed */
export async function startWorker(
  appRoot: string,
  settings: Readonly<Record<string, string>>,
): Promise<WorkerProcess> {
  const host = { NODE_COMPILE_CACHE, PORT: "0", HOST_KEY: "bench-host-key", MASTER_KEY };
  const child = spawn(process.execPath, [...HEAP_LIMITS[512], `--import=${REPORT_USAGE}`, SERVE, appRoot], {
    env: { ...process.env, ...settings, ...host },
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const exited = once(child, "exit");
  const usages: Usage[] = [];
  child.on("message", (usage) => usages.push(usage as Usage));
  const errors: string[] = [];
  linesOf(child.stderr, (line) => errors.push(line));
  const ended = exited.then(() => {
    throw new Error(`A worker ended before it listened: ${errors.join("\n")}`);
  });
  return {
    url: await Promise.race([listeningUrl(child), ended]),
    usages,
    errors,
    async close() {
      child.kill("SIGTERM");
      await exited;
    },
  };
}

/** Reading goes on, or the host would stop at a full pipe. */
function listeningUrl({ stdout }: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    linesOf(stdout, (line) => {
      const [, url] = /is listening on (\S+)/.exec(line) ?? [];
      if (url !== undefined) resolve(url);
    });
  });
}

function linesOf(stream: Readable | null, hear: (line: string) => void): void {
  if (stream) createInterface({ input: stream }).on("line", hear);
}
