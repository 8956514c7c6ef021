import assert from "node:assert/strict";
import { after, test } from "node:test";
import { inspect } from "node:util";
import { startManagedIdentity } from "../../infra/local/emulators/managed-identity.ts";
import { systemClock } from "../../shared/clock.ts";
import { keyVault } from "../../shared/secrets/key-vault.ts";
import { SecretStoreError } from "../../shared/secrets/secret-store.ts";
import { secretStoreCases } from "./secret-store-cases.ts";
import { KEY, NOW, TENANT, aVault } from "./vault-world.ts";

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

test("a secret knows which version it is, and to the second since when it has been there", async () => {
  const { store, versions } = await aVault();
  await store.set("session-key", "value");
  const [version] = await versions("session-key");
  assert.deepEqual(await store.read("session-key"), {
    value: "value",
    storedOn: new Date(NOW),
    version: version?.version,
    olderRetired: false,
  });
});

test("the end of a value and its tags are kept with the version, and older versions stay", async () => {
  const { store, versions } = await aVault();
  const details = { expiresOn: new Date("2027-02-01T04:00:00Z"), tags: { a: "b" } };
  await store.set("session-key", "one");
  await store.set("session-key", "two", details);
  const { expiresOn, tags } = (await store.read("session-key")) ?? {};
  assert.deepEqual({ expiresOn, tags }, details);
  const enabled = (await versions("session-key")).map((version) => version.enabled);
  assert.deepEqual(enabled, [true, true]);
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
  const { store, client } = await aVault();
  await store.set("session-key", "value");
  const { properties } = await client.getSecret("session-key");
  await client.updateSecretProperties("session-key", properties.version ?? "", { enabled: false });
  assert.match((await failureOf(store.get("session-key"))).message, /is disabled/);
});

test("no right to write names the role that has it, and not the value", async () => {
  const { store, vault } = await aVault();
  const body = { error: { code: "Forbidden", message: "No.", innererror: { code: "ForbiddenByRbac" } } };
  vault.faults.add({ kind: "status", status: 403, body, times: 0, after: 1 });
  const error = await failureOf(store.set("session-key", "hunter2"));
  assert.match(error.message, /did not set the secret session-key: .*Key Vault Secrets Officer/);
});

test("a name whose secret was deleted says that it is to be recovered first", async () => {
  const { store, client } = await aVault();
  await store.set("session-key", "value");
  await client.beginDeleteSecret("session-key");
  assert.equal(await store.get("session-key"), undefined);
  const error = await failureOf(store.set("session-key", "hunter2"));
  assert.match(error.message, /Recover it in the vault first, then store the new value/);
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
    tenant: TENANT,
    clientId: "rollcall",
    clock: { now: () => new Date("2099-12-31T00:00:00Z") },
  });
  after(() => identity.close());
  Object.assign(process.env, identity.environment);
  const store = keyVault(vault.url, { clock: systemClock });
  await store.set("session-key", "value");
  assert.equal(await store.get("session-key"), "value");
});
