import { readFile, stat } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { z } from "zod";
import type { FunctionAppCore } from "./core-api.ts";
import { runHooks } from "./hooks.ts";

/** The app's package.json names no entry file that exists, or the file threw while it was loaded. */
export class AppLoadError extends Error {
  override readonly name = "AppLoadError";
}

const packageFile = z.looseObject({ main: z.string(), type: z.string().optional() });

/**
 * Loads the entry file of the app, which registers its functions, and closes the registration.
 * On Node 20 and later one exception here takes all functions down, as in the cloud.
 * @throws {AppLoadError} nothing can be invoked
 */
export async function loadApp(appRoot: string, core: FunctionAppCore): Promise<void> {
  const { main, isModule } = await entryOf(appRoot);
  try {
    const file = join(appRoot, main);
    if (isModule) await import(pathToFileURL(file).href);
    else createRequire(file)(file);
  } catch (cause) {
    throw unable(main, cause);
  }
  await runHooks(core, "appStart", {
    hookData: core.appLevelHookData,
    appHookData: core.appHookData,
    functionAppDirectory: appRoot,
  });
  await refuseStreams(core);
  core.lock();
}

async function entryOf(appRoot: string): Promise<{ main: string; isModule: boolean }> {
  const file = join(appRoot, "package.json");
  let entry: z.infer<typeof packageFile>;
  try {
    entry = packageFile.parse(JSON.parse(await readFile(file, "utf8")));
  } catch (cause) {
    throw new AppLoadError(`${file} does not name the app's entry file in "main"`, { cause });
  }
  const found = await stat(join(appRoot, entry.main)).catch(() => undefined);
  if (!found?.isFile()) throw unable(entry.main, new Error("File does not exist; `npm run build` makes it."));
  const isModule = entry.main.endsWith(".mjs") || (entry.type === "module" && !entry.main.endsWith(".cjs"));
  return { main: entry.main, isModule };
}

function unable(main: string, cause: unknown): AppLoadError {
  const error = cause instanceof Error ? cause : new Error(String(cause));
  const loadError = new AppLoadError(`Worker was unable to load entry point "${main}": ${error.message}`, {
    cause,
  });
  loadError.stack = `${loadError.name}: ${loadError.message}\n${error.stack ?? ""}`;
  return loadError;
}

/** A model that wants its requests by HTTP, not by message, says so with a capability. */
async function refuseStreams(core: FunctionAppCore): Promise<void> {
  const capabilities = (await core.programmingModel?.getCapabilities?.({})) ?? {};
  if (capabilities["HttpUri"] !== undefined) {
    throw new AppLoadError(
      "The app asks for HTTP streams (app.setup({ enableHttpStream: true })), which the local host does not have.",
    );
  }
}
