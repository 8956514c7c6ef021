import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { TableClient, type TransactionAction } from "@azure/data-tables";
import { QueueServiceClient } from "@azure/storage-queue";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import { uuidOf } from "../../infra/local/emulators/uuid.ts";
import type { AccountSeed } from "../../infra/local/emulators/graph/seed.ts";
import { startMediator } from "../../infra/local/emulators/mediator/mediator.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";
import { PARTITIONS_QUEUE } from "../../shared/absence/partitions.ts";
import { SECRETS } from "../../shared/secrets/secret-names.ts";
import { systemClock } from "../../shared/clock.ts";
import { startStorageProxy } from "../config/storage-proxy.ts";
import { emptyAccount } from "../faults/storage/account.ts";
import { connectionStringOf, startStorage } from "../faults/storage/server.ts";
import { CLIENT, LATENCY_MS } from "./mailbox-world.ts";
import type { Tick } from "./ticking.ts";

const TENANT = { id: "6d2c5f0a-4b1e-4c8f-8f57-2b9f4f1f0a3d", domain: "contoso.onmicrosoft.example" };
const TICKING = fileURLToPath(new URL("ticking.ts", import.meta.url));
/** A process after the first finds the TypeScript compiled: in the cloud there is none. */
const NODE_COMPILE_CACHE = fileURLToPath(new URL("../../.local/compile-cache", import.meta.url));
const ROWS_TOGETHER = 100;

/** A tenant whose users are all watched, a mediator, and the app in a process of its own. */
export interface AbsenceBench {
  graph: Graph;
  /** For Graph, as the app itself has one. */
  appToken(): Promise<string>;
  /** One tick, and what it took. @throws {Error} something went wrong in it */
  tick(): Promise<MeasuredTick>;
  /** Of a user. @param number  from 1 */
  accountOf(number: number): string;
  close(): Promise<void>;
}

export interface MeasuredTick {
  milliseconds: number;
  /** To Microsoft Graph. */
  requests: number;
  /** Of users who were told of to the mediator. */
  told: number;
  /** To tables and blobs. */
  writes: number;
  /** Into the queue. */
  messages: number;
}

export async function absenceBench(users: number): Promise<AbsenceBench> {
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const login = await startMicrosoftLogin({
    certificate,
    tenants: [TENANT],
    accounts: [],
    clients: [
      {
        id: CLIENT.id,
        name: "Rollcall",
        secrets: [{ value: CLIENT.secret }],
        redirectUris: [],
        roles: ["User.Read.All", "MailboxSettings.Read"],
      },
    ],
  });
  const { readToken } = login;
  const crowd = { count: users, account: somebody };
  const graph = await startGraph({ certificate, readToken, seed: { accounts: [], crowd } });
  const names = Array.from({ length: users }, (_, index) => accountOf(index + 1));
  const mediator = await startMediator({ users: names.map((alias) => ({ alias })) });
  const storage = await aStorage(names);
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-bench-"));
  const secretsFile = path.join(folder, "secrets.json");
  await writeFile(secretsFile, JSON.stringify({ [SECRETS.microsoftClientSecret]: CLIENT.secret }), {
    mode: 0o600,
  });
  const child = await startTicking({
    AzureWebJobsStorage: storage.connectionString,
    SECRETS_FILE: secretsFile,
    MICROSOFT_CLIENT_ID: CLIENT.id,
    MICROSOFT_APP_TENANT: TENANT.id,
    MICROSOFT_LOGIN_URL: login.url,
    GRAPH_URL: graph.url,
    MEDIATOR_URL: mediator.url,
  });
  login.faults.latencyMs = LATENCY_MS;
  graph.faults.latencyMs = LATENCY_MS;
  return {
    graph,
    appToken: () => appTokenOf(login),
    accountOf,
    async tick() {
      const before = [graph.stats.requests, mediator.exchanges.length] as const;
      storage.forget();
      child.send("tick");
      const [{ milliseconds, trouble }] = (await once(child, "message")) as [Tick];
      if (trouble.length > 0) throw new Error(`Something went wrong in a tick: ${trouble.join("\n")}`);
      return {
        milliseconds,
        requests: graph.stats.requests - before[0],
        told: mediator.exchanges.length - before[1],
        ...storage.counts(),
      };
    },
    async close() {
      child.disconnect();
      await once(child, "exit");
      await Promise.all([login, graph, mediator, storage].map((service) => service.close()));
      await rm(folder, { recursive: true });
    },
  };
}

async function appTokenOf({ url }: MicrosoftLogin): Promise<string> {
  const answer = await fetch(`${url}/${TENANT.id}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      client_id: CLIENT.id,
      client_secret: CLIENT.secret,
      grant_type: "client_credentials",
      scope: "https://graph.microsoft.com/.default",
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token?: string };
  if (token === undefined) throw new Error(`The login service gave no token: ${answer.status}`);
  return token;
}

function accountOf(number: number): string {
  return `person.${number}@contoso.example`;
}

function somebody(number: number): AccountSeed {
  const account = accountOf(number);
  return { account, displayName: `Person ${number}`, id: uuidOf(account), tenant: TENANT.id };
}

interface CountedStorage {
  connectionString: string;
  counts(): Pick<MeasuredTick, "writes" | "messages">;
  forget(): void;
  close(): Promise<void>;
}

/**
 * A storage account in which everybody is watched already, and that counts the requests to it. Tables and blobs are in
 * memory: Azurite looks at each row of a table for each it writes, which is no measure of the service.
 */
async function aStorage(names: readonly string[]): Promise<CountedStorage> {
  const azurite = await startAzurite();
  const queues = await startStorageProxy(azurite.connectionString, "Queue");
  await QueueServiceClient.fromConnectionString(azurite.connectionString).createQueue(PARTITIONS_QUEUE);
  const memory = await startStorage(systemClock);
  const [, account = ""] = /AccountName=([^;]*)/.exec(azurite.connectionString) ?? [];
  memory.accounts.set(account, emptyAccount());
  const inMemory = new Map(
    connectionStringOf(account, memory.port)
      .split(";")
      .map((setting) => [setting.split("=", 1)[0], setting]),
  );
  const connectionString = queues.connectionString
    .split(";")
    .map((setting) =>
      /^(?:Blob|Table)Endpoint=/.test(setting) ? inMemory.get(setting.split("=", 1)[0]) : setting,
    )
    .join(";");
  await watchAll(connectionString, names);
  let writes = 0;
  memory.faults.add({
    decide: ({ method }) => {
      if (method !== "GET" && method !== "HEAD") writes += 1;
      return undefined;
    },
  });
  return {
    connectionString,
    counts: () => ({ writes, messages: queues.answers.filter(({ method }) => method === "POST").length }),
    forget: () => {
      writes = 0;
      queues.answers.length = 0;
    },
    close: async () => {
      await Promise.all([memory.close(), queues.close()]);
      await azurite.close();
    },
  };
}

/** As `POST /monitor` leaves them, a hundred at a time. */
async function watchAll(connectionString: string, names: readonly string[]): Promise<void> {
  const table = TableClient.fromConnectionString(connectionString, "monitored", {
    allowInsecureConnection: true,
  });
  await table.createTable();
  const registeredAt = new Date().toISOString();
  const rows = names.map((email): TransactionAction => [
    "upsert",
    {
      partitionKey: "users",
      rowKey: uuidOf(email),
      email,
      address: email,
      registration: uuidOf(`registration of ${email}`),
      registeredAt,
    },
  ]);
  for (let start = 0; start < rows.length; start += ROWS_TOGETHER) {
    await table.submitTransaction(rows.slice(start, start + ROWS_TOGETHER));
  }
}

async function startTicking(settings: Record<string, string>): Promise<ChildProcess> {
  const child = fork(TICKING, { env: { ...process.env, ...settings, NODE_COMPILE_CACHE } });
  const exited = once(child, "exit").then(() => {
    throw new Error("The process that ticks has ended; see above.");
  });
  await Promise.race([once(child, "message"), exited]);
  exited.catch(() => undefined);
  return child;
}
