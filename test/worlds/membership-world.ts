import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import type { Exchange } from "../../infra/local/emulators/exchange.ts";
import { FULL_ADMIN, type PersonSeed, type RoomSeed } from "../../infra/local/emulators/webex/seed.ts";
import type { WebexSettings } from "../../infra/local/emulators/webex/settings.ts";
import { startWebex, type Webex, type WebexOptions } from "../../infra/local/emulators/webex/webex.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";
import type { ActionRow, Run } from "../../shared/membership/run.ts";
import {
  type MembershipService,
  membershipService,
  type MembershipWorld as Bound,
} from "../../shared/membership/service.ts";
import { membershipWorld } from "../../shared/membership/wire.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import { microsoftRefreshToken, webexRefreshToken } from "../../shared/secrets/secret-names.ts";
import { contractObserver } from "../contracts/contract-check.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";
import { type QueueInMemory, queueInMemory } from "../fakes/queue-in-memory.ts";
import { type RememberingLogger, rememberingLogger } from "../fakes/remembering-logger.ts";
import { CLIENT_ID, CLIENT_SECRET, COACH, type Services, startServices } from "./services.ts";

/** The administrator whose account is connected. */
export const ME = "ada@example.org";
export const ROOM = "all hands";
export const SPACE = "all-hands";
export const OPERATOR = "operator@example.org";
const INTEGRATION = { id: "C5b0ad5b26f3d", secret: "s3cret" };
const SCOPES = [
  "spark-admin:people_read",
  "spark-admin:organizations_read",
  "spark:memberships_read",
  "spark:memberships_write",
  "spark:rooms_read",
  "spark:people_read",
];

export interface MembershipSeed {
  now?: string;
  /** In the directory, beside the administrator; an address alone is somebody who belongs into every space. */
  people?: (string | PersonSeed)[];
  crowd?: WebexOptions["crowd"];
  /** In the space, beside the administrator. */
  members?: Exclude<RoomSeed["members"], undefined>;
  room?: Partial<RoomSeed>;
  /** Fields of the space file. */
  file?: object;
  /** Files of the configuration beside that. */
  files?: Record<string, string | object>;
  webex?: Partial<WebexSettings>;
  /** Whether an operator is mailed. */
  operator?: boolean;
  settings?: Record<string, string>;
}

export interface MembershipWorld extends Services {
  webex: Webex;
  clock: FakeClock;
  log: RememberingLogger;
  env: Record<string, string>;
  queue: QueueInMemory;
  service: MembershipService;
  /** Another host on the same storage account and the same queue. */
  anotherHost(changes?: Partial<Bound>): MembershipService;
  writeConfig(file: string, content: string | object): Promise<void>;
  /** Consents to what reading Microsoft's directory takes. */
  connectMicrosoft(): Promise<void>;
  /** A forced sync that comes to an end: the report of the only space. */
  sync(request?: object): Promise<Run>;
  undo(runId: string): Promise<Run>;
  timer(): Promise<void>;
  drain(): Promise<unknown[]>;
  history(query?: object): Promise<Run[]>;
  /** Addresses of who is in the space, sorted. */
  members(): string[];
  /** `added ada@example.org`, as Webex has seen them, oldest first. */
  changes(): string[];
}

const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);

/** A somebody by their address. */
export function person(email: string, rest: Partial<PersonSeed> = {}): PersonSeed {
  return { email, displayName: email.split("@")[0] ?? "", ...rest };
}

/** So many addresses. */
export function crowdOf(count: number, name = "someone"): string[] {
  return Array.from(
    { length: count },
    (_, index) => `${name}-${String(index + 1).padStart(4, "0")}@example.org`,
  );
}

/** Rollcall's membership as it is wired in the cloud, between emulators, on a clock that stands still; its queue is in memory. */
export async function aMembershipWorld(t: TestContext, seed: MembershipSeed = {}): Promise<MembershipWorld> {
  const clock = fakeClock(seed.now ?? "2026-11-03T04:30:00Z", { auto: 8000 });
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-spaces-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const services = await startServices(t, clock, { account: COACH, displayName: "Camille Martin" });
  const webex = await aWebex(t, seed, clock);
  const env: Record<string, string> = {
    AzureWebJobsStorage: services.connectionString,
    CONFIG_DIR: path.join(folder, "config"),
    SECRETS_FILE: path.join(folder, "secrets.json"),
    MICROSOFT_CLIENT_ID: CLIENT_ID,
    MICROSOFT_LOGIN_URL: services.login.url,
    GRAPH_URL: services.graph.url,
    WEBEX_CLIENT_ID: INTEGRATION.id,
    WEBEX_URL: webex.apiUrl,
    PUBLIC_URL: "https://rollcall.example",
    ...(seed.operator ? { OPERATOR_ADDRESS: OPERATOR, OPERATOR_MAIL_CONNECTION: "ops" } : {}),
    ...seed.settings,
  };
  await storeSecrets(env, webex, services, clock);
  const writeConfig = async (file: string, content: string | object): Promise<void> => {
    const target = path.join(folder, "config", file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, typeof content === "string" ? content : JSON.stringify(content));
  };
  const spaceFile = { space_id: webex.space(ROOM).id, ...GENEROUS, ...seed.file };
  await writeConfig(`spaces/${SPACE}.json`, spaceFile);
  for (const [file, content] of Object.entries(seed.files ?? {})) await writeConfig(file, content);

  const log = rememberingLogger();
  const queue = queueInMemory(clock);
  const anotherHost = (changes: Partial<Bound> = {}): MembershipService =>
    membershipService({ ...membershipWorld(env, log, { clock }), queue, ...changes });
  const world: MembershipWorld = {
    ...services,
    webex,
    clock,
    log,
    env,
    queue,
    service: anotherHost(),
    anotherHost,
    writeConfig,
    connectMicrosoft: async () => {
      const scopes = "offline_access User.Read User.Read.All GroupMember.Read.All";
      const token = await services.login.grant(CLIENT_ID, COACH, scopes);
      await secretStoreFrom(env, { clock }).set(microsoftRefreshToken("default"), token);
    },
    sync: async (request = {}) => onlyRun(await world.service.syncNow(request, log)),
    undo: async (runId) => onlyRun(await world.service.undo({ runId }, log)),
    timer: () => world.service.enqueueDue({ schedule: "0 30 4 * * *", isPastDue: false }, log),
    drain: () => queue.drain((body) => world.service.work(body, log)),
    async history(query = {}) {
      const outcome = await world.service.history(query);
      assert.ok(outcome.kind === "found", JSON.stringify(outcome));
      return outcome.runs;
    },
    members: () =>
      webex
        .space(ROOM)
        .members()
        .map(({ email }) => email)
        .sort(),
    changes: () => webex.changes.map(({ action, email }) => `${action} ${email}`),
  };
  return world;
}

/** Holds back nothing. */
const GENEROUS = { max_removals: { count: 1_000_000, percent: 100 } };

async function aWebex(t: TestContext, seed: MembershipSeed, clock: FakeClock): Promise<Webex> {
  const contract = contractObserver("webex");
  const people = (seed.people ?? []).map((each) => (typeof each === "string" ? person(each) : each));
  const { members = [], room = {}, crowd } = seed;
  const webex = await startWebex({
    certificate,
    clock,
    people: [person(ME, { displayName: "Ada Lovelace", roles: [FULL_ADMIN] }), ...people],
    ...(crowd ? { crowd } : {}),
    rooms: [
      { name: ROOM, members: [{ email: ME, isModerator: room.isLocked === true }, ...members], ...room },
    ],
    integrations: [{ ...INTEGRATION, name: "Rollcall", redirectUris: [], scopes: SCOPES }],
    settings: seed.webex ?? {},
    onExchange: (exchange: Exchange) => {
      // Signing in is not in what Webex publishes as OpenAPI.
      if (!exchange.path.endsWith("/access_token")) contract.onExchange(exchange);
    },
  });
  t.after(async () => {
    await webex.close();
    contract.assertClean();
  });
  return webex;
}

async function storeSecrets(
  env: Record<string, string>,
  webex: Webex,
  { login }: Services,
  clock: FakeClock,
): Promise<void> {
  const secrets = secretStoreFrom(env, { clock });
  await secrets.set("webex-client-secret", INTEGRATION.secret);
  await secrets.set("microsoft-client-secret", CLIENT_SECRET);
  await secrets.set(webexRefreshToken("default"), await webex.grant(INTEGRATION.id, ME, SCOPES.join(" ")));
  if (env["OPERATOR_ADDRESS"] === undefined) return;
  const scopes = "offline_access User.Read Mail.Send";
  await secrets.set(microsoftRefreshToken("ops"), await login.grant(CLIENT_ID, COACH, scopes));
}

/** The report of the only run, whatever came of it. */
export function onlyRun(outcome: { kind: string; runs?: Run[] }): Run {
  const [run, ...others] = outcome.runs ?? [];
  assert.ok(run && others.length === 0, JSON.stringify(outcome));
  return run;
}

/** `remove bob@example.org: left the directory`, and how it went where it went otherwise. */
export function shown(actions: readonly ActionRow[]): string[] {
  return actions.map(
    ({ action, email, reason, outcome }) => `${action} ${email}: ${reason}${outcome ? ` (${outcome})` : ""}`,
  );
}
