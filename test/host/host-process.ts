import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { appRoot } from "../functions/whole-app.ts";
import { LogBook } from "./fixture-host.ts";

/** A Functions host with the whole app in it, in a process of its own. */
export interface HostProcess {
  log: LogBook;
  /** A run that somebody forces. */
  run(request: object): Promise<Response>;
  /** As an operator fires a timer. */
  fire(timer: string): Promise<void>;
  /** From one moment to the next, as a machine fails. */
  kill(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL("queue-host.ts", import.meta.url));
/** A host after the first finds the local host's TypeScript compiled. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("../../.local/compile-cache", import.meta.url));
/** The keys of that program. */
const KEYS = { host: "h", master: "m" };
/** As long as a host has a message, it says so at half of this time; another gets it as long after the host's end at the most. */
const INVISIBILITY_MS = 5000;

/** A test waits no longer than the storage account makes it wait, and no message waits for another. */
const AT_ONCE = { maxPollingInterval: "00:00:00.1", batchSize: 32, newBatchThreshold: 32 };
await hurry();

async function hurry(): Promise<void> {
  const file = path.join(appRoot, "host.json");
  const { extensions, ...rest } = JSON.parse(await readFile(file, "utf8")) as {
    extensions: { queues: object };
  };
  const queues = { ...extensions.queues, ...AT_ONCE };
  await writeFile(file, JSON.stringify({ ...rest, extensions: { ...extensions, queues } }));
}

const PLAIN = { level: "information", category: "" } as const;

/**
 * Starts one on these settings and what the environment says of the local stack.
 * @throws {Error} it ended before it listened; what it printed is on this process's stderr
 */
export async function startHostProcess(settings: Readonly<Record<string, string>>): Promise<HostProcess> {
  const child = spawn(process.execPath, [PROGRAM, appRoot, String(INVISIBILITY_MS)], {
    env: { ...process.env, NODE_COMPILE_CACHE, ...settings },
    stdio: ["ignore", "pipe", "inherit", "ipc"],
  });
  const exited = once(child, "exit");
  const log = new LogBook();
  // Reading goes on, or the host would stop at a full pipe.
  if (child.stdout) createInterface(child.stdout).on("line", (message) => log.write({ ...PLAIN, message }));
  const ended = exited.then(([code]) => {
    throw new Error(`A host ended before it listened, with exit code ${code}.`);
  });
  const { message } = await Promise.race([log.said(/^listening on /), ended]);
  const url = message.slice("listening on ".length);
  const post = (route: string, key: string, body: object): Promise<Response> =>
    fetch(url + route, {
      method: "POST",
      headers: { "x-functions-key": key, "content-type": "application/json" },
      body: JSON.stringify(body),
    });
  return {
    log,
    run: (request) => post("/api/registrations/run", KEYS.host, request),
    async fire(timer) {
      const { status } = await post(`/admin/functions/${timer}`, KEYS.master, { input: "" });
      if (status !== 202) throw new Error(`The timer ${timer} could not be fired: ${status}`);
    },
    async kill() {
      child.kill("SIGKILL");
      await exited;
    },
  };
}
