import assert from "node:assert/strict";
import { afterEach, beforeEach, suite, test } from "node:test";
import { signIn } from "../../../infra/local/sign-in.ts";
import { ADA, BOB, CONTOSO, REDIRECT, SINGLE_TENANT_APP, aLoginWorld, codeIn } from "./login-world.ts";
import type { LoginWorld } from "./login-world.ts";

suite("the sign-in page of the Microsoft login emulator", () => {
  let world: LoginWorld;
  beforeEach(async () => {
    world = await aLoginWorld();
  });
  afterEach(() => world.login.close());

  test("shows who may sign in and what is asked, with names escaped", async () => {
    const page = await (await fetch(world.authorizeUrl())).text();
    assert.match(page, /Ada &#60;Lovelace&#62;/);
    assert.match(page, /bob@outlook\.example/);
    assert.match(page, /<li>Calendars\.ReadWrite<\/li><li>Mail\.Send<\/li>/);
  });

  test("goes back to the client with a code and its state", async () => {
    const location = new URL(await signIn(world.authorizeUrl(), ADA));
    assert.equal(location.origin + location.pathname, REDIRECT);
    assert.equal(location.searchParams.get("state"), "st&te");
    assert.ok(location.searchParams.get("code"));
  });

  test("goes back with access_denied when consent is declined", async () => {
    const location = new URL(await signIn(world.authorizeUrl(), ADA, "deny"));
    assert.equal(location.searchParams.get("error"), "access_denied");
    assert.match(location.searchParams.get("error_description") ?? "", /^AADSTS65004: /);
    assert.equal(location.searchParams.get("state"), "st&te");
    assert.equal(location.searchParams.get("code"), null);
  });

  for (const [what, changes, code] of [
    ["an unregistered redirect URI", { redirect_uri: "https://evil.example/" }, 50011],
    ["another path of a registered host", { redirect_uri: `${REDIRECT}/x` }, 50011],
    ["an unknown client", { client_id: "nobody" }, 700016],
    ["no client", { client_id: undefined }, 900144],
  ] as const) {
    test(`never redirects for ${what}`, async () => {
      const response = await fetch(world.authorizeUrl(changes), { redirect: "manual" });
      assert.equal(response.headers.get("location"), null);
      assert.match(await response.text(), new RegExp(`AADSTS${code}: `));
    });
  }

  test("takes any port of a registered localhost redirect URI", async () => {
    const redirect = "http://localhost:9999/api/oauth/microsoft/callback";
    assert.match(
      await signIn(world.authorizeUrl({ redirect_uri: redirect }), ADA),
      /^http:\/\/localhost:9999\//,
    );
  });

  for (const [what, changes, error, code] of [
    ["no scope", { scope: undefined }, "invalid_request", 900144],
    ["an implicit flow", { response_type: "token" }, "unsupported_response_type", 70005],
    ["an unknown PKCE method", { code_challenge_method: "MD5" }, "invalid_request", 90013],
    ["two resources", { scope: "Mail.Send https://vault.localhost/x" }, "invalid_scope", 28000],
    ["a silent sign-in without a session", { prompt: "none" }, "login_required", 50058],
  ] as const) {
    test(`tells the client about ${what} in the redirect`, async () => {
      const response = await fetch(world.authorizeUrl(changes), { redirect: "manual" });
      const location = new URL(response.headers.get("location") ?? "");
      assert.equal(location.searchParams.get("error"), error);
      assert.match(location.searchParams.get("error_description") ?? "", new RegExp(`^AADSTS${code}: `));
    });
  }

  for (const [authority, offered] of [
    ["common", [ADA, BOB]],
    ["organizations", [ADA]],
    ["consumers", [BOB]],
    [CONTOSO, [ADA]],
    ["contoso.example", [ADA]],
  ] as const) {
    test(`at ${authority} offers ${offered.join(" and ")}`, async () => {
      const page = await (await fetch(world.authorizeUrl({}, authority))).text();
      const shown = [...page.matchAll(/name="account" value="([^"]*)"/g)].map(([, account]) => account);
      assert.deepEqual(shown, offered);
    });
  }

  test("offers only the account of the login_hint", async () => {
    const page = await (await fetch(world.authorizeUrl({ login_hint: "ADA@contoso.example" }))).text();
    assert.doesNotMatch(page, /bob@/);
  });

  test("a single-tenant client is refused at common", async () => {
    const response = await fetch(world.authorizeUrl({ client_id: SINGLE_TENANT_APP }));
    assert.match(await response.text(), /AADSTS50194: /);
  });

  test("an unknown tenant is refused", async () => {
    assert.match(await (await fetch(world.authorizeUrl({}, "nowhere.example"))).text(), /AADSTS90002: /);
  });

  test("a session that has consented needs no page, unless prompt=select_account asks for one", async () => {
    await signIn(world.authorizeUrl(), ADA);
    const headers = { cookie: `ESTSAUTH=${encodeURIComponent(ADA)}` };
    const silent = await fetch(world.authorizeUrl(), { headers, redirect: "manual" });
    assert.equal(silent.status, 302);
    assert.ok(codeIn(silent.headers.get("location") ?? ""));
    const asked = await fetch(world.authorizeUrl({ prompt: "select_account" }), {
      headers,
      redirect: "manual",
    });
    assert.equal(asked.status, 200);
    const more = await fetch(world.authorizeUrl({ scope: "Contacts.Read" }), { headers, redirect: "manual" });
    assert.equal(more.status, 200, "consent for more is asked");
  });

  test("an account that a policy blocks ends on Microsoft's page", async () => {
    await world.login.setAccount(ADA, "blocked");
    await assert.rejects(signIn(world.authorizeUrl(), ADA), /AADSTS53003: /);
  });
});
