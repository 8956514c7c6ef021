import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { ADA, APP, BOB, CONTOSO, DAY, aLoginWorld } from "./login-world.ts";
import type { LoginWorld } from "./login-world.ts";

suite("a refresh token of the Microsoft login emulator", () => {
  let world: LoginWorld;
  beforeEach(async () => {
    world = await aLoginWorld();
  });
  afterEach(() => world.login.close());

  test("gives a new one each time, and stays valid itself", async () => {
    const { refresh_token: first } = await world.consented();
    const { body: second } = await world.refresh(first);
    assert.notEqual(second.refresh_token, first);
    assert.equal((await world.refresh(first)).status, 200);
    assert.equal((await world.refresh(second.refresh_token)).status, 200);
  });

  test("lives 90 days from its own issue, so only a client that keeps the new ones goes on", async () => {
    const { refresh_token: first } = await world.consented();
    world.now += 89 * DAY;
    const { body: second } = await world.refresh(first);
    world.now += DAY;
    const late = await world.refresh(first);
    assert.equal(late.status, 400);
    assert.deepEqual(late.body.error_codes, [700082]);
    assert.equal(late.body["error"], "invalid_grant");
    assert.equal((await world.refresh(second.refresh_token)).status, 200);
  });

  test("gives an access token for less than was granted, and keeps the whole grant", async () => {
    const { refresh_token: first } = await world.consented();
    const { body } = await world.refresh(first, { scope: "https://graph.microsoft.com/Mail.Send" });
    assert.deepEqual(world.login.readToken(body.access_token)?.scopes, ["Mail.Send"]);
    const again = await world.refresh(body.refresh_token);
    assert.equal(again.body["scope"], "Calendars.ReadWrite Mail.Send openid");
  });

  test("gives nothing that was not consented to", async () => {
    const { refresh_token: token } = await world.consented();
    const { status, body } = await world.refresh(token, { scope: "Contacts.Read" });
    assert.equal(status, 400);
    assert.deepEqual(body.error_codes, [65001]);
    assert.equal(body["suberror"], "consent_required");
  });

  test("may come with a redirect_uri, as older clients send it", async () => {
    const { refresh_token: token } = await world.consented();
    assert.equal((await world.refresh(token, { redirect_uri: "https://anything.example" })).status, 200);
  });

  test("is refused at an authority that is not the account's", async () => {
    const { refresh_token: token } = await world.consented(BOB);
    assert.equal((await world.refresh(token, {}, "consumers")).status, 200);
    assert.deepEqual((await world.refresh(token, {}, CONTOSO)).body.error_codes, [50034]);
  });

  test("refused tells why, in Microsoft's form", async () => {
    const { refresh_token: token } = await world.consented();
    await world.login.revokeAccount(ADA);
    const { status, body } = await world.refresh(token);
    assert.equal(status, 400);
    assert.equal(body["error"], "invalid_grant");
    assert.equal(body["suberror"], "bad_token");
    assert.match(
      String(body["error_description"]),
      /^AADSTS50173: .* Trace ID: [-0-9a-f]{36} Correlation ID: [-0-9a-f]{36} Timestamp: 2026-03-01 06:00:00Z$/,
    );
    assert.equal(body["timestamp"], "2026-03-01 06:00:00Z");
    assert.equal(body["error_uri"], "https://login.microsoftonline.com/error?code=50173");
  });

  for (const [what, act, code] of [
    ["a policy blocks the account", () => world.login.setAccount(ADA, "blocked"), 53003],
    ["the account is disabled", () => world.login.setAccount(ADA, "disabled"), 50057],
    ["consent is withdrawn", () => world.login.withdrawConsent(APP, ADA), 65001],
  ] as const) {
    test(`is refused when ${what}`, async () => {
      const { refresh_token: token } = await world.consented();
      await act();
      assert.deepEqual((await world.refresh(token, { scope: "Mail.Send" })).body.error_codes, [code]);
      assert.deepEqual((await world.refresh(token)).body.error_codes, [code]);
    });
  }

  test("can be revoked by itself; a new consent at the same instant is good again", async () => {
    const { refresh_token: one } = await world.consented();
    const { refresh_token: other } = await world.consented();
    await world.login.revokeToken(one);
    assert.deepEqual((await world.refresh(one)).body.error_codes, [70000]);
    assert.equal((await world.refresh(other)).status, 200);
    await world.login.revokeAccount(ADA);
    assert.equal((await world.refresh((await world.consented()).refresh_token)).status, 200);
  });

  test("can be had without a browser, for tests that are about something else", async () => {
    const token = await world.login.grant(APP, BOB, "Mail.Send");
    const { body } = await world.refresh(token, {}, "consumers");
    assert.deepEqual(world.login.readToken(body.access_token)?.scopes, ["Mail.Send"]);
  });

  test("malformed is refused", async () => {
    assert.deepEqual((await world.refresh("gibberish")).body.error_codes, [9002313]);
  });
});
