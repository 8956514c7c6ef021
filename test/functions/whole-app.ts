import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, type TestContext } from "node:test";
import { bundleApp } from "../../infra/bundle.ts";
import { type Host, startHost } from "../../infra/local/host/host.ts";
import { LogBook } from "../host/fixture-host.ts";

export const HOST_KEY = "the-function-key";
const MASTER_KEY = "the-master-key";

export interface AppHost {
  host: Host;
  log: LogBook;
  /** With the function key, unless other headers are given. */
  get(route: string, headers?: Record<string, string>): Promise<Response>;
}

// Once for all tests of a file; here, since what is registered within a test ends with it.
export const appRoot = await mkdtemp(path.join(tmpdir(), "rollcall-app-"));
after(() => rm(appRoot, { recursive: true, force: true }));
await bundleApp("functions/main.ts", appRoot);

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
