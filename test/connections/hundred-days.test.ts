import assert from "node:assert/strict";
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test, type TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import { PERSONAL_TENANT } from "../../infra/local/emulators/microsoft-login/directory.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";
import { type ConnectionsService, wireConnections } from "../../shared/connections/wire.ts";
import { type ConnectionRegistry, connectionRegistry } from "../../shared/oauth/connection-registry.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import { microsoftRefreshToken } from "../../shared/secrets/secret-names.ts";
import type { Logger } from "../../shared/log.ts";
import { type RegistrationService, wireRegistration } from "../../shared/registration/wire.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";
import { type RememberingLogger, rememberingLogger } from "../fakes/remembering-logger.ts";

const COACH = "coach@mantabots.example";
const OFFICE = "office@mantabots.example";
const OPERATOR = "operator@example.org";
const CLIENT_ID = "11111111-2222-3333-4444-555555555555";
const CLIENT_SECRET = "the-client-secret";
const SCOPES = ["offline_access", "User.Read", "Calendars.ReadWrite", "Contacts.Read", "Mail.Send"];
const DAY_MS = 24 * 60 * 60 * 1000;
const SAMPLES = fileURLToPath(new URL("../../config", import.meta.url));

const { certificate, certificateFile } = await ensureCertificates(LOCAL_CERTIFICATES);
const azurite = await startAzurite({ certificateFile });
after(() => azurite.close());

interface LongWorld {
  clock: FakeClock;
  login: MicrosoftLogin;
  graph: Graph;
  registry: ConnectionRegistry;
  log: RememberingLogger;
  connections: ConnectionsService;
  registration: RegistrationService;
  /** Subjects of what the operator got so far. */
  mails(): string[];
}

/**
 * Rollcall as it is wired in the cloud, with the sample teams on the connection `default`, and `office` to warn the operator
 * through; both have just been consented for.
 */
async function aWorld(t: TestContext): Promise<LongWorld> {
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-long-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  await cp(SAMPLES, path.join(folder, "config"), { recursive: true });
  const clock = fakeClock("2026-11-03T04:00:00Z", { auto: 8000 });
  const login = await startMicrosoftLogin({
    certificate,
    clock,
    tenants: [],
    accounts: [COACH, OFFICE].map((userPrincipalName) => ({
      userPrincipalName,
      displayName: "Somebody",
      tenant: PERSONAL_TENANT,
    })),
    clients: [{ id: CLIENT_ID, name: "Rollcall", secrets: [{ value: CLIENT_SECRET }], redirectUris: [] }],
  });
  const graph = await startGraph({
    certificate,
    clock,
    readToken: login.readToken,
    seed: { accounts: [COACH, OFFICE].map((account) => ({ account, displayName: "Somebody" })) },
  });
  t.after(() => Promise.all([login.close(), graph.close()]));
  const env = {
    AzureWebJobsStorage: azurite.connectionString,
    CONFIG_DIR: path.join(folder, "config"),
    SECRETS_FILE: path.join(folder, "secrets.json"),
    MICROSOFT_CLIENT_ID: CLIENT_ID,
    MICROSOFT_LOGIN_URL: login.url,
    GRAPH_URL: graph.url,
    PUBLIC_URL: "https://rollcall.example",
    OPERATOR_ADDRESS: OPERATOR,
    OPERATOR_MAIL_CONNECTION: "office",
  };
  const secrets = secretStoreFrom(env, { clock });
  const registry = connectionRegistry(storageAccountFrom(env, { clock }));
  await secrets.set("microsoft-client-secret", CLIENT_SECRET);
  for (const [connection, account] of [
    ["default", COACH],
    ["office", OFFICE],
  ] as const) {
    const token = await login.grant(CLIENT_ID, account, SCOPES.join(" "));
    await secrets.set(microsoftRefreshToken(connection), token);
    await registry.put({
      provider: "microsoft",
      connection,
      account,
      scopes: SCOPES,
      obtainedAt: clock.now(),
      refreshedAt: clock.now(),
      expiresAt: new Date(clock.now().getTime() + 90 * DAY_MS),
      warnedDays: [],
    });
  }
  const log = rememberingLogger();
  const inbox = graph.mailbox(OFFICE).sent;
  return {
    clock,
    login,
    graph,
    registry,
    log,
    connections: await wireConnections(env, log, { clock }),
    registration: await wireRegistration(env, log, { clock }),
    mails: () => inbox.map(({ subject }) => subject ?? ""),
  };
}

test("a connection that nobody uses is warned of at 14, 7 and 2 days, dies on day 90, and is never silent", async (t) => {
  const { clock, connections, log, mails, graph, registration } = await aWorld(t);
  const days: [number, string][] = [];
  for (let day = 0; day <= 100; day += 1) {
    const before = mails().length;
    await connections.check(log);
    for (const subject of mails().slice(before)) days.push([day, subject]);
    if (day === 90) await assertPassFails(registration, log);
    await clock.advance(DAY_MS);
  }
  const title = "Rollcall: the connection “default” to Microsoft";
  assert.deepEqual(days, [
    [76, `${title} ends in 14 days`],
    [83, `${title} ends in 7 days`],
    [88, `${title} ends in 2 days`],
    [90, `${title} does not work any more`],
  ]);
  const [mail] = graph.mailbox(OFFICE).sent;
  assert.deepEqual(
    mail?.to.map(({ address }) => address),
    [OPERATOR],
  );

  await connections.tellOfTrouble(log);
  assert.equal(mails().length, 4, "it was told of already, when its time had passed");

  const { connections: rows } = await connections.overview();
  assert.deepEqual(
    rows.map(({ connection, state }) => [connection, state]),
    [
      ["default", "dead"],
      ["office", "healthy"],
    ],
  );
  assert.doesNotMatch(log.lines.join("\n"), /@|api\/connect\//);
});

async function assertPassFails(registration: RegistrationService, log: Logger): Promise<void> {
  const outcome = await registration.runNow({ team: "mantabots" }, log);
  assert.ok(outcome.kind === "ran");
  const [run] = outcome.runs;
  assert.deepEqual([run?.status, run?.error?.code], ["failed", "consent_expired"]);
  assert.match(run?.error?.connect ?? "", /^https:\/\/rollcall\.example\/api\/connect\/\S+$/);
}

test("a connection that dies before its time is told of with the run that finds it", async (t) => {
  const { clock, connections, login, log, mails, registration, registry } = await aWorld(t);
  await clock.advance(10 * DAY_MS);
  await login.revokeAccount(COACH);
  const { runs } = (await registration.runNow({ team: "mantabots" }, log)) as { runs: { status: string }[] };
  assert.equal(runs[0]?.status, "failed");
  await connections.tellOfTrouble(log);
  await connections.check(log);
  assert.deepEqual(mails(), ["Rollcall: the connection “default” to Microsoft does not work any more"]);
  assert.equal((await registry.get("microsoft", "default"))?.trouble?.code, "consent_expired");
});
