import { rm } from "node:fs/promises";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { startHost } from "../../infra/local/host/host.ts";
import { cloudVault } from "./cloud-vault.ts";
import { buildEmptyApp } from "./empty-app.ts";
import { LATENCY_MS, mailboxWorld } from "./mailbox-world.ts";
import { median, timeOf } from "./median.ts";
import type { Table } from "./table.ts";

const DIST = fileURLToPath(new URL("../../dist", import.meta.url));
const RUNS = 5;
const KEYS = { hostKey: "bench-host-key", masterKey: "bench-master-key" };
/** The token, then the calendars with the contacts beside them, then the events. */
const STEPS = 3;

interface Case {
  what: string;
  appRoot: string;
  route: string;
  env: NodeJS.ProcessEnv;
  /** How long the answer waits for Microsoft at the least, milliseconds. */
  waits: number;
}

/** From the start of the app's thread to its first answer, the host being there already. */
export async function benchFirstAnswer(): Promise<Table[]> {
  const world = await mailboxWorld({ events: 1, contacts: 40, announced: false });
  const azurite = await startAzurite();
  const vault = await cloudVault(world.secrets, world);
  const empty = await buildEmptyApp();
  const settings = { ...process.env, ...world.settings, AzureWebJobsStorage: azurite.connectionString };
  const dryRun = { appRoot: DIST, route: "registrations/run", waits: STEPS * LATENCY_MS };
  const cases: Case[] = [
    { what: "empty app", appRoot: path.join(empty, "dist"), route: "empty", env: settings, waits: 0 },
    { what: "dry run, secrets in a file", ...dryRun, env: settings },
    { what: "dry run, secrets in Key Vault", ...dryRun, env: { ...settings, ...vault.settings } },
  ];
  try {
    const times = cases.map((): number[] => []);
    for (let run = 0; run < RUNS; run += 1) {
      for (const [index, each] of cases.entries()) times[index]?.push(await timeOf(() => firstAnswer(each)));
    }
    const rows = cases.map(({ what, waits }, index) => ({
      "first answer": what,
      ms: Math.round(median(times[index] ?? [])),
      "of it waiting for Microsoft": waits,
    }));
    return [
      {
        heading: `From a cold start of the app to its first answer; ${LATENCY_MS} ms before each answer of Graph and login; medians of ${RUNS}, in turn`,
        rows,
      },
    ];
  } finally {
    await Promise.all([world.close(), azurite.close(), vault.close(), rm(empty, { recursive: true })]);
  }
}

async function firstAnswer({ appRoot, route, env }: Case): Promise<void> {
  const host = await startHost({ appRoot, env, port: 0, ...KEYS, log: () => {} });
  try {
    const answer = await fetch(`${host.url}/api/${route}`, {
      method: "POST",
      headers: { "x-functions-key": KEYS.hostKey },
      body: JSON.stringify({ dryRun: true }),
    });
    const text = await answer.text();
    if (answer.status !== 200) throw new Error(`${route} was answered ${answer.status}: ${text}`);
  } finally {
    await host.close();
  }
}
