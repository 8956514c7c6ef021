import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { startHost } from "../../infra/local/host/host.ts";
import type { Host, HostOptions } from "../../infra/local/host/host.ts";
import type { LogEntry } from "../../infra/local/host/host-log.ts";

export const HOST_KEY = "the-function-key";
export const MASTER_KEY = "the-master-key";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

export interface FixtureOptions {
  format?: "esm" | "cjs";
  hostJson?: object;
}

/** Bundles an app of test/fixtures/apps as the product is bundled, into a folder that goes with the test. */
export async function buildFixture(
  test: TestContext,
  name: string,
  { format = "esm", hostJson = {} }: FixtureOptions = {},
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "fixture-app-"));
  test.after(() => rm(folder, { recursive: true, force: true }));
  const require =
    'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);';
  await build({
    absWorkingDir: ROOT,
    entryPoints: [`test/fixtures/apps/${name}/main.ts`],
    outfile: join(folder, "main.js"),
    bundle: true,
    format,
    platform: "node",
    target: "node22",
    external: ["@azure/functions-core"],
    logLevel: "error",
    ...(format === "esm" ? { banner: { js: require } } : {}),
  });
  const type = format === "esm" ? "module" : "commonjs";
  await writeFile(join(folder, "package.json"), JSON.stringify({ type, main: "main.js" }));
  const extensionBundle = { id: "Microsoft.Azure.Functions.ExtensionBundle", version: "[4.0.0, 5.0.0)" };
  await writeFile(
    join(folder, "host.json"),
    JSON.stringify({ version: "2.0", extensionBundle, ...hostJson }),
  );
  return folder;
}

/** What a host said, and a way to wait for what it will say. */
export class LogBook {
  readonly entries: LogEntry[] = [];
  #readers: (() => void)[] = [];

  readonly write = (entry: LogEntry): void => {
    this.entries.push(entry);
    const readers = this.#readers;
    this.#readers = [];
    for (const read of readers) read();
  };

  count(pattern: RegExp): number {
    return this.entries.filter(({ message }) => pattern.test(message)).length;
  }

  /** The nth line that matches, as soon as it is there. */
  async said(pattern: RegExp, nth = 1): Promise<LogEntry> {
    for (;;) {
      const found = this.entries.filter(({ message }) => pattern.test(message))[nth - 1];
      if (found !== undefined) return found;
      await new Promise<void>((resolve) => this.#readers.push(resolve));
    }
  }
}

export interface FixtureHost {
  host: Host;
  log: LogBook;
  fetch: (path: string, init?: RequestInit) => Promise<Response>;
}

/** A host of one of the fixture apps, which ends with the test. */
export async function startFixture(
  test: TestContext,
  name: string,
  { format, hostJson, ...options }: FixtureOptions & Partial<HostOptions> = {},
): Promise<FixtureHost> {
  const appRoot = await buildFixture(test, name, {
    ...(format === undefined ? {} : { format }),
    ...(hostJson === undefined ? {} : { hostJson }),
  });
  const log = new LogBook();
  const host = await startHost({
    appRoot,
    port: 0,
    hostKey: HOST_KEY,
    masterKey: MASTER_KEY,
    env: {},
    log: log.write,
    ...options,
  });
  test.after(() => host.close());
  return { host, log, fetch: (path, init) => fetch(`${host.url}${path}`, { redirect: "manual", ...init }) };
}
