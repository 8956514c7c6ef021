import { execFile } from "node:child_process";
import { rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildEmptyApp } from "./empty-app.ts";
import { median } from "./median.ts";
import type { Table } from "./table.ts";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const LOAD_ONCE = fileURLToPath(new URL("load-once.ts", import.meta.url));
const RUNS = 25;

// Loading only asks whether they are set: all functions register.
const SETTINGS = {
  AzureWebJobsStorage: "UseDevelopmentStorage=true",
  MICROSOFT_CLIENT_ID: "bench",
  MICROSOFT_APP_TENANT: "bench",
  WEBEX_CLIENT_ID: "bench",
  MEDIATOR_URL: "http://localhost",
};

interface Load {
  milliseconds: number;
  functions: number;
}

/** How long dist/ takes to register its functions, beside an app that has next to none. Each load is a process of its own. */
export async function benchLoad(): Promise<Table[]> {
  const empty = await buildEmptyApp();
  try {
    const apps = [
      { app: "empty app", folder: path.join(empty, "dist"), loads: [] as Load[] },
      { app: "Rollcall", folder: DIST, loads: [] as Load[] },
    ];
    for (let run = 0; run < RUNS; run += 1) {
      for (const { folder, loads } of apps) loads.push(await loadOnce(folder));
    }
    const medians = apps.map(({ loads }) => median(loads.map(({ milliseconds }) => milliseconds)));
    const rows = apps.map(({ app, loads }, index) => ({
      app,
      functions: loads[0]?.functions ?? 0,
      ms: (medians[index] ?? 0).toFixed(1),
      ratio: `${((medians[index] ?? 0) / (medians[0] ?? 1)).toFixed(2)} x`,
    }));
    return [{ heading: `Loading the app in a fresh process; medians of ${RUNS}, in turn`, rows }];
  } finally {
    await rm(empty, { recursive: true });
  }
}

async function loadOnce(folder: string): Promise<Load> {
  const { stdout } = await promisify(execFile)(process.execPath, [LOAD_ONCE, folder], {
    env: { ...process.env, ...SETTINGS },
  });
  return JSON.parse(stdout) as Load;
}
