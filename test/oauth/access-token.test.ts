import assert from "node:assert/strict";
import { test } from "node:test";
import { microsoftTokens } from "../../shared/oauth/microsoft-tokens.ts";
import {
  AppNotConfiguredError,
  ConsentExpiredError,
  NotConnectedError,
} from "../../shared/oauth/token-errors.ts";
import { SecretStoreError } from "../../shared/secrets/secret-store.ts";
import { LeaseLostError } from "../../shared/storage/blob-lease.ts";
import { LeaseBusyError } from "../../shared/storage/under-lease.ts";
import { HOUR, MINUTE, aKeeper } from "./keeper-world.ts";
import { ACCOUNT, CLIENT_ID, OTHER_ACCOUNT, SCOPES } from "./login-world.ts";

const REFRESH_TOKEN = "microsoft-refresh-token-default";

test("an access token is kept until five minutes before its end", async () => {
  const { tokens, clock, requests } = await aKeeper();
  const first = await tokens.get("default");
  await clock.advance(54 * MINUTE);
  assert.equal(await tokens.get("default"), first);
  assert.equal(requests(), 1);
  await clock.advance(MINUTE);
  assert.notEqual(await tokens.get("default"), first);
  assert.equal(requests(), 2);
});

test("many who ask at once share one refresh, and one counts its requests", async () => {
  const { tokens, requests } = await aKeeper();
  let counted = 0;
  const onRequest = (): void => void (counted += 1);
  const got = await Promise.all(Array.from({ length: 20 }, () => tokens.get("default", { onRequest })));
  assert.equal(new Set(got).size, 1);
  assert.deepEqual([requests(), counted], [1, 1]);
});

test("each connection has its own token", async () => {
  const { tokens, store, login } = await aKeeper();
  const consented = await login.grant(CLIENT_ID, OTHER_ACCOUNT, SCOPES.join(" "));
  await store.set("microsoft-refresh-token-second", consented);
  const got = await Promise.all([tokens.get("default"), tokens.get("second")]);
  assert.deepEqual(
    got.map((token) => login.readToken(token)?.account),
    [ACCOUNT, OTHER_ACCOUNT],
  );
});

test("one who gives up does not take the token from the others", async () => {
  const { tokens, login, clock, arrived } = await aKeeper();
  login.faults.add({ kind: "hang" });
  const stop = new AbortController();
  const impatient = tokens.get("default", { signal: stop.signal });
  const patient = tokens.get("default");
  await arrived(1);
  stop.abort(new Error("the pass is over"));
  await assert.rejects(impatient, /the pass is over/);
  await clock.advance(10_000);
  assert.ok(await patient);
});

test("renew asks for another token, once for all whom the same token failed", async () => {
  const { tokens, clock, requests } = await aKeeper();
  const refused = await tokens.get("default");
  await clock.advance(MINUTE);
  const renewed = await Promise.all([1, 2, 3].map(() => tokens.get("default", { renew: true })));
  const late = await tokens.get("default", { renew: true });
  assert.equal(new Set([...renewed, late]).size, 1);
  assert.notEqual(late, refused);
  assert.equal(requests(), 2);
});

test("renew asks again when the renewed token is older than half a minute", async () => {
  const { tokens, clock, requests } = await aKeeper();
  await tokens.get("default");
  await tokens.get("default", { renew: true });
  await clock.advance(MINUTE);
  await tokens.get("default", { renew: true });
  assert.equal(requests(), 3);
});

test("a refresh token that somebody has stored is used for the next refresh", async () => {
  const { tokens, clock, store, login, requests, refreshToken } = await aKeeper();
  await tokens.get("default");
  await clock.advance(HOUR);
  await store.set(REFRESH_TOKEN, await login.grant(CLIENT_ID, ACCOUNT, SCOPES.join(" ")));
  await login.revokeToken(refreshToken);
  assert.ok(await tokens.get("default", { renew: true }));
  assert.equal(requests(), 2);
});

test("a refresh token that is replaced while it is being refused is read again, and its replacement used", async () => {
  const { tokens, store, login, requests, refreshToken, clock, arrived } = await aKeeper();
  login.faults.add({ kind: "hang" });
  await login.revokeToken(refreshToken);
  const getting = tokens.get("default");
  await arrived(1);
  await store.set(REFRESH_TOKEN, await login.grant(CLIENT_ID, ACCOUNT, SCOPES.join(" ")));
  await clock.advance(10_000);
  assert.ok(await getting);
  assert.equal(requests(), 3);
});

test("a refused refresh token without a replacement is the error, after one request", async () => {
  const { tokens, login, refreshToken, requests } = await aKeeper();
  await login.revokeToken(refreshToken);
  await assert.rejects(tokens.get("default"), ConsentExpiredError);
  assert.equal(requests(), 1);
});

test("a refused client secret is read again, and its replacement is used", async () => {
  const { tokens, clock, store, login, requests } = await aKeeper();
  await tokens.get("default");
  login.expireSecret(CLIENT_ID);
  login.addSecret(CLIENT_ID, "a-newer-secret");
  await store.set("microsoft-client-secret", "a-newer-secret");
  await clock.advance(30_000);
  assert.ok(await tokens.get("default", { renew: true }));
  assert.equal(requests(), 3);
});

test("both secrets may have been replaced", async () => {
  const { tokens, store, login, refreshToken } = await aKeeper();
  await tokens.get("default");
  login.expireSecret(CLIENT_ID);
  login.addSecret(CLIENT_ID, "a-newer-secret");
  await login.revokeToken(refreshToken);
  await store.set("microsoft-client-secret", "a-newer-secret");
  await store.set(REFRESH_TOKEN, await login.grant(CLIENT_ID, ACCOUNT, SCOPES.join(" ")));
  assert.ok(await tokens.get("default", { renew: true }));
});

test("while the login service is away, a token that is still valid serves", async () => {
  const { tokens, clock, login } = await aKeeper();
  const first = await tokens.get("default");
  await clock.advance(56 * MINUTE);
  login.faults.add({ kind: "status", status: 503, times: 0 });
  assert.equal(await tokens.get("default"), first);
  await assert.rejects(tokens.get("default", { renew: true }), { name: "TokenUnavailableError" });
  await clock.advance(4 * MINUTE);
  await assert.rejects(tokens.get("default"), { name: "TokenUnavailableError" });
});

test("after a failure the next call asks anew", async () => {
  const { tokens, login } = await aKeeper();
  login.faults.add({ kind: "status", status: 503, times: 4 });
  await assert.rejects(tokens.get("default"), { name: "TokenUnavailableError" });
  assert.ok(await tokens.get("default"));
});

test("a connection nobody has consented for says so, and how to", async () => {
  const { tokens, requests } = await aKeeper();
  await assert.rejects(tokens.get("frogs"), (error) => {
    assert.ok(error instanceof NotConnectedError);
    assert.match(error.message, /connection frogs: nobody has consented for it yet/);
    assert.match(error.message, /microsoft-refresh-token-frogs/);
    assert.match(error.message, /npm run secrets:import -- token\.json --connection frogs/);
    return true;
  });
  assert.equal(requests(), 0);
});

test("with a connect link, that is what the owner is sent", async () => {
  const { tokens } = await aKeeper({
    connectUrl: async (name) => `https://rollcall.example/connect/${name}`,
  });
  await assert.rejects(tokens.get("frogs"), {
    connect: "https://rollcall.example/connect/frogs",
    whatToDo: "Ask the owner of the account to open the connect link and consent.",
  });
});

test("a link that cannot be made does not hide what is wrong", async () => {
  const { tokens, logger } = await aKeeper({
    connectUrl: () => Promise.reject(new SecretStoreError("the vault is down")),
  });
  await assert.rejects(tokens.get("frogs"), NotConnectedError);
  assert.deepEqual(logger.lines, [
    "warn: No connect link could be made for the connection frogs. the vault is down",
  ]);
});

test("a missing client id and a missing client secret are each named", async () => {
  const nameless = await aKeeper({
    service: microsoftTokens({ loginUrl: "https://login.example", tenant: "common", clientId: undefined }),
  });
  await assert.rejects(nameless.tokens.get("default"), (error) => {
    assert.ok(error instanceof AppNotConfiguredError);
    assert.match(error.message, /the setting MICROSOFT_CLIENT_ID is missing/);
    return true;
  });
  const { tokens, store } = await aKeeper();
  store.delete("microsoft-client-secret");
  await assert.rejects(tokens.get("default"), /npm run secrets:set -- microsoft-client-secret/);
});

test("secrets that cannot be read are the store's own error", async () => {
  const { tokens, store } = await aKeeper();
  store.failure = new SecretStoreError("the vault is down");
  await assert.rejects(tokens.get("default"), /the vault is down/);
});

test("while the vault is away, the last known secrets serve a refresh", async () => {
  const { tokens, clock, store, requests } = await aKeeper();
  await tokens.get("default");
  await clock.advance(2 * HOUR);
  store.failure = new SecretStoreError("the vault is down");
  assert.ok(await tokens.get("default"));
  assert.equal(requests(), 2);
});

test("another account that is connected in place of the present one is used within the cache's time", async () => {
  const { tokens, clock, store, login } = await aKeeper();
  await tokens.get("default");
  await clock.advance(MINUTE / 2);
  await store.set(REFRESH_TOKEN, await login.grant(CLIENT_ID, OTHER_ACCOUNT, SCOPES.join(" ")));
  await clock.advance(MINUTE / 2);
  assert.equal(login.readToken(await tokens.get("default"))?.account, OTHER_ACCOUNT);
});

test("a connection whose secret is deleted is not connected any more, once the cache's time is over", async () => {
  const { tokens, clock, store } = await aKeeper();
  await tokens.get("default");
  store.delete(REFRESH_TOKEN);
  await clock.advance(MINUTE);
  await assert.rejects(tokens.get("default"), NotConnectedError);
});

test("an instance with a token that is still valid does not wait for one that is refreshing", async () => {
  const { tokens, clock, restarted, login, arrived } = await aKeeper();
  const first = await tokens.get("default");
  await clock.advance(56 * MINUTE);
  login.faults.add({ kind: "hang" });
  const other = restarted().get("default");
  await arrived(2);
  assert.equal(await tokens.get("default"), first);
  await clock.advance(10_000);
  assert.ok(await other);
});

test("an instance without one waits its turn", async () => {
  const { tokens, clock, restarted, login, arrived, requests } = await aKeeper();
  login.faults.add({ kind: "hang" });
  const first = tokens.get("default");
  await arrived(1);
  const second = restarted().get("default");
  await clock.advance(10_000);
  assert.ok(await first);
  assert.ok(await second);
  assert.equal(requests(), 3);
});

test("after a refresh that failed in passing, half a minute goes by before the next one", async () => {
  const { tokens, clock, login, requests } = await aKeeper();
  const first = await tokens.get("default");
  await clock.advance(56 * MINUTE);
  login.faults.add({ kind: "status", status: 503, times: 4 });
  assert.equal(await tokens.get("default"), first);
  assert.equal(await tokens.get("default"), first);
  assert.equal(requests(), 5);
  await clock.advance(MINUTE / 2);
  assert.notEqual(await tokens.get("default"), first);
});

for (const error of [new LeaseBusyError("held"), new LeaseLostError("lost")]) {
  test(`a ${error.name} is a TokenUnavailableError that names it as its cause`, async () => {
    const { tokens } = await aKeeper({ lock: () => Promise.reject(error) });
    await assert.rejects(tokens.get("default"), { name: "TokenUnavailableError", cause: error });
  });
}
