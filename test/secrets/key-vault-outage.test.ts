import assert from "node:assert/strict";
import { test } from "node:test";
import { cachedSecrets } from "../../shared/secrets/secret-cache.ts";
import type { SecretStore } from "../../shared/secrets/secret-store.ts";
import { type VaultWorld, aVault } from "./vault-world.ts";

const NAME = "microsoft-client-secret";
const SOON = { "retry-after-ms": "1" };

/** A vault behind the cache of an app that has just read the secret, all with the real library. */
async function aWarmCache(): Promise<VaultWorld & { cached: SecretStore }> {
  const world = await aVault();
  const { store, clock } = world;
  await store.set(NAME, "one");
  const cached = cachedSecrets(store, { clock, seconds: 60 });
  assert.equal(await cached.get(NAME), "one");
  return { ...world, cached };
}

test("a new version that an operator sets is used when the cache's time is over", async () => {
  const { cached, client, clock } = await aWarmCache();
  await client.setSecret(NAME, "two");
  await clock.advance(59_999);
  assert.equal(await cached.get(NAME), "one");
  await clock.advance(1);
  assert.equal(await cached.get(NAME), "two");
});

test("a new version is used at once by one whom the old one failed", async () => {
  const { cached, client } = await aWarmCache();
  await client.setSecret(NAME, "two");
  assert.equal(await cached.get(NAME, { fresh: true }), "two");
});

for (const status of [429, 500, 503]) {
  test(`${status} for a while: the question is repeated, and its answer is the new version`, async () => {
    const { cached, client, clock, vault } = await aWarmCache();
    await client.setSecret(NAME, "two");
    await clock.advance(60_000);
    vault.faults.add({ kind: "status", status, headers: SOON, times: 3 });
    assert.equal(await cached.get(NAME), "two");
  });

  test(`${status} without end: the last good value serves, and the vault is left alone for a minute`, async () => {
    const { cached, clock, vault } = await aWarmCache();
    await clock.advance(60_000);
    vault.faults.add({ kind: "status", status, headers: SOON, times: 0 });
    assert.equal(await cached.get(NAME), "one");
    const asked = vault.exchanges.length;
    assert.equal(await cached.get(NAME), "one");
    assert.equal(vault.exchanges.length, asked);
  });
}

test("a vault that is gone: the last good value serves, minute after minute", async () => {
  const { cached, clock, vault } = await aWarmCache();
  vault.faults.add({ kind: "status", status: 503, headers: SOON, times: 0 });
  for (let minute = 0; minute < 10; minute += 1) {
    await clock.advance(60_000);
    assert.equal(await cached.get(NAME), "one");
  }
});

test("a vault that does not answer keeps nobody waiting for more than ten seconds", async () => {
  const { cached, client, clock, vault } = await aWarmCache();
  await client.setSecret(NAME, "two");
  await clock.advance(60_000);
  vault.faults.add({ kind: "hang" });
  const asked = cached.get(NAME);
  await clock.asleep(10_000);
  await clock.advance(10_000);
  assert.equal(await asked, "one");
  await clock.advance(60_000);
  assert.equal(await cached.get(NAME), "two");
});

test("after an outage the new version is used within a minute", async () => {
  const { cached, client, clock, vault } = await aWarmCache();
  await client.setSecret(NAME, "two");
  await clock.advance(60_000);
  vault.faults.add({ kind: "status", status: 503, headers: SOON, times: 5 });
  assert.equal(await cached.get(NAME), "one");
  await clock.advance(60_000);
  assert.equal(await cached.get(NAME), "two");
});

test("a secret that an operator disables serves no more when the cache's time is over", async () => {
  const { cached, client, clock, versions } = await aWarmCache();
  const [version] = await versions(NAME);
  await client.updateSecretProperties(NAME, version?.version ?? "", { enabled: false });
  await clock.advance(60_000);
  const disabled = { name: "SecretDisabledError", message: /its latest version is disabled/ };
  await assert.rejects(cached.get(NAME), disabled);
  await assert.rejects(cached.get(NAME), disabled);
  await client.setSecret(NAME, "two");
  assert.equal(await cached.get(NAME), "two");
});

test("a secret that is found disabled by a fresh read serves nobody from then on", async () => {
  const { cached, client, versions } = await aWarmCache();
  const [version] = await versions(NAME);
  await client.updateSecretProperties(NAME, version?.version ?? "", { enabled: false });
  await assert.rejects(cached.get(NAME, { fresh: true }), { name: "SecretDisabledError" });
  await assert.rejects(cached.get(NAME), { name: "SecretDisabledError" });
});
