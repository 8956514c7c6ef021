import assert from "node:assert/strict";
import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { after, suite, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import type { Emulator } from "../../infra/local/emulators/emulator.ts";
import { startKeyVault } from "../../infra/local/emulators/key-vault.ts";
import { startManagedIdentity } from "../../infra/local/emulators/managed-identity.ts";
import { PERSONAL_TENANT } from "../../infra/local/emulators/microsoft-login/directory.ts";
import { startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { startWebex } from "../../infra/local/emulators/webex/webex.ts";
import { LOCAL_CERTIFICATES, ensureCertificates } from "../../infra/local/tls.ts";
import { systemClock } from "../../shared/clock.ts";
import type { Provider } from "../../shared/oauth/provider.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import { microsoftRefreshToken, webexRefreshToken } from "../../shared/secrets/secret-names.ts";
import type { HostOrder, HostReport } from "./keeper-host.ts";
import { ACCOUNT, CLIENT_ID, CLIENT_SECRET, SCOPES } from "./login-world.ts";

/*
 * Two hosts of the app, each a process, on one storage account and one Key Vault, with the real libraries and the real
 * time: what they must not do is refresh one connection at the same moment.
 */

const TENANT = "aaaaaaaa-0000-0000-0000-000000000000";
const WEBEX_SCOPES = ["spark:people_read"];
/** Long enough for two refreshes to meet, if they could. */
const LATENCY_MS = 15;

const { certificate, certificateFile } = await ensureCertificates(LOCAL_CERTIFICATES);
const azurite = await startAzurite({ certificateFile });
const atMicrosoft = watch();
const microsoft = await startMicrosoftLogin({
  certificate,
  tenants: [],
  accounts: [{ userPrincipalName: ACCOUNT, displayName: "Somebody", tenant: PERSONAL_TENANT }],
  clients: [{ id: CLIENT_ID, name: "Rollcall", secrets: [{ value: CLIENT_SECRET }], redirectUris: [] }],
  onExchange: atMicrosoft.left,
});
const atWebex = watch();
const webex = await startWebex({
  certificate,
  people: [{ email: ACCOUNT, displayName: "Somebody" }],
  integrations: [
    { id: CLIENT_ID, name: "Rollcall", secret: CLIENT_SECRET, redirectUris: [], scopes: WEBEX_SCOPES },
  ],
  onExchange: atWebex.left,
});
const identity = await startManagedIdentity({
  tokenKey: microsoft.tokenKey,
  tenant: TENANT,
  clientId: "rollcall",
});
const vault = await startKeyVault({
  certificate,
  loginUrl: microsoft.url,
  tenant: TENANT,
  readToken: microsoft.readToken,
});
const env = {
  ...identity.environment,
  AzureWebJobsStorage: azurite.connectionString,
  KEY_VAULT_URL: vault.url,
  MICROSOFT_CLIENT_ID: CLIENT_ID,
  MICROSOFT_LOGIN_URL: microsoft.url,
  WEBEX_CLIENT_ID: CLIENT_ID,
  WEBEX_URL: webex.apiUrl,
};
Object.assign(process.env, identity.environment);
const secrets = secretStoreFrom(env, { clock: systemClock });
await secrets.set("microsoft-client-secret", CLIENT_SECRET);
await secrets.set("webex-client-secret", CLIENT_SECRET);

const hosts: ChildProcess[] = [];
after(async () => {
  for (const host of hosts) host.kill("SIGKILL");
  await Promise.all([microsoft, webex, identity, vault, azurite].map((service) => service.close()));
});

interface Watch {
  /** Requests answered so far. */
  count: number;
  /** The most there were at the same moment. */
  most: number;
  arrived: () => undefined;
  left: () => void;
}

/** Counts the requests that are under way at an emulator. */
function watch(): Watch {
  let present = 0;
  const seen: Watch = {
    count: 0,
    most: 0,
    arrived() {
      present += 1;
      seen.most = Math.max(seen.most, present);
      return undefined;
    },
    left() {
      present -= 1;
      seen.count += 1;
    },
  };
  return seen;
}

const PROVIDERS: Record<
  Provider,
  { watched: Watch; emulator: Emulator; connect: (name: string) => Promise<void> }
> = {
  microsoft: {
    watched: atMicrosoft,
    emulator: microsoft,
    connect: async (name) => {
      const token = await microsoft.grant(CLIENT_ID, ACCOUNT, SCOPES.join(" "));
      await secrets.set(microsoftRefreshToken(name), token);
    },
  },
  webex: {
    watched: atWebex,
    emulator: webex,
    connect: async (name) => {
      const token = await webex.grant(CLIENT_ID, ACCOUNT, WEBEX_SCOPES.join(" "));
      await secrets.set(webexRefreshToken(name), token);
    },
  },
};
for (const { watched, emulator } of Object.values(PROVIDERS)) {
  emulator.faults.latencyMs = LATENCY_MS;
  emulator.faults.add({ decide: watched.arrived });
}

function aHost(): ChildProcess {
  const host = fork(fileURLToPath(new URL("keeper-host.ts", import.meta.url)), {
    env: { ...process.env, ...env },
  });
  hosts.push(host);
  return host;
}

async function carriedOut(host: ChildProcess, order: HostOrder): Promise<HostReport> {
  host.send(order);
  const [report] = (await once(host, "message")) as [HostReport];
  return report;
}

const sum = (numbers: number[]): number => numbers.reduce((total, each) => total + each, 0);

suite("two hosts", { concurrency: true }, () => {
  for (const provider of ["microsoft", "webex"] as const) {
    suite(provider, { concurrency: 1 }, () => refreshTests(provider));
  }
});

function refreshTests(provider: Provider): void {
  const { watched, connect } = PROVIDERS[provider];

  test(`two hosts that are asked 200 times each at once refresh a ${provider} connection twice, one after the other`, async () => {
    await connect("asked");
    const before = watched.count;
    const order = { provider, connection: "asked", instances: 1, calls: 200 };
    const reports = await Promise.all([aHost(), aHost()].map((host) => carriedOut(host, order)));
    assert.deepEqual(reports, [
      { tokens: [1], failures: [] },
      { tokens: [1], failures: [] },
    ]);
    assert.deepEqual({ count: watched.count - before, most: watched.most }, { count: 2, most: 1 });
  });

  test(`200 refreshes of a ${provider} connection, by two hosts in parallel: never two in flight, no token lost`, async (t) => {
    await connect("busy");
    const before = watched.count;
    const started = performance.now();
    const pair = [aHost(), aHost()];
    const order = { provider, connection: "busy", instances: 10, calls: 20 };
    for (let round = 0; round < 10; round += 1) {
      const reports = await Promise.all(pair.map((host) => carriedOut(host, order)));
      assert.deepEqual(
        reports.flatMap(({ failures }) => failures),
        [],
      );
      assert.equal(sum(reports.flatMap(({ tokens }) => tokens)), 20);
    }
    assert.deepEqual({ count: watched.count - before, most: watched.most }, { count: 200, most: 1 });
    t.diagnostic(`${provider}: 200 refreshes in ${Math.round(performance.now() - started)} ms`);
  });
}

test("a host that is killed in the middle of a refresh keeps the other out for 15 s at the most, and loses no token", async (t) => {
  await Promise.all(
    Object.entries(PROVIDERS).map(async ([name, { watched, emulator, connect }]) => {
      const provider = name as Provider;
      const order = { provider, connection: "killed", instances: 1, calls: 200 };
      await connect("killed");
      const seen = emulator.exchanges.length;
      emulator.faults.add({ kind: "hang" });
      const [victim, survivor] = [aHost(), aHost()];
      victim.send(order);
      while (emulator.exchanges.length === seen) await setImmediate();
      victim.kill("SIGKILL");
      await once(victim, "exit");

      const started = performance.now();
      const report = await carriedOut(survivor, order);
      const waited = performance.now() - started;
      assert.deepEqual(report, { tokens: [1], failures: [] });
      assert.equal(watched.most, 1);
      // The lock is free 15 s after it was taken, and looked at ten times a second; the rest is a slow machine's.
      assert.ok(waited < 20_000, `${waited} ms`);
      t.diagnostic(`${provider}: the other host had its token ${Math.round(waited)} ms after the kill`);
    }),
  );
});
