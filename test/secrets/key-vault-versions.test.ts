import assert from "node:assert/strict";
import { test } from "node:test";
import { type VaultWorld, aVault } from "./vault-world.ts";

const NAME = "microsoft-refresh-token-default";

/** A vault with so many versions of a secret, a minute apart. */
async function aHistory(count: number): Promise<VaultWorld> {
  const world = await aVault();
  for (let number = 1; number <= count; number += 1) {
    await world.store.set(NAME, `token ${number}`, { tags: { account: "coach@outlook.example" } });
    await world.vaultClock.advance(60_000);
  }
  return world;
}

async function enabledIn({ versions }: VaultWorld): Promise<boolean[]> {
  return (await versions(NAME)).map(({ enabled }) => enabled === true);
}

test("what a version has replaced is disabled, page after page; itself and newer ones stay", async () => {
  const world = await aHistory(60);
  const { store, versions } = world;
  const version = (await versions(NAME))[57]?.version ?? "";
  await store.retireOlder(NAME, version);
  assert.deepEqual(
    await enabledIn(world),
    Array.from({ length: 60 }, (_, index) => index >= 57),
  );
  assert.equal(await store.get(NAME), "token 60");
});

test("a version remembers that it was done, and its tags stay as they were", async () => {
  const { store } = await aHistory(2);
  const { version = "", olderRetired } = (await store.read(NAME)) ?? {};
  assert.equal(olderRetired, false);
  await store.retireOlder(NAME, version);
  const after = await store.read(NAME);
  assert.equal(after?.olderRetired, true);
  assert.deepEqual(after.tags, { account: "coach@outlook.example" });
});

test("a version that is stored with the tags of the present one has yet to do it", async () => {
  const { store } = await aHistory(1);
  const first = await store.read(NAME);
  await store.retireOlder(NAME, first?.version ?? "");
  const tags = (await store.read(NAME))?.tags ?? {};
  await store.set(NAME, "next", { tags });
  assert.equal((await store.read(NAME))?.olderRetired, false);
});

test("a version of the same second may be the newer one, and stays", async () => {
  const world = await aVault();
  const { store } = world;
  await store.set(NAME, "one");
  const { version = "" } = (await store.read(NAME)) ?? {};
  await store.set(NAME, "two");
  await store.retireOlder(NAME, version);
  assert.deepEqual(await enabledIn(world), [true, true]);
  assert.equal(await store.get(NAME), "two");
});

test("a version that is not there any more disables nothing", async () => {
  const world = await aHistory(2);
  await world.store.retireOlder(NAME, "0123456789abcdef0123456789abcdef");
  assert.deepEqual(await enabledIn(world), [true, true]);
});

test("no right to do it names the role that has it", async () => {
  const { store, vault } = await aHistory(2);
  const { version = "" } = (await store.read(NAME)) ?? {};
  const error = { code: "Forbidden", message: "No.", innererror: { code: "ForbiddenByRbac" } };
  vault.faults.add({ kind: "status", status: 403, body: { error }, method: "PATCH", times: 0 });
  await assert.rejects(store.retireOlder(NAME, version), {
    name: "SecretStoreError",
    message: /did not disable older versions of the secret .*Key Vault Secrets Officer/,
  });
});
