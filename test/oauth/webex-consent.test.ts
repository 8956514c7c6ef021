import assert from "node:assert/strict";
import { test } from "node:test";
import type { BrowserAnswer } from "../../shared/oauth/consent-service.ts";
import { aConsentWorld, ADMIN, type ConsentWorld, linksOf, TEACHER, wordsOf } from "./consent-world.ts";

const MEMBERSHIP = { capability: "membership" };
const TOKENS = {
  access_token: "the-access-token",
  expires_in: 1_209_600,
  refresh_token: "the-refresh-token",
  token_type: "Bearer",
};

async function assertNothingStored({ registry, secrets }: ConsentWorld): Promise<void> {
  assert.deepEqual(await registry.list(), []);
  assert.deepEqual(
    secrets.sets.filter(({ name }) => name.includes("refresh")),
    [],
  );
}

/** Somebody accepts, and Webex answers the code like this. */
async function redeemedWith(world: ConsentWorld, body: object): Promise<BrowserAnswer> {
  const browser = world.browser();
  const back = await browser.signIn(await browser.start("webex", MEMBERSHIP), ADMIN);
  world.webex.faults.add({ kind: "status", path: "/access_token$", status: 200, body });
  return browser.arrive(back);
}

test("a permission that Webex did not grant is named with its use and what to do, and nothing is stored", async () => {
  const world = await aConsentWorld();
  const scope =
    "spark-admin:organizations_read spark:memberships_read spark:memberships_write spark:rooms_read spark:people_read";
  const answer = await redeemedWith(world, { ...TOKENS, scope });
  assert.equal(answer.status, 400);
  assert.match(
    wordsOf(answer),
    /Webex did not grant everything that is needed\. Missing: spark-admin:people_read \(to read the directory of the organization\)\. Nothing was changed\..*the app’s registration lacks it/,
  );
  assert.ok(linksOf(answer)["Try again"]);
  await assertNothingStored(world);
});

test("who is no administrator is told at consent that only an administrator's counts, and nothing is stored", async () => {
  const world = await aConsentWorld();
  const answer = await world.browser().connect(TEACHER, "webex", MEMBERSHIP);
  assert.equal(answer.status, 400);
  assert.match(
    wordsOf(answer),
    /An administrator of the organisation has to do this You signed in as teacher@school\.example, who is no administrator of the organisation: .* Nothing was stored\. Only the consent of an administrator of the organisation works here\./,
  );
  await assertNothingStored(world);
  assert.deepEqual(world.log.lines, [
    "warn: connection default: no account was connected at Webex: no administrator",
  ]);
});

test("the link on that page is good for the administrator it is sent to", async () => {
  const world = await aConsentWorld();
  const refused = await world.browser().connect(TEACHER, "webex", { ...MEMBERSHIP, connection: "hq" });
  const browser = world.browser();
  const begun = await browser.open(linksOf(refused)["Try again"] ?? "");
  assert.equal((await browser.arrive(await browser.signIn(begun, ADMIN))).status, 200);
  assert.equal((await world.registry.get("webex", "hq"))?.account, ADMIN);
});

for (const status of [400, 403]) {
  test(`Webex may refuse the directory with ${status}`, async () => {
    const world = await aConsentWorld();
    world.webex.faults.add({ kind: "status", path: "/people[?]", status, times: 0 });
    const answer = await world.browser().connect(ADMIN, "webex", MEMBERSHIP);
    assert.match(wordsOf(answer), /An administrator of the organisation has to do this/);
    await assertNothingStored(world);
  });
}

test("where Webex cannot be asked, nobody is said to be no administrator", async () => {
  const world = await aConsentWorld();
  world.webex.faults.add({ kind: "status", path: "/people[?]", status: 503, times: 0 });
  const answer = await world.browser().connect(ADMIN, "webex", MEMBERSHIP);
  assert.equal(answer.status, 502);
  assert.match(wordsOf(answer), /Webex gave no usable answer .*Try again in a few minutes/);
  await assertNothingStored(world);
});

test("for what does not read the directory, anybody's consent counts", async () => {
  const world = await aConsentWorld();
  const answer = await world.browser().connect(TEACHER, "webex", { capability: "meetings" });
  assert.equal(answer.status, 200);
  assert.equal(world.webex.exchanges.filter(({ path }) => path === "/v1/people").length, 0);
});

test("who would take the place of an administrator's account is told before being asked whether to", async () => {
  const world = await aConsentWorld();
  await world.browser().connect(ADMIN, "webex", MEMBERSHIP);
  const answer = await world.browser().connect(TEACHER, "webex", { capability: "meetings" });
  assert.match(wordsOf(answer), /An administrator of the organisation has to do this/);
  assert.equal((await world.registry.get("webex", "default"))?.account, ADMIN);
});
