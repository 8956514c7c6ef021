/**
 * `node infra/local/host/serve.ts [APP]` serves the function app in a folder, this project's own unless given, on the
 * environment as it is: PORT, HOST_KEY and MASTER_KEY are the host's, all the rest is the app's.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { functionTable } from "./function-table.ts";
import { startHost } from "./host.ts";
import type { Host } from "./host.ts";
import { randomKey } from "./keys.ts";
import { AppLoadError } from "./load-app.ts";

const PROJECT = fileURLToPath(new URL("../../..", import.meta.url));
const DEFAULT_PORT = 7071;

async function serve(appRoot: string): Promise<Host> {
  const { PORT, HOST_KEY, MASTER_KEY } = process.env;
  const hostKey = HOST_KEY === undefined || HOST_KEY === "" ? randomKey() : HOST_KEY;
  const masterKey = MASTER_KEY === undefined || MASTER_KEY === "" ? randomKey() : MASTER_KEY;
  const host = await startHost({ appRoot, port: portOf(PORT), hostKey, masterKey });
  console.log(functionTable(host.functions, host.errors, host.url));
  if (hostKey !== HOST_KEY) console.log(`HOST_KEY is not set; the function key of this run is ${hostKey}`);
  if (masterKey !== MASTER_KEY)
    console.log(`MASTER_KEY is not set; the master key of this run is ${masterKey}`);
  console.log(`The local Functions host is listening on ${host.url} (Ctrl-C ends it)`);
  return host;
}

function portOf(text: string | undefined): number {
  if (text === undefined || text === "") return DEFAULT_PORT;
  const port = Number(text);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`PORT is not a port: '${text}'`);
  return port;
}

/** With the app's own stack when it is the app that threw. */
function reasonOf(error: unknown): string {
  if (error instanceof AppLoadError) return error.stack ?? error.message;
  return error instanceof Error ? error.message : String(error);
}

// The app's process stands in the app's folder, as in the cloud; relative paths in settings mean that one.
const appRoot = resolve(process.argv[2] ?? PROJECT);
try {
  process.chdir(appRoot);
  const host = await serve(appRoot);
  let isEnding = false;
  const end = (): void => {
    if (isEnding) process.exit(1);
    isEnding = true;
    void host.close();
  };
  process.on("SIGINT", end);
  process.on("SIGTERM", end);
} catch (error) {
  console.error(`The local Functions host cannot start. ${reasonOf(error)}`);
  process.exitCode = 1;
}
