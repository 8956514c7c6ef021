import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { registerHooks } from "node:module";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { FunctionAppCore } from "../../infra/local/host/core-api.ts";
import { loadApp } from "../../infra/local/host/load-app.ts";
import { appRoot, startApp } from "./whole-app.ts";

const PROJECT = fileURLToPath(new URL("../..", import.meta.url));
/** In the path of a source; a package that is bundled itself names its sources in a way of its own. */
const PACKAGE = /(?:node_modules|webpack:)\/((?:@[^/]+\/)?[^/]+)/;
const SETTINGS = { AzureWebJobsStorage: "neither address nor key", MICROSOFT_CLIENT_ID: "a-client" };

test("loading the app reads what registers its functions, and no more", async () => {
  Object.assign(process.env, SETTINGS);
  const core = new FunctionAppCore(() => {});
  core.answerRequire();
  const files = await filesReadBy(() => loadApp(appRoot, core));
  assert.ok(core.functions.has("registration-pass"));

  const sources = (await Promise.all(files.map(sourcesOf))).flat();
  assert.deepEqual(sources.filter((source) => /^(?:functions|shared)\//.test(source)).sort(), [
    "functions/capabilities.ts",
    "functions/capability.ts",
    "functions/lazily.ts",
    "functions/main.ts",
    "functions/redacted-errors.ts",
    "functions/request-problem.ts",
  ]);
  const packages = sources.flatMap((source) => PACKAGE.exec(source)?.[1] ?? []);
  assert.deepEqual([...new Set(packages)].sort(), [
    "@azure/functions",
    "@azure/functions-extensions-base",
    "cookie",
  ]);
});

test("a stack trace in the log names our sources", async (t) => {
  const { get, log } = await startApp(t, SETTINGS);
  assert.equal((await get("registrations/runs")).status, 500);
  await log.said(/ at .*\/shared\/storage\/storage-account\.ts:\d+:\d+/);
});

/** The files of the bundle that are read while something is done. */
async function filesReadBy(action: () => Promise<void>): Promise<string[]> {
  const read: string[] = [];
  const hooks = registerHooks({
    load(url, context, next) {
      if (url.startsWith("file:")) read.push(fileURLToPath(url));
      return next(url, context);
    },
  });
  try {
    await action();
  } finally {
    hooks.deregister();
  }
  return read;
}

/** What a file of the bundle was made of, as paths within the project. */
async function sourcesOf(file: string): Promise<string[]> {
  const { sources } = JSON.parse(await readFile(`${file}.map`, "utf8")) as { sources: string[] };
  return sources.map((source) => path.relative(PROJECT, path.resolve(path.dirname(file), source)));
}
