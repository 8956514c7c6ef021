import assert from "node:assert/strict";
import { test } from "node:test";
import { cachedSecrets } from "../../shared/secrets/secret-cache.ts";
import { type SecretStore, SecretStoreError } from "../../shared/secrets/secret-store.ts";
import { fakeClock, type FakeClock } from "../fakes/fake-clock.ts";
import { type SecretsInMemory, secretsInMemory } from "../fakes/secrets-in-memory.ts";
import { secretStoreCases } from "./secret-store-cases.ts";

interface Setting {
  clock: FakeClock;
  store: SecretsInMemory;
  cached: SecretStore;
}

function aCache(values: Record<string, string> = { "session-key": "one" }): Setting {
  const clock = fakeClock("2026-11-03T04:00:00Z");
  const store = secretsInMemory(clock, values);
  return { clock, store, cached: cachedSecrets(store, { clock, seconds: 60 }) };
}

secretStoreCases("a cached store", async () => aCache({}).cached);

test("a value is asked for once in its time, and again after it", async () => {
  const { clock, store, cached } = aCache();
  await cached.get("session-key");
  await store.set("session-key", "two");
  await clock.advance(59_999);
  assert.equal(await cached.get("session-key"), "one");
  await clock.advance(1);
  assert.equal(await cached.get("session-key"), "two");
  assert.equal(store.reads.length, 2);
});

test("a fresh read asks the store, and everybody gets what it said", async () => {
  const { store, cached } = aCache();
  await cached.get("session-key");
  await store.set("session-key", "two");
  assert.equal(await cached.get("session-key", { fresh: true }), "two");
  assert.equal(await cached.get("session-key"), "two");
  assert.equal(store.reads.length, 2);
});

test("reads at the same time share one question", async () => {
  const { store, cached } = aCache();
  const values = await Promise.all([1, 2, 3].map(() => cached.get("session-key")));
  assert.deepEqual(values, ["one", "one", "one"]);
  assert.equal(store.reads.length, 1);
});

test("that a secret is missing is not remembered", async () => {
  const { store, cached } = aCache({});
  assert.equal(await cached.get("session-key"), undefined);
  await store.set("session-key", "set by an operator");
  assert.equal(await cached.get("session-key"), "set by an operator");
});

test("a secret that was deleted is gone when its time is over", async () => {
  const { clock, store, cached } = aCache();
  await cached.get("session-key");
  store.delete("session-key");
  await clock.advance(60_000);
  assert.equal(await cached.get("session-key"), undefined);
});

test("what was set is known at once, with the time it was stored", async () => {
  const { clock, store, cached } = aCache();
  await cached.set("session-key", "two");
  assert.deepEqual(await cached.read("session-key"), { value: "two", storedOn: clock.now() });
  assert.equal(store.reads.length, 0);
});

test("while the store fails, the last good value serves, and the store is left alone for a while", async () => {
  const { clock, store, cached } = aCache();
  await cached.get("session-key");
  await clock.advance(61_000);
  store.failure = new SecretStoreError("the vault is down");
  assert.equal(await cached.get("session-key"), "one");
  assert.equal(await cached.get("session-key"), "one");
  assert.equal(store.reads.length, 2);
  store.failure = undefined;
  await store.set("session-key", "two");
  await clock.advance(60_000);
  assert.equal(await cached.get("session-key"), "two");
});

test("while the store fails, a fresh read, an unknown secret and a set get the failure", async () => {
  const { store, cached } = aCache();
  await cached.get("session-key");
  store.failure = new SecretStoreError("the vault is down");
  await assert.rejects(cached.get("session-key", { fresh: true }), /the vault is down/);
  await assert.rejects(cached.get("jira-api-token"), /the vault is down/);
  await assert.rejects(cached.set("session-key", "two"), /the vault is down/);
  assert.equal(await cached.get("session-key"), "one");
});

test("a slow read that began before a set does not bring the old value back", async () => {
  const { clock, store } = aCache();
  const gate = Promise.withResolvers<void>();
  const slow: SecretStore = {
    ...store,
    read: async (name) => {
      const secret = await store.read(name);
      await gate.promise;
      return secret;
    },
  };
  const cached = cachedSecrets(slow, { clock, seconds: 60 });
  const old = cached.get("session-key");
  await cached.set("session-key", "two");
  gate.resolve();
  assert.equal(await old, "one");
  assert.equal(await cached.get("session-key"), "two");
});

test("with a time of zero every read asks", async () => {
  const { clock, store } = aCache();
  const cached = cachedSecrets(store, { clock, seconds: 0 });
  await cached.get("session-key");
  await cached.get("session-key");
  assert.equal(store.reads.length, 2);
});

test("a store that dawdles is waited for ten seconds; then the last good value serves, and the late answer counts", async () => {
  const { clock, store } = aCache();
  const gate = Promise.withResolvers<void>();
  let slow = false;
  const dawdling: SecretStore = {
    ...store,
    read: async (name) => {
      const secret = await store.read(name);
      if (slow) await gate.promise;
      return secret;
    },
  };
  const cached = cachedSecrets(dawdling, { clock, seconds: 60 });
  await cached.get("session-key");
  await store.set("session-key", "two");
  await clock.advance(60_000);
  slow = true;
  const waiting = cached.get("session-key");
  await clock.asleep(10_000);
  await clock.advance(10_000);
  assert.equal(await waiting, "one");
  assert.equal(await cached.get("session-key"), "one");
  gate.resolve();
  await clock.advance(0);
  assert.equal(await cached.get("session-key"), "two");
});

test("a value that was set comes with its details, and older versions are the store's to disable", async () => {
  const { clock, store, cached } = aCache();
  const details = { expiresOn: new Date("2027-02-01T04:00:00Z"), tags: { account: "coach" } };
  await cached.set("session-key", "two", details);
  assert.deepEqual(await cached.read("session-key"), { value: "two", storedOn: clock.now(), ...details });
  await cached.retireOlder("session-key", "2");
  assert.deepEqual(store.retirements, ["session-key/2"]);
});
