import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { signIn } from "../../infra/local/sign-in.ts";
import type { BrowserAnswer } from "../../shared/oauth/consent-service.ts";
import { CONSENT_STATES_TABLE } from "../../shared/oauth/consent-state.ts";
import { randomSeed } from "../registration/random-seed.ts";
import {
  aConsentWorld,
  ADMIN,
  COACH,
  type ConsentWorld,
  MENTOR,
  OTHER_CLIENT_ID,
  PUBLIC_URL,
  wordsOf,
} from "./consent-world.ts";

const MINUTE = 60_000;

/** Nothing of an account is kept: neither a token nor a record. */
async function assertNothingStored({ secrets, registry }: ConsentWorld): Promise<void> {
  assert.deepEqual(
    secrets.sets.filter(({ name }) => name.includes("refresh-token")),
    [],
  );
  assert.deepEqual(await registry.list(), []);
}

async function assertRefused(world: ConsentWorld, answer: BrowserAnswer, words: RegExp): Promise<void> {
  assert.equal(answer.status, 400);
  assert.match(wordsOf(answer), words);
  assert.equal(answer.headers["location"], undefined);
  await assertNothingStored(world);
}

function changed(url: URL, parameters: Record<string, string | undefined>): URL {
  const result = new URL(url);
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined) result.searchParams.delete(name);
    else result.searchParams.set(name, value);
  }
  return result;
}

test("a callback without state stores nothing", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const back = await browser.signIn(await browser.start(), COACH);
  await assertRefused(world, await browser.arrive(changed(back, { state: undefined })), /cannot be finished/);
  await assertRefused(world, await browser.arrive(changed(back, { state: "" })), /cannot be finished/);
});

test("a callback with a state that was never made stores nothing", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const back = await browser.signIn(await browser.start(), COACH);
  await assertRefused(
    world,
    await browser.arrive(changed(back, { state: "x".repeat(43) })),
    /cannot be finished/,
  );
});

test("a callback with another browser's state stores nothing, and does not spoil it for that browser", async () => {
  const world = await aConsentWorld();
  const [attacker, victim] = [world.browser(), world.browser()];
  const back = await attacker.signIn(await attacker.start(), MENTOR);
  await assertRefused(world, await victim.arrive(back), /not the browser it began in/);
  await victim.start();
  await assertRefused(world, await victim.arrive(back), /not the browser it began in/);
  assert.equal((await attacker.arrive(back)).status, 200);
});

test("a code that was stolen from another browser's sign-in cannot be redeemed in one's own", async () => {
  const world = await aConsentWorld();
  const [attacker, victim] = [world.browser(), world.browser()];
  const stolen = await victim.signIn(await victim.start(), COACH);
  const own = await attacker.signIn(await attacker.start(), MENTOR);
  const code = stolen.searchParams.get("code") ?? "";
  await assertRefused(
    world,
    await attacker.arrive(changed(own, { code })),
    /sign in once more.*AADSTS501481/,
  );
});

test("a callback that is played again finds its state used up", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const begun = await browser.start();
  const back = await browser.signIn(begun, COACH);
  assert.equal((await browser.arrive(back)).status, 200);
  const stored = world.secrets.sets.length;
  const cookies = `${begun.cookie?.name}=${begun.cookie?.value}`;
  const again = await world.service.finish(
    "microsoft",
    Object.fromEntries(back.searchParams),
    cookies,
    world.log,
  );
  assert.match(wordsOf(again as BrowserAnswer), /finished already/);
  assert.equal(world.secrets.sets.length, stored);
});

test("of many callbacks at the same moment one is served", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const back = await browser.signIn(await browser.start(), COACH);
  const answers = await Promise.all(Array.from({ length: 10 }, () => browser.arrive(back)));
  const served = answers.filter(({ status }) => status === 200);
  assert.deepEqual([served.length, answers.length - served.length], [1, 9]);
  assert.equal(world.secrets.sets.filter(({ name }) => name.includes("refresh-token")).length, 1);
});

test("a callback after ten minutes stores nothing", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const back = await browser.signIn(await browser.start(), COACH);
  await world.clock.advance(10 * MINUTE);
  await assertRefused(world, await browser.arrive(back), /finished within 10 minutes/);
});

test("a callback at another provider's address stores nothing", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const back = await browser.signIn(await browser.start(), COACH);
  const swapped = new URL(back.href.replace("/microsoft/", "/webex/"));
  await assertRefused(world, await browser.arrive(swapped), /does not belong to a sign-in at Webex/);
  const webex = await browser.start("webex", { capability: "membership" });
  const webexBack = await browser.signIn(webex, ADMIN);
  const other = new URL(webexBack.href.replace("/webex/", "/microsoft/"));
  await assertRefused(world, await browser.arrive(other), /does not belong to a sign-in at Microsoft/);
});

test("a code that was issued to another client stores nothing", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const begun = await browser.start();
  const location = new URL(begun.headers["location"] ?? "");
  const back = new URL(await signIn(changed(location, { client_id: OTHER_CLIENT_ID }).href, COACH));
  await assertRefused(world, await browser.arrive(back), /sign in once more.*AADSTS70000/);
});

test("a code that was sent to another address is not redeemed: ours is named in the exchange", async () => {
  const elsewhere = "https://rollcall.example/elsewhere";
  const world = await aConsentWorld({ redirectUris: [elsewhere] });
  const browser = world.browser();
  const location = new URL((await browser.start()).headers["location"] ?? "");
  const away = new URL(await signIn(changed(location, { redirect_uri: elsewhere }).href, COACH));
  const back = new URL(`${PUBLIC_URL}/api/oauth/microsoft/callback${away.search}`);
  await assertRefused(world, await browser.arrive(back), /sign in once more.*AADSTS500112/);
});

test("an address that is not registered never gets a code", async () => {
  const world = await aConsentWorld();
  const location = new URL((await world.browser().start()).headers["location"] ?? "");
  const evil = changed(location, { redirect_uri: "https://evil.example/callback" });
  await assert.rejects(signIn(evil.href, COACH), { name: "SignInError", message: /AADSTS50011/ });
});

test("an answer that names another issuer stores nothing", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const back = await browser.signIn(await browser.start(), COACH);
  const iss = "https://login.evil.example/common/v2.0";
  const answer = await browser.arrive(changed(back, { iss }));
  assert.equal(answer.status, 400);
  await assertNothingStored(world);
});

test("an answer that names the account's own tenant as its issuer is taken", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const back = await browser.signIn(await browser.start(), COACH);
  const iss = `${world.login.url}/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0`;
  assert.equal((await browser.arrive(changed(back, { iss }))).status, 200);
});

test("an answer with tokens in the address, or signed as a whole, is none that was asked for", async () => {
  for (const extra of ["id_token", "token", "response"]) {
    const world = await aConsentWorld();
    const browser = world.browser();
    const back = await browser.signIn(await browser.start(), COACH);
    const answer = await browser.arrive(changed(back, { [extra]: "eyJhbGciOiJub25lIn0.e30." }));
    assert.equal(answer.status, 400);
    await assertNothingStored(world);
  }
});

test("no parameter sends a browser anywhere but to the provider", async () => {
  const world = await aConsentWorld();
  const elsewhere = "https://evil.example/";
  for (const name of ["redirect", "redirect_uri", "return_to", "next", "url"]) {
    const answer = await world.service.start("microsoft", { [name]: elsewhere });
    assert.deepEqual([("refused" in answer && answer.refused) || 0], [400]);
    const browser = world.browser();
    const back = await browser.signIn(await browser.start(), COACH);
    const arrived = await browser.arrive(changed(back, { [name]: elsewhere }));
    assert.equal(arrived.headers["location"], undefined);
    assert.doesNotMatch(arrived.body, /evil/);
  }
});

test("a connection's name brings in no header, path or mark-up", async () => {
  const world = await aConsentWorld();
  const names = [
    "default\r\nSet-Cookie: a=b",
    "default%0d%0aX: y",
    "../../secrets",
    "<script>",
    "Default",
    "-a",
    "a".repeat(64),
    "",
  ];
  for (const connection of names) {
    const answer = await world.service.start("microsoft", { connection });
    assert.equal("refused" in answer && answer.refused, 400, JSON.stringify(connection));
  }
  const capability = await world.service.start("microsoft", { capability: "registration\r\nX: y" });
  assert.equal("refused" in capability && capability.refused, 400);
  assert.deepEqual(await world.service.start("github", {}), {
    refused: 404,
    detail: "Accounts are connected at microsoft or webex.",
  });
});

test("what a provider's error says is shown only as far as it is a code", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const location = new URL((await browser.start()).headers["location"] ?? "");
  const answer = await browser.arrive(
    new URL(
      `${PUBLIC_URL}/api/oauth/microsoft/callback?${new URLSearchParams({
        state: location.searchParams.get("state") ?? "",
        error: "<script>alert(1)</script>",
        error_description: "Call 555-1234 and tell them your password",
      }).toString()}`,
    ),
  );
  assert.doesNotMatch(answer.body, /script>|alert|Call 555|password and/);
  assert.match(wordsOf(answer), /an unknown error/);
});

test("what is kept of a sign-in under way lets nobody finish it", async () => {
  const world = await aConsentWorld();
  const { headers, cookie } = await world.browser().start();
  const state = new URL(headers["location"] ?? "").searchParams.get("state") ?? "";
  const rows = [];
  for await (const row of (await world.storage.table(CONSENT_STATES_TABLE)).listEntities()) rows.push(row);
  const kept = JSON.stringify(rows);
  assert.equal(rows.length, 1);
  assert.ok(!kept.includes(state) && !kept.includes(cookie?.value ?? ""));
});

test("1,000 random callbacks store nothing", async (t) => {
  const world = await aConsentWorld();
  const begun = await world.browser().start();
  const state = new URL(begun.headers["location"] ?? "").searchParams.get("state") ?? "";
  const names = fc.constantFrom("code", "state", "error", "error_description", "iss", "session_state", "x");
  const values = fc.oneof(fc.string(), fc.string({ unit: "binary" }), fc.constant(state), fc.base64String());
  const callbacks = fc.record({
    provider: fc.constantFrom("microsoft", "webex", "github", ""),
    query: fc.dictionary(names, values),
    cookies: fc.option(fc.oneof(fc.string(), fc.constant(`${begun.cookie?.name}=wrong`))),
  });
  await fc.assert(
    fc.asyncProperty(callbacks, async ({ provider, query, cookies }) => {
      const answer = await world.service.finish(provider, query, cookies, world.log);
      assert.ok("refused" in answer ? answer.refused === 404 : answer.status === 400);
    }),
    { ...randomSeed(t), numRuns: 1000 },
  );
  await assertNothingStored(world);
});
