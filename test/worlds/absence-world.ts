import assert from "node:assert/strict";
import { createServer, type IncomingMessage } from "node:http";
import { mkdtemp, rm } from "node:fs/promises";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import type { AccountSeed, Crowd } from "../../infra/local/emulators/graph/seed.ts";
import type { AutomaticReplies } from "../../infra/local/emulators/graph/user-state.ts";
import { type Mediator, startMediator } from "../../infra/local/emulators/mediator/mediator.ts";
import type { UserSeed } from "../../infra/local/emulators/mediator/users.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";
import { monitorAnswer, refusalAnswer } from "../../shared/absence/monitor-answer.ts";
import { parseMonitorRequest } from "../../shared/absence/monitor-request.ts";
import type { WatchedUser } from "../../shared/absence/overview.ts";
import {
  type AbsenceService,
  absenceService,
  type AbsenceWorld as Bound,
} from "../../shared/absence/service.ts";
import { absenceWorld } from "../../shared/absence/wire.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import type { SecretStore } from "../../shared/secrets/secret-store.ts";
import { contractObserver } from "../contracts/contract-check.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";
import { type QueueInMemory, queueInMemory } from "../fakes/queue-in-memory.ts";
import { type RememberingLogger, rememberingLogger } from "../fakes/remembering-logger.ts";
import { type AccountData, emptyAccount } from "../faults/storage/account.ts";
import { connectionStringOf, type StorageServer, startStorage } from "../faults/storage/server.ts";

export const ADA = "ada@contoso.example";
export const BLAISE = "blaise@contoso.example";
export const TENANT = { id: "7d7f6a2e-54a5-4d3f-9b43-3c1f3c8c9a01", domain: "contoso.example" };
export const CLIENT = { id: "11111111-2222-3333-4444-555555555555", secret: "the-client-secret" };
export const MEDIATOR_TOKEN = "the-token-of-the-mediator";
/** 32 bytes. */
export const WEBHOOK_SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const ROLES = ["User.Read.All", "MailboxSettings.Read"];
const MINUTE = 60_000;

export interface AbsenceSeed {
  now?: string;
  /** In the directory; an address alone is somebody who has never touched their automatic replies. */
  accounts?: (string | AccountSeed)[];
  crowd?: Crowd;
  /** At the mediator: those in the directory unless given. */
  voiceMail?: UserSeed[];
  settings?: Record<string, string>;
  roles?: string[];
}

export interface AbsenceWorld {
  login: MicrosoftLogin;
  graph: Graph;
  mediator: Mediator;
  storage: StorageServer;
  account: AccountData;
  clock: FakeClock;
  log: RememberingLogger;
  env: Record<string, string>;
  secrets: SecretStore;
  queue: QueueInMemory;
  service: AbsenceService;
  /** Another host on the same storage account and the same queue, or the same one after a restart. */
  anotherHost(changes?: Partial<Bound>): AbsenceService;
  /** The timer, and the workers of what it has queued; a minute later than the one before. */
  tick(): Promise<void>;
  /** So many, one after the other. */
  ticks(count: number): Promise<void>;
  /** As if the mediator had asked for each of them, but faster. */
  watchAll(accounts: readonly string[]): Promise<void>;
  /** As somebody in Outlook. */
  setReplies(account: string, replies: Partial<AutomaticReplies>): void;
  /** `True ada@contoso.example: I am away`, as the voice-mail system was told, oldest first. */
  greetings(): string[];
  /** What GET /monitor says of somebody. */
  watched(email: string): Promise<WatchedUser>;
  /** Requests that have changed something in the storage account. */
  writes(): number;
}

const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);

/** Rollcall's out-of-office monitor as it is wired in the cloud, between emulators, on a clock that stands still; its queue is in memory. */
export async function anAbsenceWorld(t: TestContext, seed: AbsenceSeed = {}): Promise<AbsenceWorld> {
  const clock = fakeClock(seed.now ?? "2026-11-03T12:00:00Z", { auto: 8000 });
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-absence-"));
  const services = await startServices(t, seed, clock);
  const { storage, login, graph, mediator } = services;
  const account = emptyAccount();
  storage.accounts.set("absence", account);
  let writes = 0;
  storage.faults.add({
    decide: ({ method }) => {
      if (method !== "GET" && method !== "HEAD") writes += 1;
      return undefined;
    },
  });
  const env: Record<string, string> = {
    AzureWebJobsStorage: connectionStringOf("absence", storage.port),
    SECRETS_FILE: path.join(folder, "secrets.json"),
    MICROSOFT_CLIENT_ID: CLIENT.id,
    MICROSOFT_APP_TENANT: TENANT.id,
    MICROSOFT_LOGIN_URL: login.url,
    GRAPH_URL: graph.url,
    MEDIATOR_URL: mediator.url,
    ...seed.settings,
  };
  const secrets = secretStoreFrom(env, { clock });
  await secrets.set("microsoft-client-secret", CLIENT.secret);
  await secrets.set("mediator-token", MEDIATOR_TOKEN);
  await secrets.set("absence-webhook-secret", WEBHOOK_SECRET);
  const log = rememberingLogger();
  const queue = queueInMemory(clock);
  const anotherHost = (changes: Partial<Bound> = {}): AbsenceService =>
    absenceService({ ...absenceWorld(env, { clock }), queue, ...changes });

  const world: AbsenceWorld = {
    ...services,
    account,
    clock,
    log,
    env,
    secrets,
    queue,
    service: anotherHost(),
    anotherHost,
    async tick() {
      await world.service.watch(log);
      const failures = await queue.drain((body) => world.service.work(body, { isRetry: false }, log));
      await clock.advance(MINUTE);
      if (failures.length > 0) throw new AggregateError(failures, String(failures[0]));
    },
    async ticks(count) {
      for (let tick = 0; tick < count; tick += 1) await world.tick();
    },
    async watchAll(accounts) {
      const { users } = absenceWorld(env, { clock });
      const registeredAt = clock.now().toISOString();
      for (const email of accounts) {
        const user = { id: graph.mailbox(email).user.id, email, registration: "one", registeredAt };
        // The first one as it comes; the others are like it, and need no request each.
        if (!account.tables.has("monitored")) await users.put(user);
        copyRow(account, user);
      }
    },
    setReplies: (name, replies) => graph.mailbox(name).setAutomaticReplies(replies),
    greetings: () =>
      mediator.greetings.map(({ action, alias, message }) =>
        message === undefined ? `${action} ${alias}` : `${action} ${alias}: ${message}`,
      ),
    async watched(email) {
      const found = (await world.service.list()).find((user) => user.email === email);
      return found ?? assert.fail(`${email} is not watched.`);
    },
    writes: () => writes,
  };
  mediator.settings.monitorUrl = await aDoor(t, world);
  t.after(() => rm(folder, { recursive: true, force: true }));
  return world;
}

/** Everybody is watched, and the mediator knows how they are. */
export async function aWatchedWorld(...given: Parameters<typeof anAbsenceWorld>): Promise<AbsenceWorld> {
  const world = await anAbsenceWorld(...given);
  await world.ticks(2);
  return world;
}

interface AbsenceServices {
  login: MicrosoftLogin;
  graph: Graph;
  mediator: Mediator;
  storage: StorageServer;
}

async function startServices(
  t: TestContext,
  { accounts = [ADA, BLAISE], crowd, voiceMail, roles = ROLES }: AbsenceSeed,
  clock: FakeClock,
): Promise<AbsenceServices> {
  const contract = contractObserver("msgraph");
  const seeds = accounts.map((each) => (typeof each === "string" ? somebody(each) : each));
  const login = await startMicrosoftLogin({
    certificate,
    clock,
    tenants: [TENANT],
    accounts: [],
    clients: [
      { id: CLIENT.id, name: "Rollcall", secrets: [{ value: CLIENT.secret }], redirectUris: [], roles },
    ],
  });
  const graph = await startGraph({
    certificate,
    clock,
    readToken: login.readToken,
    seed: { accounts: seeds, ...(crowd ? { crowd } : {}) },
    onExchange: contract.onExchange,
  });
  const users = voiceMail ?? seeds.map(({ account }) => ({ alias: account }));
  const mediator = await startMediator({ clock, users });
  const storage = await startStorage(clock);
  t.after(async () => {
    await Promise.all([login, graph, mediator, storage].map((service) => service.close()));
    contract.assertClean();
  });
  return { login, graph, mediator, storage };
}

function copyRow(
  { tables }: AccountData,
  { id, email, ...rest }: { id: string; email: string; registration: string; registeredAt: string },
): void {
  const properties = { PartitionKey: "users", RowKey: id, email, address: email, ...rest };
  tables.get("monitored")?.set(`users\n${id}`, { etag: `W/"${id}"`, properties });
}

export function somebody(account: string, rest: Partial<AccountSeed> = {}): AccountSeed {
  return { account, displayName: account.split("@")[0] ?? "", ...rest };
}

/** What the function does with `POST /hooks/{token}/monitor`, at an address of its own. @returns the base URL */
async function aDoor(t: TestContext, world: Pick<AbsenceWorld, "service">): Promise<string> {
  const server = createServer((incoming, outgoing) => {
    answer(incoming, world.service)
      .then(({ status, headers, body }) => outgoing.writeHead(status, headers).end(body))
      .catch((error: unknown) => outgoing.writeHead(500).end(String(error)));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/api/hooks/${MEDIATOR_TOKEN}`;
}

async function answer(
  incoming: IncomingMessage,
  service: AbsenceService,
): Promise<{ status: number; headers: Record<string, string>; body: string }> {
  const token = /^\/api\/hooks\/([^/]+)\/monitor$/u.exec(incoming.url ?? "")?.[1] ?? "";
  if (!(await service.isMediatorToken(token))) return { status: 401, headers: {}, body: "" };
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const { headers } = incoming;
  const parsed = parseMonitorRequest(headers["content-type"] ?? null, Buffer.concat(chunks).toString());
  if ("refusal" in parsed) return refusalAnswer(parsed.refusal);
  return monitorAnswer(parsed.request, await service.monitor(parsed.request), headers.accept ?? null);
}
