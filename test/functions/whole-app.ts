import { cp, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { type Host, startHost } from "../../infra/local/host/host.ts";
import { LogBook } from "../host/fixture-host.ts";

export const HOST_KEY = "the-function-key";
const MASTER_KEY = "the-master-key";
const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface AppHost {
  host: Host;
  log: LogBook;
  /** With the function key, unless other headers are given. */
  get(route: string, headers?: Record<string, string>): Promise<Response>;
}

// Once for all tests of a file; here, since what is registered within a test ends with it.
const appRoot = await mkdtemp(path.join(tmpdir(), "rollcall-app-"));
after(() => rm(appRoot, { recursive: true, force: true }));
await buildApp(appRoot);

/** The function app, bundled as it is deployed. */
async function buildApp(folder: string): Promise<void> {
  await build({
    absWorkingDir: ROOT,
    entryPoints: { main: "functions/main.ts" },
    outdir: folder,
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node22",
    mainFields: ["module", "main"],
    external: ["@azure/functions-core"],
    logLevel: "error",
    banner: {
      js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
    },
  });
  await cp(path.join(ROOT, "host.json"), path.join(folder, "host.json"));
  await writeFile(path.join(folder, "package.json"), JSON.stringify({ type: "module", main: "main.js" }));
}

/** A host of the whole function app with these settings and no others; it ends with the test. */
export async function startApp(t: TestContext, env: Record<string, string>): Promise<AppHost> {
  const log = new LogBook();
  const keys = { hostKey: HOST_KEY, masterKey: MASTER_KEY };
  const host = await startHost({ appRoot, port: 0, ...keys, env, log: log.write });
  t.after(() => host.close());
  return {
    host,
    log,
    get: (route, headers = { "x-functions-key": HOST_KEY }) => fetch(`${host.url}/api/${route}`, { headers }),
  };
}
