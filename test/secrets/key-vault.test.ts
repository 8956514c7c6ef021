import assert from "node:assert/strict";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { inspect } from "node:util";
import { type TokenClaims, issueToken, readToken } from "../../infra/local/emulators/access-token.ts";
import type { Emulator } from "../../infra/local/emulators/emulator.ts";
import { startKeyVault } from "../../infra/local/emulators/key-vault.ts";
import { startManagedIdentity } from "../../infra/local/emulators/managed-identity.ts";
import { ensureCertificates } from "../../infra/local/tls.ts";
import { systemClock } from "../../shared/clock.ts";
import { keyVault } from "../../shared/secrets/key-vault.ts";
import { type SecretStore, SecretStoreError } from "../../shared/secrets/secret-store.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";
import { secretStoreCases } from "./secret-store-cases.ts";

const { certificate } = await ensureCertificates(fileURLToPath(new URL("../../.local/tls", import.meta.url)));
const KEY = "a key of this test";
const CLAIMS: Omit<TokenClaims, "expiresAt"> = {
  audience: "https://vault.localhost",
  scopes: [],
  roles: [],
  tenant: "aaaaaaaa-0000-0000-0000-000000000000",
  clientId: "rollcall",
};
const servers: { close(): Promise<void> }[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

interface VaultWorld {
  vault: Emulator;
  store: SecretStore;
  clock: FakeClock;
}

async function aVault({ audience = CLAIMS.audience }: { audience?: string } = {}): Promise<VaultWorld> {
  const vault = await startKeyVault({
    certificate,
    loginUrl: "https://login.localhost",
    tenant: CLAIMS.tenant,
    readToken: (token) => readToken(token, KEY),
    clock: fakeClock("2026-11-03T04:00:00Z"),
  });
  servers.push(vault);
  const expiresAt = new Date(Date.now() + 3_600_000);
  const credential = {
    getToken: async () => ({
      token: issueToken({ ...CLAIMS, audience, expiresAt }, KEY),
      expiresOnTimestamp: expiresAt.getTime(),
    }),
  };
  const clock = fakeClock("2026-11-03T04:00:00Z");
  return { vault, clock, store: keyVault(vault.url, { clock, credential }) };
}

/** The error of something the vault must not do; whatever is printed of it, the value is not. */
async function failureOf(attempt: Promise<unknown>): Promise<SecretStoreError> {
  const error = await attempt.then(
    () => assert.fail("it succeeded"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof SecretStoreError, inspect(error));
  assert.doesNotMatch(inspect(error, { depth: 10 }), /hunter2|Bearer ey/);
  return error;
}

secretStoreCases("a Key Vault", async () => (await aVault()).store);

test("a secret knows since when its present version has been there, to the second", async () => {
  const { store } = await aVault();
  await store.set("session-key", "value");
  assert.deepEqual(await store.read("session-key"), {
    value: "value",
    storedOn: new Date("2026-11-03T04:00:00Z"),
  });
});

test("the end of a value and its tags are kept with the version, and older versions stay", async () => {
  const { store, vault } = await aVault();
  await store.set("session-key", "one");
  await store.set("session-key", "two", { expiresOn: new Date("2027-02-01T04:00:00Z"), tags: { a: "b" } });
  const { SecretClient } = await import("@azure/keyvault-secrets");
  const expiresAt = new Date(Date.now() + 3_600_000);
  const token = issueToken({ ...CLAIMS, expiresAt }, KEY);
  const client = new SecretClient(vault.url, {
    getToken: async () => ({ token, expiresOnTimestamp: expiresAt.getTime() }),
  });
  const { properties } = await client.getSecret("session-key");
  assert.equal(properties.expiresOn?.toISOString(), "2027-02-01T04:00:00.000Z");
  assert.deepEqual(properties.tags, { a: "b" });
  const versions = [];
  for await (const version of client.listPropertiesOfSecretVersions("session-key")) versions.push(version);
  assert.deepEqual(
    versions.map(({ enabled }) => enabled),
    [true, true],
  );
});

test("a read is one request once the vault is open", async () => {
  const { store, vault } = await aVault();
  await store.get("session-key");
  const before = vault.exchanges.length;
  await store.get("session-key");
  assert.equal(vault.exchanges.length, before + 1);
});

test("throttling and passing failures are repeated by the library", async () => {
  const { store, vault } = await aVault();
  await store.set("session-key", "value");
  const soon = { "retry-after-ms": "1" };
  vault.faults.add({ kind: "status", status: 429, headers: soon });
  vault.faults.add({ kind: "status", status: 503, headers: soon });
  assert.equal(await store.get("session-key"), "value");
});

for (const [what, status, code, inner, expected] of [
  [
    "a disabled secret",
    403,
    "Forbidden",
    "SecretDisabled",
    /latest version is disabled\. Enable that version/,
  ],
  [
    "no right to read",
    403,
    "Forbidden",
    "ForbiddenByRbac",
    /Give it the role Key Vault Secrets User on the vault/,
  ],
  ["a firewall", 403, "Forbidden", "ForbiddenByFirewall", /Allow it under Networking/],
  ["another thing that is not there", 404, "VaultNotFound", undefined, /status 404/],
  ["a request the vault does not like", 400, "BadParameter", undefined, /status 400/],
] as const) {
  test(`${what} is an error that says so, and which vault and secret it is`, async () => {
    const { store, vault } = await aVault();
    const innererror = inner ? { innererror: { code: inner } } : {};
    const body = { error: { code, message: "No.", ...innererror } };
    vault.faults.add({ kind: "status", status, body, times: 0, after: 1 });
    const error = await failureOf(store.get("session-key"));
    assert.match(error.message, expected);
    assert.ok(error.message.includes(`${vault.url} did not get the secret session-key`), error.message);
  });
}

test("a secret whose latest version an administrator has disabled is such an error", async () => {
  const { store, vault } = await aVault();
  await store.set("session-key", "value");
  const expiresAt = new Date(Date.now() + 3_600_000);
  await fetch(`${vault.url}/secrets/session-key?api-version=7.4`, {
    method: "PATCH",
    headers: { authorization: `Bearer ${issueToken({ ...CLAIMS, expiresAt }, KEY)}` },
    body: JSON.stringify({ attributes: { enabled: false } }),
  });
  assert.match((await failureOf(store.get("session-key"))).message, /is disabled/);
});

test("no right to write names the role that has it, and not the value", async () => {
  const { store, vault } = await aVault();
  const body = { error: { code: "Forbidden", message: "No.", innererror: { code: "ForbiddenByRbac" } } };
  vault.faults.add({ kind: "status", status: 403, body, times: 0, after: 1 });
  const error = await failureOf(store.set("session-key", "hunter2"));
  assert.match(error.message, /did not set the secret session-key: .*Key Vault Secrets Officer/);
});

test("a name whose secret was deleted says that it is to be recovered or purged first", async () => {
  const { store, vault } = await aVault();
  await store.set("session-key", "value");
  const expiresAt = new Date(Date.now() + 3_600_000);
  await fetch(`${vault.url}/secrets/session-key?api-version=7.4`, {
    method: "DELETE",
    headers: { authorization: `Bearer ${issueToken({ ...CLAIMS, expiresAt }, KEY)}` },
  });
  assert.equal(await store.get("session-key"), undefined);
  const error = await failureOf(store.set("session-key", "hunter2"));
  assert.match(error.message, /Recover or purge it/);
});

test("a token the vault does not take says that no identity was accepted", async () => {
  const { store } = await aVault({ audience: "https://graph.microsoft.com" });
  assert.match((await failureOf(store.get("session-key"))).message, /no identity was accepted.*az login/);
});

test("without any identity the error says how to get one", async () => {
  const { vault, clock } = await aVault();
  const { CredentialUnavailableError } = await import("@azure/identity");
  const credential = { getToken: () => Promise.reject(new CredentialUnavailableError("none")) };
  const store = keyVault(vault.url, { clock, credential });
  assert.match((await failureOf(store.get("session-key"))).message, /turn on the managed identity/);
});

test("a vault that does not answer is left after thirty seconds", async () => {
  const { store, vault, clock } = await aVault();
  vault.faults.add({ kind: "hang", times: 0 });
  const failed = failureOf(store.get("session-key"));
  await clock.asleep(30_000);
  await clock.advance(30_000);
  assert.match((await failed).message, /Not done within 30 s/);
});

test("without a credential of one's own it is the managed identity's, as in the cloud", async () => {
  const { vault } = await aVault();
  const identity = await startManagedIdentity({
    tokenKey: KEY,
    tenant: CLAIMS.tenant,
    clientId: "rollcall",
  });
  servers.push(identity);
  Object.assign(process.env, identity.environment);
  const store = keyVault(vault.url, { clock: systemClock });
  await store.set("session-key", "value");
  assert.equal(await store.get("session-key"), "value");
});
