import assert from "node:assert/strict";
import { test } from "node:test";
import { appTokens, type AppTokens } from "../../shared/oauth/app-tokens.ts";
import { microsoftAppTokens } from "../../shared/oauth/open-app-tokens.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";
import { secretsInMemory } from "../fakes/secrets-in-memory.ts";

const MINUTE = 60_000;
const NAME = "microsoft-client-secret";

interface TokenWorld {
  clock: FakeClock;
  tokens: AppTokens;
  secrets: ReturnType<typeof secretsInMemory>;
  /** The client secrets that tokens were asked for with. */
  asked: string[];
  /** Thrown in place of the next tokens. */
  failures: Error[];
}

function aWorld(values: Record<string, string> = { [NAME]: "one" }): TokenWorld {
  const clock = fakeClock("2026-11-03T12:00:00Z");
  const secrets = secretsInMemory(clock, values);
  const asked: string[] = [];
  const failures: Error[] = [];
  const tokens = appTokens({
    secrets,
    clock,
    async issue(secret) {
      asked.push(secret);
      const failure = failures.shift();
      if (failure) throw failure;
      return { token: `token ${asked.length}`, lifeMs: 60 * MINUTE };
    },
  });
  return { clock, tokens, secrets, asked, failures };
}

const wrongSecret = (): Error =>
  new Error("7000215 - [2026]: AADSTS7000215: Invalid client secret provided: 'one'. Trace ID: 1");

test("one token serves everybody until five minutes before its end", async () => {
  const { tokens, clock, asked } = aWorld();
  assert.deepEqual(await Promise.all([tokens.get(), tokens.get(), tokens.get()]), Array(3).fill("token 1"));
  await clock.advance(55 * MINUTE - 1);
  assert.equal(await tokens.get(), "token 1");
  await clock.advance(1);
  assert.equal(await tokens.get(), "token 2");
  assert.equal(asked.length, 2);
});

test("of many who were refused with one token the first has it renewed, and all get the new one", async () => {
  const { tokens, asked } = aWorld();
  const refused = await tokens.get();
  const renewed = await Promise.all([tokens.get({ refused }), tokens.get({ refused }), tokens.get()]);
  assert.deepEqual(renewed.slice(0, 2), ["token 2", "token 2"]);
  assert.equal(await tokens.get({ refused }), "token 2");
  assert.equal(asked.length, 2);
});

test("a client secret that was refused is read again, and used when it is another", async () => {
  const { tokens, secrets, asked, failures } = aWorld();
  failures.push(wrongSecret(), wrongSecret());
  await assert.rejects(tokens.get(), (error: Error) => {
    assert.equal(error.name, "AppTokenError");
    assert.match(error.message, /the app's client secret is wrong \(AADSTS7000215\)\. Store the Value/u);
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /'one'/u);
    return true;
  });
  assert.deepEqual(asked, ["one"]);
  failures.splice(0, 2, wrongSecret());
  const read = secrets.read.bind(secrets);
  let reads = 0;
  secrets.get = async (name) => {
    reads += 1;
    return reads === 1 ? "one" : (await read(name))?.value;
  };
  await secrets.set(NAME, "two");
  assert.equal(await tokens.get(), "token 3");
  assert.deepEqual(asked, ["one", "one", "two"]);
});

test("without a secret, a tenant or an app it is said what to set", async () => {
  const { tokens, clock, secrets } = aWorld({});
  await assert.rejects(
    tokens.get(),
    /there is no secret microsoft-client-secret in memory\. Store the Value/u,
  );
  const graphUrl = "https://graph.microsoft.com";
  const given = { MICROSOFT_CLIENT_ID: "app", MICROSOFT_APP_TENANT: "common" };
  for (const [env, said] of [
    [{}, /MICROSOFT_CLIENT_ID: must be set .*MICROSOFT_APP_TENANT: must be set/u],
    [given, /MICROSOFT_APP_TENANT: must be one tenant's id or domain/u],
  ] as const) {
    assert.throws(() => microsoftAppTokens(env, { graphUrl, secrets, clock }), said);
  }
});

test("a login service that says nothing, or something new, is told apart from one that refuses", async () => {
  const { tokens, clock, failures } = aWorld();
  failures.push(new Error("getaddrinfo ENOTFOUND"));
  await assert.rejects(tokens.get(), /the login service was not reached\. The next try may have more luck/u);
  failures.push(new Error("AADSTS700016: Application with identifier 'app' was not found"));
  await assert.rejects(tokens.get(), /unknown in this tenant \(AADSTS700016\)\. Check MICROSOFT_CLIENT_ID/u);
  const slow = appTokens({
    secrets: secretsInMemory(clock, { [NAME]: "one" }),
    clock,
    issue: () => new Promise(() => undefined),
  });
  const waiting = assert.rejects(slow.get(), /the login service was too slow/u);
  await clock.asleep(30_000);
  await clock.advance(30_000);
  await waiting;
});
