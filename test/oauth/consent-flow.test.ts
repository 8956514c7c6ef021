import assert from "node:assert/strict";
import { test } from "node:test";
import {
  aConsentWorld,
  ADMIN,
  CLIENT_ID,
  COACH,
  linksOf,
  MENTOR,
  PUBLIC_URL,
  TEACHER,
  wordsOf,
} from "./consent-world.ts";

const REGISTRATION = "offline_access User.Read Calendars.ReadWrite Contacts.Read Mail.Send";

test("the browser is sent to Microsoft with state, PKCE and the account picker", async () => {
  const world = await aConsentWorld();
  const answer = await world.browser().start();
  const location = new URL(answer.headers["location"] ?? "");
  const { state, code_challenge, ...rest } = Object.fromEntries(location.searchParams);
  assert.equal(answer.status, 302);
  assert.equal(location.origin + location.pathname, `${world.login.url}/common/oauth2/v2.0/authorize`);
  assert.match(state ?? "", /^[\w-]{43}$/);
  assert.match(code_challenge ?? "", /^[\w-]{43}$/);
  assert.deepEqual(rest, {
    client_id: CLIENT_ID,
    response_type: "code",
    redirect_uri: `${PUBLIC_URL}/api/oauth/microsoft/callback`,
    scope: REGISTRATION,
    prompt: "select_account",
    code_challenge_method: "S256",
  });
  const { name, value, ...attributes } = answer.cookie ?? { name: "", value: "" };
  assert.match(name, /^rollcall-consent-/);
  assert.match(value, /^[\w-]{43}$/);
  assert.deepEqual(attributes, {
    path: "/api/oauth",
    secure: true,
    httpOnly: true,
    sameSite: "Lax",
    maxAge: 600,
  });
  assert.match(
    wordsOf(answer),
    /Redirect URI to register https:\/\/rollcall.example\/api\/oauth\/microsoft\/callback/,
  );
});

test("who signs in and accepts is connected, and the page names the account and what was granted", async () => {
  const world = await aConsentWorld();
  const answer = await world.browser().connect(COACH);
  assert.equal(answer.status, 200);
  assert.match(
    wordsOf(answer),
    /Connected Rollcall may now work for the Microsoft account Camille <Coach> \(coach@outlook.example\)/,
  );
  assert.match(wordsOf(answer), /to send mail as this account Mail.Send/);
  assert.equal(answer.cookie?.maxAge, 0);
  assert.deepEqual(world.log.lines, ["info: connection default: an account was connected at Microsoft"]);
});

test("the refresh token is a new version of the connection's secret, with its end and its tags", async () => {
  const world = await aConsentWorld();
  await world.browser().connect(COACH);
  const stored = world.secrets.sets.find(({ name }) => name === "microsoft-refresh-token-default");
  assert.match(stored?.value ?? "", /^1\.refresh\./);
  assert.deepEqual(stored?.details, {
    expiresOn: new Date("2027-02-01T04:00:00Z"),
    tags: { account: COACH, obtained: "2026-11-03T04:00:00.000Z", scopes: REGISTRATION },
  });
  assert.deepEqual(await world.registry.get("microsoft", "default"), {
    provider: "microsoft",
    connection: "default",
    account: COACH,
    scopes: REGISTRATION.split(" "),
    obtainedAt: new Date("2026-11-03T04:00:00Z"),
    refreshedAt: new Date("2026-11-03T04:00:00Z"),
    expiresAt: new Date("2027-02-01T04:00:00Z"),
    warnedDays: [],
  });
});

test("a work account is connected like a personal one, at common and at its own tenant", async () => {
  for (const tenant of ["common", "school.example"]) {
    const world = await aConsentWorld({ tenant });
    assert.equal((await world.browser().connect(TEACHER)).status, 200);
    assert.equal((await world.registry.get("microsoft", "default"))?.account, TEACHER);
  }
});

test("what was granted before is asked for again with what another capability needs on top", async () => {
  const world = await aConsentWorld();
  await world.browser().connect(COACH);
  const answer = await world.browser().connect(COACH, "microsoft", { capability: "tickets" });
  assert.equal(answer.status, 200);
  const scopes = (await world.registry.get("microsoft", "default"))?.scopes.toSorted();
  assert.deepEqual(scopes, [...REGISTRATION.split(" "), "Mail.ReadWrite"].toSorted());
});

test("scopes that the configuration needs are asked for, too", async () => {
  const world = await aConsentWorld();
  world.furtherScopes = ["Mail.ReadBasic"];
  await world.browser().connect(COACH);
  assert.ok((await world.registry.get("microsoft", "default"))?.scopes.includes("Mail.ReadBasic"));
});

test("more scopes than a tag has room for are cut there, and kept in full in the registry", async () => {
  const world = await aConsentWorld();
  world.furtherScopes = Array.from({ length: 30 }, (_, index) => `Some.Permission.${index}`);
  await world.browser().connect(COACH);
  const stored = world.secrets.sets.find(({ name }) => name === "microsoft-refresh-token-default");
  assert.equal(stored?.details.tags?.["scopes"]?.length, 256);
  assert.equal((await world.registry.get("microsoft", "default"))?.scopes.length, 35);
});

test("at Webex the scopes of a space's sync are asked for, and the token's own end is kept", async () => {
  const world = await aConsentWorld();
  const answer = await world
    .browser()
    .connect(ADMIN, "webex", { connection: "hq", capability: "membership" });
  assert.equal(answer.status, 200);
  assert.match(wordsOf(answer), /Webex account Ada Admin \(admin@school.example\)/);
  const stored = world.secrets.sets.find(({ name }) => name === "webex-refresh-token-hq");
  assert.equal(stored?.details.expiresOn?.toISOString(), "2027-02-01T04:00:00.000Z");
  assert.deepEqual((await world.registry.get("webex", "hq"))?.scopes, [
    "spark-admin:people_read",
    "spark-admin:organizations_read",
    "spark:memberships_read",
    "spark:memberships_write",
    "spark:rooms_read",
    "spark:people_read",
  ]);
});

test("another account than the connection's is asked about, and nothing is stored", async () => {
  const world = await aConsentWorld();
  await world.browser().connect(COACH);
  const before = world.secrets.sets.length;
  const answer = await world.browser().connect(MENTOR);
  assert.equal(answer.status, 409);
  assert.match(
    wordsOf(answer),
    /You signed in at Microsoft as mentor@outlook.example, but Rollcall works for coach@outlook.example/,
  );
  assert.equal(world.secrets.sets.length, before);
  assert.equal((await world.registry.get("microsoft", "default"))?.account, COACH);
});

test("“use the other instead” takes exactly that account", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  await browser.connect(COACH);
  const question = await browser.connect(MENTOR);
  const begun = await browser.open(linksOf(question)[`Use ${MENTOR} instead`] ?? "");
  assert.equal(new URL(begun.headers["location"] ?? "").searchParams.get("login_hint"), MENTOR);
  assert.equal((await browser.arrive(await browser.signIn(begun, MENTOR))).status, 200);
  assert.equal((await world.registry.get("microsoft", "default"))?.account, MENTOR);
  // The link was for the mentor: the teacher is another question.
  const again = linksOf(await browser.connect(COACH))[`Use ${COACH} instead`] ?? "";
  const location = new URL((await browser.open(again)).headers["location"] ?? "");
  location.searchParams.delete("login_hint");
  const url = await browser.signIn({ status: 302, headers: { location: location.href }, body: "" }, TEACHER);
  assert.equal((await browser.arrive(url)).status, 409);
  assert.equal((await world.registry.get("microsoft", "default"))?.account, MENTOR);
});

test("“sign in again” takes the present account", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  await browser.connect(COACH);
  const question = await browser.connect(MENTOR);
  const begun = await browser.open(linksOf(question)[`Sign in again as ${COACH}`] ?? "");
  assert.equal((await browser.arrive(await browser.signIn(begun, COACH))).status, 200);
});

test("the same account in other letters is the same account", async () => {
  const world = await aConsentWorld();
  await world.browser().connect(COACH);
  await world.registry.update("microsoft", "default", (record) => ({
    ...record,
    account: COACH.toUpperCase(),
  }));
  assert.equal((await world.browser().connect(COACH)).status, 200);
});

test("a connection whose account is not known takes the one that signs in", async () => {
  const world = await aConsentWorld();
  await world.browser().connect(COACH);
  await world.registry.update("microsoft", "default", (record) => ({ ...record, account: "" }));
  assert.equal((await world.browser().connect(MENTOR)).status, 200);
});

test("connecting again clears what was wrong", async () => {
  const world = await aConsentWorld();
  await world.browser().connect(COACH);
  const trouble = { code: "consent_expired", message: "it has expired", since: world.clock.now() };
  await world.registry.update("microsoft", "default", (record) => ({
    ...record,
    trouble,
    warnedDays: [14, 7],
  }));
  await world.browser().connect(COACH);
  const record = await world.registry.get("microsoft", "default");
  assert.deepEqual([record?.trouble, record?.warnedDays], [undefined, []]);
});

test("a client secret that was replaced a moment ago is read again, and the person notices nothing", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const begun = await browser.start();
  world.login.addSecret(CLIENT_ID, "a-new-secret");
  world.login.expireSecret(CLIENT_ID, "the-client-secret");
  let reads = 0;
  const { get } = world.secrets;
  world.secrets.get = async (name, options) => {
    if (name !== "microsoft-client-secret") return get(name, options);
    reads += 1;
    return options?.fresh ? "a-new-secret" : "the-client-secret";
  };
  const answer = await browser.arrive(await browser.signIn(begun, COACH));
  assert.deepEqual([answer.status, reads], [200, 2]);
});

test("two sign-ins in one browser do not end one another", async () => {
  const world = await aConsentWorld();
  const browser = world.browser();
  const first = await browser.start();
  const second = await browser.start("microsoft", { connection: "other" });
  assert.equal((await browser.arrive(await browser.signIn(first, COACH))).status, 200);
  assert.equal((await browser.arrive(await browser.signIn(second, MENTOR))).status, 200);
});
