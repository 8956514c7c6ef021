import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { ClientSecretCredential } from "@azure/identity";
import { ADA, APP, CONTOSO, WITH_SECRET, aLoginWorld } from "./login-world.ts";
import type { LoginWorld } from "./login-world.ts";

suite("a client of the Microsoft login emulator", () => {
  let world: LoginWorld;
  beforeEach(async () => {
    world = await aLoginWorld();
  });
  afterEach(() => world.login.close());

  const grant = { grant_type: "refresh_token", refresh_token: "x" };
  for (const [what, form, status, code] of [
    ["unknown", { client_id: "nobody", client_secret: "s3cret" }, 400, 700016],
    ["without its secret", { client_id: APP }, 401, 7000218],
    ["with a wrong secret", { client_id: APP, client_secret: "guess" }, 401, 7000215],
    ["without a name", { client_secret: "s3cret" }, 400, 900144],
  ] as const) {
    test(`${what} is refused`, async () => {
      const answer = await world.post({ ...grant, ...form });
      assert.equal(answer.status, status);
      assert.deepEqual(answer.body.error_codes, [code]);
    });
  }

  test("may present its secret in a Basic header", async () => {
    world.login.addSecret(APP, "~ :%+&");
    const basic = Buffer.from(`${APP}:${encodeURIComponent("~ :%+&")}`).toString("base64");
    const token = await world.login.grant(APP, ADA, "Mail.Send");
    const form = { grant_type: "refresh_token", refresh_token: token };
    assert.equal((await world.post(form, { authorization: `Basic ${basic}` })).status, 200);
  });

  test("whose secret has expired goes on with its second one", async () => {
    const token = await world.login.grant(APP, ADA, "Mail.Send");
    world.login.expireSecret(APP);
    world.login.addSecret(APP, "second");
    const { status, body } = await world.refresh(token);
    assert.equal(status, 401);
    assert.equal(body["error"], "invalid_client");
    assert.deepEqual(body.error_codes, [7000222]);
    assert.equal((await world.refresh(token, { client_secret: "second" })).status, 200);
  });

  test("gets the roles it was granted, by client credentials", async () => {
    const form = { ...WITH_SECRET, grant_type: "client_credentials" };
    const { body } = await world.post(
      { ...form, scope: "https://graph.microsoft.com/.default" },
      {},
      CONTOSO,
    );
    assert.deepEqual(world.login.readToken(body.access_token)?.roles, ["MailboxSettings.Read"]);
    assert.equal(body.refresh_token, undefined);
    const named = await world.post({ ...form, scope: "https://graph.microsoft.com/Mail.Send" }, {}, CONTOSO);
    assert.deepEqual(named.body.error_codes, [1002012]);
    const unknown = await world.post({ ...form, scope: "https://unknown.example/.default" }, {}, CONTOSO);
    assert.deepEqual(unknown.body.error_codes, [500011]);
  });

  test("gets a token through Microsoft's own library", async () => {
    const credential = new ClientSecretCredential(CONTOSO, APP, "s3cret", {
      authorityHost: world.login.url,
      disableInstanceDiscovery: true,
    });
    const token = await credential.getToken("https://graph.microsoft.com/.default");
    assert.deepEqual(world.login.readToken(token.token)?.roles, ["MailboxSettings.Read"]);
  });

  for (const [what, form, code] of [
    ["no grant", { ...WITH_SECRET }, 900144],
    ["an unknown grant", { ...WITH_SECRET, grant_type: "password" }, 70003],
    ["a code grant without its code", { ...WITH_SECRET, grant_type: "authorization_code" }, 900144],
  ] as const) {
    test(`that asks with ${what} is refused`, async () => {
      assert.deepEqual((await world.post(form)).body.error_codes, [code]);
    });
  }
});
