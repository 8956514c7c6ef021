import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, suite, test } from "node:test";
import { signIn } from "../../../infra/local/sign-in.ts";
import { contractObserver } from "../../contracts/contract-check.ts";
import { ADA, aWebexWorld, DAY, INTEGRATION, REDIRECT, type WebexWorld } from "./webex-world.ts";

const VERIFIER = "a-verifier-of-at-least-43-characters-000000000000";
const S256 = {
  code_challenge: createHash("sha256").update(VERIFIER).digest("base64url"),
  code_challenge_method: "S256",
};

suite("the Webex emulator", () => {
  let world: WebexWorld;
  beforeEach(async () => {
    world = await aWebexWorld();
  });
  afterEach(() => world.webex.close());

  test("shows who may sign in and what is asked, with names escaped", async () => {
    const page = await (await fetch(world.authorizeUrl())).text();
    assert.match(page, /Ada &#60;Lovelace&#62;/);
    assert.match(page, /<li>spark:people_read<\/li><li>spark:memberships_read<\/li>/);
  });

  test("goes back to the client with a code and its state", async () => {
    const location = new URL(await signIn(world.authorizeUrl(), ADA));
    assert.equal(location.origin + location.pathname, REDIRECT);
    assert.equal(location.searchParams.get("state"), "st&te");
    assert.ok(location.searchParams.get("code"));
  });

  test("goes back with access_denied when the person declines", async () => {
    const location = new URL(await signIn(world.authorizeUrl(), ADA, "deny"));
    assert.equal(location.searchParams.get("error"), "access_denied");
    assert.equal(location.searchParams.get("state"), "st&te");
  });

  for (const [what, changes] of [
    ["an unregistered redirect URI", { redirect_uri: "https://evil.example/" }],
    ["no redirect URI", { redirect_uri: undefined }],
    ["an unknown client", { client_id: "nobody" }],
  ] as const) {
    test(`never redirects for ${what}`, async () => {
      const response = await fetch(world.authorizeUrl(changes), { redirect: "manual" });
      assert.equal(response.status, 400);
      assert.equal(response.headers.get("location"), null);
    });
  }

  for (const [what, changes, error] of [
    ["an unregistered scope", { scope: "spark:all" }, "invalid_scope"],
    ["no scope", { scope: undefined }, "invalid_scope"],
    ["an implicit flow", { response_type: "token" }, "unsupported_response_type"],
    ["an unknown PKCE method", { code_challenge: "x", code_challenge_method: "MD5" }, "invalid_request"],
  ] as const) {
    test(`tells the client about ${what} in the redirect`, async () => {
      const response = await fetch(world.authorizeUrl(changes), { redirect: "manual" });
      const location = new URL(response.headers.get("location") ?? "");
      assert.equal(location.searchParams.get("error"), error);
    });
  }

  test("gives 14 days of access and 90 days of refresh for a code", async () => {
    const { status, body } = await world.redeem(await world.code());
    assert.equal(status, 200);
    const { access_token, refresh_token, ...rest } = body;
    assert.deepEqual(rest, {
      expires_in: 14 * 86_400,
      refresh_token_expires_in: 90 * 86_400,
      token_type: "Bearer",
      scope: "spark:people_read spark:memberships_read",
    });
    assert.notEqual(access_token, refresh_token);
  });

  test("takes a code once", async () => {
    const code = await world.code();
    await world.redeem(code);
    assert.deepEqual((await world.redeem(code)).body["error"], "invalid_grant");
  });

  test("takes no code after ten minutes", async () => {
    const code = await world.code();
    world.now += 10 * 60_000;
    assert.equal((await world.redeem(code)).body["error"], "invalid_grant");
  });

  for (const [what, changes] of [
    ["another redirect URI", { redirect_uri: "https://rollcall.example/other" }],
    ["another integration", { client_id: "another", client_secret: "another" }],
  ] as const) {
    test(`takes no code for ${what}`, async () => {
      assert.equal((await world.redeem(await world.code(), changes)).body["error"], "invalid_grant");
    });
  }

  test("wants the verifier of a code that was asked for with a challenge", async () => {
    const code = await world.code(S256);
    assert.equal((await world.redeem(code)).body["error"], "invalid_grant");
    assert.equal((await world.redeem(code, { code_verifier: `${VERIFIER}x` })).status, 400);
    assert.equal((await world.redeem(code, { code_verifier: VERIFIER })).status, 200);
  });

  test("refuses a wrong client secret with 401, and the old one as soon as it is replaced", async () => {
    const code = await world.code();
    assert.equal((await world.redeem(code, { client_secret: "wrong" })).status, 401);
    world.webex.replaceSecret(INTEGRATION.client_id, "new");
    assert.equal((await world.redeem(code)).body["error"], "invalid_client");
    assert.equal((await world.redeem(code, { client_secret: "new" })).status, 200);
  });

  test("gives a new refresh token for the old one, which counts no more", async () => {
    const first = (await world.redeem(await world.code())).body["refresh_token"];
    world.now += 30 * DAY;
    const second = (await world.refresh(first)).body;
    assert.equal(second["refresh_token_expires_in"], 90 * 86_400);
    assert.deepEqual((await world.refresh(first)).body, {
      error: "invalid_request",
      error_description: "The refresh token provided is expired, revoked, malformed, or invalid.",
    });
    assert.equal((await world.refresh(second["refresh_token"])).status, 200);
  });

  test("takes no refresh token after 90 days, after its end, or of another integration", async () => {
    const dead = (await world.redeem(await world.code())).body["refresh_token"];
    const other = { client_id: "another", client_secret: "another" };
    assert.equal((await world.refresh(dead, other)).status, 400);
    await world.webex.revokeToken(String(dead));
    assert.equal((await world.refresh(dead)).status, 400);

    const old = await world.webex.grant(INTEGRATION.client_id, ADA, "spark:people_read");
    world.now += 90 * DAY;
    assert.equal((await world.refresh(old)).status, 400);
  });

  test("ends all tokens of a person who removes the integration", async () => {
    const { body } = await world.redeem(await world.code());
    await world.webex.revokePerson(ADA.toUpperCase());
    assert.equal((await world.me(body["access_token"])).status, 401);
    assert.equal((await world.refresh(body["refresh_token"])).status, 400);
  });

  test("is controlled over HTTP, too", async () => {
    const answer = await fetch(`${world.webex.url}/_control/grant`, {
      method: "POST",
      body: JSON.stringify([INTEGRATION.client_id, ADA, "spark:people_read"]),
    });
    const { result } = (await answer.json()) as { result: string };
    assert.equal((await world.refresh(result)).status, 200);
  });
});

test("keeps the refresh token and its end where Webex does", async () => {
  const world = await aWebexWorld({ refreshTokens: "keep" });
  const first = (await world.redeem(await world.code())).body;
  world.now += 30 * DAY;
  const second = (await world.refresh(first["refresh_token"])).body;
  assert.equal(second["refresh_token"], first["refresh_token"]);
  assert.equal(second["refresh_token_expires_in"], 60 * 86_400);
  assert.notEqual(second["access_token"], first["access_token"]);
  await world.webex.close();
});

test("says whose token it is as Webex's contract has it, or refuses", async () => {
  const contract = contractObserver("webex");
  const world = await aWebexWorld({
    onExchange: (exchange) => {
      if (exchange.path.startsWith("/v1/people")) contract.onExchange(exchange);
    },
  });
  const { body } = await world.redeem(await world.code());
  const me = await world.me(body["access_token"]);
  assert.deepEqual(me.body["emails"], [ADA]);
  assert.equal(me.body["type"], "person");
  assert.match(
    Buffer.from(String(me.body["id"]), "base64").toString(),
    /^ciscospark:\/\/us\/PEOPLE\/[\w-]{36}$/,
  );

  const narrow = await world.redeem(await world.code({ scope: "spark:memberships_read" }));
  assert.equal((await world.me(narrow.body["access_token"])).status, 403);
  world.now += 14 * DAY;
  assert.equal((await world.me(body["access_token"])).status, 401);
  assert.equal((await world.me("none")).status, 401);
  contract.assertClean();
  await world.webex.close();
});

test("remembers tokens over a restart", async () => {
  const stateFile = path.join(await mkdtemp(path.join(tmpdir(), "webex-")), "webex.json");
  const before = await aWebexWorld({ stateFile });
  const { body } = await before.redeem(await before.code());
  await before.webex.close();
  const world = await aWebexWorld({ stateFile });
  assert.equal((await world.me(body["access_token"])).status, 200);
  assert.equal((await world.refresh(body["refresh_token"])).status, 200);
  await world.webex.close();
});
