import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionRecord, ConnectionRegistry } from "../../shared/oauth/connection-registry.ts";
import { SecretStoreError } from "../../shared/secrets/secret-store.ts";
import { connectionsInMemory } from "../fakes/connections-in-memory.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { DAY, HOUR, aKeeper, aRecord, aWebexKeeper } from "./keeper-world.ts";
import { ACCOUNT, CLIENT_ID, SCOPES } from "./login-world.ts";

const REFRESH_TOKEN = "microsoft-refresh-token-default";

/** A registry that counts what is written to it. */
function countingRegistry(...records: ConnectionRecord[]): ConnectionRegistry & { writes: () => number } {
  const registry = connectionsInMemory(...records);
  let count = 0;
  return {
    ...registry,
    writes: () => count,
    put(record) {
      count += 1;
      return registry.put(record);
    },
    update(provider, connection, changes) {
      return registry.update(provider, connection, (record) => {
        const changed = changes(record);
        if (changed !== record) count += 1;
        return changed;
      });
    },
  };
}

const anInstant = fakeClock("2026-11-03T04:00:00Z");

test("a refresh is written down once a day, whatever restarts there are", async () => {
  const registry = countingRegistry(aRecord(anInstant));
  const { clock, restarted } = await aKeeper({ registry });
  for (let hour = 0; hour < 24 * 10; hour += 1) {
    await restarted().get("default");
    await clock.advance(HOUR);
  }
  assert.equal(registry.writes(), 10);
  const record = await registry.get("microsoft", "default");
  assert.equal(record?.refreshedAt.toISOString(), "2026-11-13T00:00:00.000Z");
});

test("the end that is written down is that of the token in the store, and a later one forgets the warnings", async () => {
  const registry = connectionsInMemory(aRecord(anInstant, { warnedDays: [14] }));
  const { clock, tokens, store } = await aKeeper({ registry });
  await clock.advance(DAY);
  await tokens.get("default");
  const record = await registry.get("microsoft", "default");
  assert.deepEqual(record?.expiresAt, store.sets[0]?.details.expiresOn);
  assert.deepEqual(record?.warnedDays, []);
});

test("a refresh whose successor is not stored yet moves no end, and forgets no warning", async () => {
  const registry = connectionsInMemory(aRecord(anInstant, { warnedDays: [14] }));
  const { clock, tokens, store } = await aKeeper({ registry });
  store.set = () => Promise.reject(new SecretStoreError("the vault says no"));
  await clock.advance(DAY);
  await tokens.get("default");
  const record = await registry.get("microsoft", "default");
  assert.equal(record?.refreshedAt.toISOString(), "2026-11-04T04:00:00.000Z");
  assert.equal(record?.expiresAt?.toISOString(), "2027-02-01T04:00:00.000Z");
  assert.deepEqual(record?.warnedDays, [14]);
});

test("the end Webex gives for a token that stays the same is written down", async () => {
  const registry = connectionsInMemory(aRecord(anInstant, { provider: "webex", warnedDays: [14] }));
  const { clock, tokens } = await aWebexKeeper("keep", { registry });
  await clock.advance(80 * DAY);
  await tokens.get("default");
  const record = await registry.get("webex", "default");
  assert.equal(record?.expiresAt?.toISOString(), "2027-02-01T04:00:00.000Z");
  assert.deepEqual(record?.warnedDays, [14]);
});

test("a token that came from a file gets a record when it first works", async () => {
  const { tokens, registry, store, refreshToken } = await aKeeper();
  await tokens.get("default");
  assert.deepEqual(
    await registry.get("microsoft", "default"),
    aRecord(anInstant, { account: "", scopes: SCOPES.slice(1) }),
  );
  await store.set("microsoft-refresh-token-other", refreshToken, { tags: { account: ACCOUNT } });
  await tokens.get("other");
  assert.equal((await registry.get("microsoft", "other"))?.account, ACCOUNT);
});

test("a refresh that fails for good is written down once, with its code and without a link, and cleared by one that works", async () => {
  const connectUrl = async (): Promise<string> => "https://rollcall.example/api/connect/t";
  const registry = countingRegistry(aRecord(anInstant));
  const { tokens, clock, login, store, refreshToken } = await aKeeper({ registry, connectUrl });
  await login.revokeToken(refreshToken);
  for (let count = 0; count < 3; count += 1) {
    await assert.rejects(tokens.get("default"), { code: "consent_expired" });
    await clock.advance(HOUR);
  }
  const { trouble } = (await registry.get("microsoft", "default")) ?? {};
  assert.equal(registry.writes(), 1);
  assert.equal(trouble?.code, "consent_expired");
  assert.equal(trouble.since.toISOString(), "2026-11-03T04:00:00.000Z");
  assert.match(trouble.message, /^Microsoft gave no access token .*\(AADSTS70000, .*\)\.$/);

  await registry.update("microsoft", "default", (record) => ({ ...record, toldOfTroubleAt: clock.now() }));
  await store.set(REFRESH_TOKEN, await login.grant(CLIENT_ID, ACCOUNT, SCOPES.join(" ")));
  await tokens.get("default");
  const record = await registry.get("microsoft", "default");
  assert.ok(record && !("trouble" in record) && !("toldOfTroubleAt" in record));
});

for (const [what, fault] of [
  ["an outage of the login service", { kind: "status", status: 503, times: 0 }],
  ["throttling", { kind: "status", status: 429, times: 0 }],
  ["a connection that breaks", { kind: "reset-before", times: 0 }],
  [
    "a trouble that Microsoft calls passing",
    { kind: "status", status: 400, body: { error: "temporarily_unavailable" }, times: 0 },
  ],
] as const) {
  test(`${what} is nobody's trouble`, async () => {
    const registry = countingRegistry(aRecord(anInstant));
    const { tokens, login } = await aKeeper({ registry });
    login.faults.add(fault);
    await assert.rejects(tokens.get("default"), { name: "TokenUnavailableError" });
    assert.equal(registry.writes(), 0);
  });
}

test("a vault or a lock that is away is nobody's trouble either", async () => {
  const registry = countingRegistry(aRecord(anInstant));
  const { restarted, store } = await aKeeper({ registry });
  await assert.rejects(
    restarted({ lock: () => Promise.reject(new Error("storage is down")) }).get("default"),
  );
  store.failure = new SecretStoreError("the vault is down");
  await assert.rejects(restarted().get("default"), /the vault is down/);
  assert.equal(registry.writes(), 0);
});

test("a registry that fails, or does not answer, keeps nobody from the token", async () => {
  const broken = connectionsInMemory();
  broken.get = () => Promise.reject(new Error("the table is away\nand this is for support"));
  const { tokens, clock, logger, restarted } = await aKeeper({ registry: broken });
  assert.ok(await tokens.get("default"));
  assert.deepEqual(logger.lines, [
    "warn: The registry does not know that the connection default works: the table is away",
  ]);
  const silent = connectionsInMemory();
  silent.get = () => new Promise(() => undefined);
  const getting = restarted({ registry: silent }).get("default");
  await clock.asleep(15_000);
  await clock.advance(15_000);
  assert.ok(await getting);
});

test("the trouble of a connection is told even when it cannot be written down", async () => {
  const broken = connectionsInMemory();
  broken.update = () => Promise.reject(new Error("the table is away"));
  const { tokens, login, refreshToken } = await aKeeper({ registry: broken });
  await login.revokeToken(refreshToken);
  await assert.rejects(tokens.get("default"), { code: "consent_expired" });
});

test("older versions of a refresh token are disabled once the new one has worked, and not before, and once", async () => {
  const { restarted, clock, store } = await aKeeper();
  await clock.advance(DAY);
  await restarted().get("default");
  const [first] = store.retirements;
  assert.equal(first, `${REFRESH_TOKEN}/2`);
  assert.equal((await store.read(REFRESH_TOKEN))?.version, "3");
  assert.equal(store.retirements.length, 1);
  for (let count = 0; count < 3; count += 1) await restarted().get("default");
  assert.deepEqual(store.retirements, [`${REFRESH_TOKEN}/2`, `${REFRESH_TOKEN}/3`]);
});

test("nothing is disabled for a new version that does not work", async () => {
  const { tokens, store } = await aKeeper();
  await store.set(REFRESH_TOKEN, "not a refresh token");
  await assert.rejects(tokens.get("default"));
  assert.deepEqual(store.retirements, []);
});

test("old versions that cannot be disabled are a warning", async () => {
  const { tokens, store, logger } = await aKeeper();
  store.retireOlder = () => Promise.reject(new SecretStoreError("the vault says no"));
  assert.ok(await tokens.get("default"));
  assert.deepEqual(logger.lines, [
    "warn: Old refresh tokens of the connection default were not disabled: the vault says no",
  ]);
});
