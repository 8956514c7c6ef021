import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type AccessTokens,
  type AccessTokensOptions,
  accessTokens,
} from "../../shared/oauth/access-token.ts";
import {
  AppNotConfiguredError,
  ConsentExpiredError,
  NotConnectedError,
} from "../../shared/oauth/token-errors.ts";
import { SecretStoreError } from "../../shared/secrets/secret-store.ts";
import { cachedSecrets } from "../../shared/secrets/secret-cache.ts";
import { type RememberingLogger, rememberingLogger } from "../fakes/remembering-logger.ts";
import { type SecretsInMemory, secretsInMemory } from "../fakes/secrets-in-memory.ts";
import {
  ACCOUNT,
  CLIENT_ID,
  CLIENT_SECRET,
  type LoginWorld,
  OTHER_ACCOUNT,
  SCOPES,
  aLogin,
} from "./login-world.ts";

const REFRESH_TOKEN = "microsoft-refresh-token-default";
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

interface KeeperWorld extends LoginWorld {
  store: SecretsInMemory;
  logger: RememberingLogger;
  tokens: AccessTokens;
  /** As after a restart: nothing in memory, the same secrets. */
  restarted: () => AccessTokens;
}

async function aKeeper(overrides: Partial<AccessTokensOptions> = {}): Promise<KeeperWorld> {
  const world = await aLogin();
  const { clock, login, refreshToken } = world;
  const store = secretsInMemory(clock, {
    "microsoft-client-secret": CLIENT_SECRET,
    [REFRESH_TOKEN]: refreshToken,
  });
  const logger = rememberingLogger();
  const open = (): AccessTokens =>
    accessTokens({
      secrets: cachedSecrets(store, { clock, seconds: 60 }),
      settings: { loginUrl: login.url, tenant: "common", clientId: CLIENT_ID },
      clock,
      logger,
      scopes: SCOPES,
      ...overrides,
    });
  return { ...world, store, logger, tokens: open(), restarted: open };
}

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
    await clock.advance(24 * HOUR);
  }
});

test("a store that does not remember when it was written gets the new token at once, then once a day", async () => {
  const { clock, store, login } = await aKeeper();
  const forgetful = {
    ...store,
    read: async (name: string) => {
      const secret = await store.read(name);
      return secret && { value: secret.value };
    },
  };
  const tokens = accessTokens({
    secrets: forgetful,
    settings: { loginUrl: login.url, tenant: "common", clientId: CLIENT_ID },
    clock,
    logger: rememberingLogger(),
  });
  for (let hour = 0; hour < 25; hour += 1) {
    await tokens.get("default");
    await clock.advance(HOUR);
  }
  assert.equal(store.sets.length, 2);
});

test("the rotated token is in the store before its access token is given out", async () => {
  const { tokens, clock, store } = await aKeeper();
  await clock.advance(24 * HOUR);
  await tokens.get("default").then(() => assert.equal(store.sets.length, 1));
});

test("a token that cannot be saved is a warning, the access token serves, and the next refresh saves", async () => {
  const { tokens, clock, store, logger } = await aKeeper();
  await clock.advance(24 * HOUR);
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
  await clock.advance(24 * HOUR);
  login.faults.add({ kind: "hang" });
  const getting = tokens.get("default");
  await arrived(1);
  const consentedAgain = await login.grant(CLIENT_ID, ACCOUNT, SCOPES.join(" "));
  await store.set(REFRESH_TOKEN, consentedAgain);
  await clock.advance(10_000);
  assert.ok(await getting);
  assert.equal(await store.get(REFRESH_TOKEN), consentedAgain);
});

test("a refused refresh token is read again, and its replacement is used", async () => {
  const { tokens, clock, store, login, requests, refreshToken } = await aKeeper();
  await tokens.get("default");
  await clock.advance(HOUR);
  await tokens.get("default");
  await store.set(REFRESH_TOKEN, await login.grant(CLIENT_ID, ACCOUNT, SCOPES.join(" ")));
  await login.revokeToken(refreshToken);
  assert.ok(await tokens.get("default", { renew: true }));
  assert.equal(requests(), 4);
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

test("with a connect page, that is where the owner is sent", async () => {
  const { tokens } = await aKeeper({ connectUrl: (name) => `https://rollcall.example/connect/${name}` });
  await assert.rejects(
    tokens.get("frogs"),
    /to open https:\/\/rollcall\.example\/connect\/frogs and consent/,
  );
});

test("a missing client id and a missing client secret are each named", async () => {
  const nameless = await aKeeper({
    settings: { loginUrl: "https://login.example", tenant: "common", clientId: undefined },
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
