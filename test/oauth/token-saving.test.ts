import assert from "node:assert/strict";
import { test } from "node:test";
import { SecretStoreError } from "../../shared/secrets/secret-store.ts";
import { DAY, HOUR, MINUTE, aKeeper, aWebexKeeper } from "./keeper-world.ts";
import { ACCOUNT, CLIENT_ID, OTHER_ACCOUNT, SCOPES } from "./login-world.ts";

const REFRESH_TOKEN = "microsoft-refresh-token-default";
const WEBEX_TOKEN = "webex-refresh-token-default";

test("a rotated refresh token is not saved while the present one is younger than a day", async () => {
  const { tokens, clock, store, restarted } = await aKeeper();
  for (let hour = 0; hour < 23; hour += 1) {
    await (hour % 2 ? tokens : restarted()).get("default");
    await clock.advance(HOUR);
  }
  assert.equal(store.sets.length, 0);
});

test("a rotated refresh token is saved once a day, with its end, whatever restarts there are", async () => {
  const { clock, store, restarted } = await aKeeper();
  for (let hour = 0; hour < 24 * 10; hour += 1) {
    await restarted().get("default");
    await clock.advance(HOUR);
  }
  assert.equal(store.sets.length, 9);
  const [first] = store.sets;
  assert.equal(first?.name, REFRESH_TOKEN);
  assert.equal(first?.details.expiresOn?.toISOString(), "2027-02-02T04:00:00.000Z");
});

test("a connection used once a day outlives the 90 days of its first token", async () => {
  const { clock, restarted } = await aKeeper();
  for (let day = 0; day < 200; day += 1) {
    assert.ok(await restarted().get("default"));
    await clock.advance(DAY);
  }
});

test("a store that does not remember when it was written gets the new token at once, then once a day", async () => {
  const { clock, store, restarted } = await aKeeper();
  const forgetful = {
    ...store,
    read: async (name: string) => {
      const secret = await store.read(name);
      return secret && { value: secret.value };
    },
  };
  const tokens = restarted({ secrets: forgetful });
  for (let hour = 0; hour < 25; hour += 1) {
    await tokens.get("default");
    await clock.advance(HOUR);
  }
  assert.equal(store.sets.length, 2);
});

test("the rotated token is in the store before its access token is given out", async () => {
  const { tokens, clock, store } = await aKeeper();
  await clock.advance(DAY);
  await tokens.get("default").then(() => assert.equal(store.sets.length, 1));
});

test("a token that cannot be saved is a warning, the access token serves, and the next refresh saves", async () => {
  const { tokens, clock, store, logger } = await aKeeper();
  await clock.advance(DAY);
  const set = store.set.bind(store);
  store.set = () => Promise.reject(new SecretStoreError("the vault says no"));
  assert.ok(await tokens.get("default"));
  assert.deepEqual(logger.lines, [
    "warn: The new refresh token of the connection default was not saved. the vault says no",
  ]);
  store.set = set;
  await clock.advance(HOUR);
  await tokens.get("default");
  assert.equal(store.sets.length, 1);
});

test("a token that somebody has just stored is not overwritten by the offspring of the old one", async () => {
  const { tokens, clock, store, login, arrived } = await aKeeper();
  await clock.advance(DAY);
  login.faults.add({ kind: "hang" });
  const getting = tokens.get("default");
  await arrived(1);
  const consentedAgain = await login.grant(CLIENT_ID, ACCOUNT, SCOPES.join(" "));
  await store.set(REFRESH_TOKEN, consentedAgain);
  await clock.advance(10_000);
  assert.ok(await getting);
  assert.equal(await store.get(REFRESH_TOKEN), consentedAgain);
});

test("what was in flight for a token that has been replaced belongs to nobody: it is asked for anew", async () => {
  const { tokens, clock, store, login, arrived } = await aKeeper();
  await clock.advance(DAY);
  login.faults.add({ kind: "hang" });
  const getting = tokens.get("default");
  await arrived(1);
  await store.set(REFRESH_TOKEN, await login.grant(CLIENT_ID, OTHER_ACCOUNT, SCOPES.join(" ")));
  await clock.advance(10_000);
  assert.equal(login.readToken(await getting)?.account, OTHER_ACCOUNT);
});

test("a successor carries on the tags of its consent, and says when that was", async () => {
  const { tokens, clock, store, refreshToken } = await aKeeper();
  const tags = { account: ACCOUNT, scopes: "User.Read" };
  await store.set(REFRESH_TOKEN, refreshToken, { tags });
  await clock.advance(DAY);
  await tokens.get("default");
  assert.deepEqual(store.sets.at(-1)?.details.tags, { ...tags, obtained: "2026-11-03T04:00:00.000Z" });
});

test("where a refresh ends the token that was used, its successor is stored each time, with the end it was given", async () => {
  const { tokens, clock, store, webex } = await aWebexKeeper();
  await tokens.get("default");
  await clock.advance(MINUTE);
  await tokens.get("default", { renew: true });
  assert.deepEqual(
    store.sets.map(({ name }) => name),
    [WEBEX_TOKEN, WEBEX_TOKEN],
  );
  assert.equal(store.sets[0]?.details.expiresOn?.toISOString(), "2027-02-01T04:00:00.000Z");
  assert.equal(webex.exchanges.length, 2);
});

test("a refresh token that stays the same is not stored again", async () => {
  const { tokens, clock, store } = await aWebexKeeper("keep");
  await tokens.get("default");
  await clock.advance(MINUTE);
  await tokens.get("default", { renew: true });
  assert.equal(store.sets.length, 0);
});

test("a successor that cannot be stored is an error, and its access token is not given out", async () => {
  const { tokens, store, logger } = await aWebexKeeper();
  store.set = () => Promise.reject(new SecretStoreError("the vault says no"));
  await assert.rejects(tokens.get("default"), {
    name: "TokenNotSavedError",
    code: "token_not_saved",
    message: /the new refresh token could not be stored in memory\. Make sure that the app may write secrets/,
  });
  assert.match(logger.lines.join(), /^error: .*was not saved\. the vault says no It is in this process only/);
});

test("a successor that could not be stored is not lost: the next call stores it first", async () => {
  const { tokens, store, refreshToken, webex } = await aWebexKeeper();
  const set = store.set.bind(store);
  store.set = () => Promise.reject(new SecretStoreError("the vault says no"));
  await assert.rejects(tokens.get("default"), { name: "TokenNotSavedError" });
  await assert.rejects(tokens.get("default"), { name: "TokenNotSavedError" });
  assert.equal(webex.exchanges.length, 1);
  store.set = set;
  assert.ok(await tokens.get("default"));
  assert.equal(store.sets.length, 2);
  assert.notEqual(await store.get(WEBEX_TOKEN), refreshToken);
});

test("a successor that could not be stored does not undo a consent that came in between", async () => {
  const { tokens, store, consent } = await aWebexKeeper();
  const set = store.set.bind(store);
  store.set = () => Promise.reject(new SecretStoreError("the vault says no"));
  await assert.rejects(tokens.get("default"), { name: "TokenNotSavedError" });
  store.set = set;
  const consented = await consent();
  await store.set(WEBEX_TOKEN, consented);
  await tokens.get("default");
  assert.deepEqual(store.sets.map(({ value }) => value)[0], consented);
  assert.equal(store.sets.length, 2);
});

test("a token that can be used once is not used while the store cannot be asked", async () => {
  const { tokens, store, webex, clock } = await aWebexKeeper();
  await tokens.get("default");
  await clock.advance(MINUTE);
  store.failure = new SecretStoreError("the vault is down");
  await assert.rejects(tokens.get("default", { renew: true }), /the vault is down/);
  assert.equal(webex.exchanges.length, 1);
  store.failure = undefined;
  assert.ok(await tokens.get("default", { renew: true }));
});

test("instances that take turns all go on with the token the last one has stored", async () => {
  const { tokens, restarted } = await aWebexKeeper();
  const instances = [tokens, restarted(), restarted()];
  for (let round = 0; round < 5; round += 1) {
    await Promise.all(instances.map((instance) => instance.get("default", { renew: true })));
  }
  assert.ok(await restarted().get("default"));
});

test("that another instance has stored a successor is no reason to refresh", async () => {
  const { tokens, restarted, clock, webex, store } = await aWebexKeeper();
  await store.set(WEBEX_TOKEN, (await store.get(WEBEX_TOKEN)) ?? "", { tags: { obtained: "today" } });
  const other = restarted();
  await Promise.all([tokens.get("default"), other.get("default")]);
  const before = webex.exchanges.length;
  for (let minute = 0; minute < 10; minute += 1) {
    await clock.advance(2 * MINUTE);
    await Promise.all([tokens.get("default"), other.get("default")]);
  }
  assert.equal(webex.exchanges.length, before);
});

test("a Webex connection used now and then outlives the 90 days of its first token", async () => {
  const { restarted, clock } = await aWebexKeeper();
  for (let month = 0; month < 12; month += 1) {
    assert.ok(await restarted().get("default"));
    await clock.advance(30 * DAY);
  }
});

for (const [what, break_, name, code, advice] of [
  [
    "a refresh token that counts no more",
    "token",
    "ConsentExpiredError",
    "invalid_request",
    /open the connect link/,
  ],
  ["a wrong client secret", "secret", "ClientSecretRefusedError", "invalid_client", /webex-client-secret/],
] as const) {
  test(`${what} at Webex is a ${name} that says what to do`, async () => {
    const connectUrl = async (): Promise<string> => "https://rollcall.example/api/connect/t";
    const { tokens, webex, refreshToken } = await aWebexKeeper("rotate", { connectUrl });
    if (break_ === "token") await webex.revokeToken(refreshToken);
    else webex.replaceSecret(CLIENT_ID, "another");
    await assert.rejects(tokens.get("default"), (error) => {
      assert.ok(error instanceof Error && "serviceCode" in error && "connect" in error);
      assert.equal(error.name, name);
      assert.equal(error.serviceCode, code);
      assert.match(error.message, /^Webex gave no access token for the connection default: /);
      assert.match(error.message, advice);
      assert.equal(error.connect !== undefined, break_ === "token");
      return true;
    });
  });
}

for (const status of [423, 429, 503]) {
  test(`Webex's ${status} passes: it is tried again, and nobody has to consent anew`, async () => {
    const { tokens, webex } = await aWebexKeeper();
    webex.faults.add({ kind: "status", status, times: 2 });
    assert.ok(await tokens.get("default"));
    webex.faults.add({ kind: "status", status, times: 0 });
    await assert.rejects(tokens.get("default", { renew: true }), { name: "TokenUnavailableError" });
  });
}
