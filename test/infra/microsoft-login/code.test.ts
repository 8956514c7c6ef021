import assert from "node:assert/strict";
import { createHash, createPublicKey, verify } from "node:crypto";
import type { JsonWebKey } from "node:crypto";
import { afterEach, beforeEach, suite, test } from "node:test";
import { PERSONAL_TENANT } from "../../../infra/local/emulators/microsoft-login/directory.ts";
import { signIn } from "../../../infra/local/sign-in.ts";
import { ADA, APP, BOB, CONTOSO, aLoginWorld, codeIn } from "./login-world.ts";
import type { LoginWorld } from "./login-world.ts";

suite("an authorization code of the Microsoft login emulator", () => {
  let world: LoginWorld;
  beforeEach(async () => {
    world = await aLoginWorld();
  });
  afterEach(() => world.login.close());

  test("becomes tokens that say who may do what, for how long", async () => {
    const { status, body } = await world.redeem(codeIn(await signIn(world.authorizeUrl(), ADA)));
    assert.equal(status, 200);
    assert.equal(body["token_type"], "Bearer");
    assert.equal(body["scope"], "Calendars.ReadWrite Mail.Send openid");
    assert.equal(body["expires_in"], 3599);
    assert.deepEqual(world.login.readToken(body.access_token), {
      audience: "https://graph.microsoft.com",
      scopes: ["Calendars.ReadWrite", "Mail.Send"],
      roles: [],
      account: ADA,
      tenant: CONTOSO,
      clientId: APP,
      expiresAt: new Date(world.now + 3_599_000),
    });
  });

  test("gives no refresh token without offline_access and no id token without openid", async () => {
    const code = codeIn(await signIn(world.authorizeUrl({ scope: "Mail.Send" }), ADA));
    const { body } = await world.redeem(code);
    assert.equal(body.refresh_token, undefined);
    assert.equal(body["id_token"], undefined);
  });

  test("comes with an id token that the published keys verify", async () => {
    const code = codeIn(await signIn(world.authorizeUrl({ nonce: "n-1" }), BOB));
    const { body } = await world.redeem(code);
    const [header = "", payload = "", signature = ""] = String(body["id_token"]).split(".");
    const metadata = (await (
      await fetch(`${world.login.url}/consumers/v2.0/.well-known/openid-configuration`)
    ).json()) as { jwks_uri: string };
    const { keys } = (await (await fetch(metadata.jwks_uri)).json()) as { keys: JsonWebKey[] };
    const [key] = keys;
    assert.ok(key);
    const signed = Buffer.from(`${header}.${payload}`);
    const publicKey = createPublicKey({ key, format: "jwk" });
    assert.ok(verify("RSA-SHA256", signed, publicKey, Buffer.from(signature, "base64url")));
    const claims = JSON.parse(Buffer.from(payload, "base64url").toString()) as Record<string, unknown>;
    assert.equal(claims["iss"], `${world.login.url}/${PERSONAL_TENANT}/v2.0`);
    assert.equal(claims["aud"], APP);
    assert.equal(claims["preferred_username"], BOB);
    assert.equal(claims["nonce"], "n-1");
  });

  test("is good once", async () => {
    const code = codeIn(await signIn(world.authorizeUrl(), ADA));
    await world.redeem(code);
    assert.deepEqual((await world.redeem(code)).body.error_codes, [54005]);
  });

  test("is good for ten minutes", async () => {
    const code = codeIn(await signIn(world.authorizeUrl(), ADA));
    world.now += 10 * 60_000;
    assert.deepEqual((await world.redeem(code)).body.error_codes, [70008]);
  });

  test("is bound to its redirect URI", async () => {
    const code = codeIn(await signIn(world.authorizeUrl(), ADA));
    const answer = await world.redeem(code, { redirect_uri: "https://rollcall.example/other" });
    assert.deepEqual(answer.body.error_codes, [500112]);
  });

  test("is refused when it is not one of ours", async () => {
    assert.deepEqual((await world.redeem("made-up")).body.error_codes, [70000]);
  });

  const verifier = "v".repeat(43);
  for (const [method, challenge] of [
    ["S256", createHash("sha256").update(verifier).digest("base64url")],
    ["plain", verifier],
  ] as const) {
    test(`is bound to its PKCE verifier (${method}), which a wrong guess does not use up`, async () => {
      const url = world.authorizeUrl({ code_challenge: challenge, code_challenge_method: method });
      const code = codeIn(await signIn(url, ADA));
      assert.deepEqual((await world.redeem(code)).body.error_codes, [501481]);
      assert.deepEqual(
        (await world.redeem(code, { code_verifier: "x".repeat(43) })).body.error_codes,
        [501481],
      );
      assert.equal((await world.redeem(code, { code_verifier: verifier })).status, 200);
    });
  }
});
