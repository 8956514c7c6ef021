import assert from "node:assert/strict";
import { test } from "node:test";
import { inspect } from "node:util";
import { refreshAccessToken } from "../../shared/oauth/token-exchange.ts";
import {
  ClientSecretRefusedError,
  ConsentExpiredError,
  ConsentMissingError,
  SignInBlockedError,
  TokenRefusedError,
  TokenUnavailableError,
} from "../../shared/oauth/token-errors.ts";
import { ACCOUNT, CLIENT_ID, type LoginWorld, SCOPES, aLogin } from "./login-world.ts";
import { failureOf, requestIn } from "./refresh-request.ts";

test("a refresh token becomes an access token, its end, its scopes and a new refresh token", async () => {
  const world = await aLogin();
  const tokens = await refreshAccessToken(requestIn(world));
  const claims = world.login.readToken(tokens.accessToken);
  assert.deepEqual(claims?.scopes, ["User.Read", "Calendars.ReadWrite", "Contacts.Read", "Mail.Send"]);
  assert.deepEqual(tokens.scopes, ["User.Read", "Calendars.ReadWrite", "Contacts.Read", "Mail.Send"]);
  assert.equal(tokens.expiresAt.toISOString(), "2026-11-03T04:59:59.000Z");
  assert.ok(tokens.refreshToken && tokens.refreshToken !== world.refreshToken);
});

test("the refresh token that was used works again, and so does the new one", async () => {
  const world = await aLogin();
  const { refreshToken } = await refreshAccessToken(requestIn(world));
  await refreshAccessToken(requestIn(world));
  assert.ok(refreshToken);
  await refreshAccessToken({ ...requestIn(world), refreshToken });
});

test("an id token that comes along does not get in the way", async () => {
  const world = await aLogin();
  const refreshToken = await world.login.grant(CLIENT_ID, ACCOUNT, `openid profile ${SCOPES.join(" ")}`);
  const tokens = await refreshAccessToken({ ...requestIn(world), refreshToken });
  assert.ok(tokens.accessToken);
});

test("each HTTP request is counted, by a fetch that may be another", async () => {
  const world = await aLogin();
  world.login.faults.add({ kind: "status", status: 503, times: 2 });
  let counted = 0;
  const fetched: string[] = [];
  await refreshAccessToken({
    ...requestIn(world),
    onRequest: () => (counted += 1),
    fetch: (url, options) => {
      fetched.push(new Request(url).url);
      return fetch(url, options);
    },
  });
  assert.equal(counted, 3);
  assert.deepEqual(new Set(fetched), new Set([`${world.login.url}/common/oauth2/v2.0/token`]));
});

for (const [what, break_, Kind, code, advice] of [
  [
    "a revoked refresh token",
    (world: LoginWorld) => world.login.revokeToken(world.refreshToken),
    ConsentExpiredError,
    "AADSTS70000",
    /npm run secrets:import -- token\.json --connection default/,
  ],
  [
    "an account whose password has changed",
    (world: LoginWorld) => world.login.revokeAccount(ACCOUNT),
    ConsentExpiredError,
    "AADSTS50173",
    /secrets:import/,
  ],
  [
    "a refresh token not used for 90 days",
    (world: LoginWorld) => world.clock.advance(90 * 86_400_000),
    ConsentExpiredError,
    "AADSTS700082",
    /secrets:import/,
  ],
  [
    "a consent that was withdrawn",
    (world: LoginWorld) => world.login.withdrawConsent(CLIENT_ID, ACCOUNT),
    ConsentMissingError,
    "AADSTS65001",
    /consent/,
  ],
  [
    "a policy that blocks the account",
    (world: LoginWorld) => world.login.setAccount(ACCOUNT, "blocked"),
    SignInBlockedError,
    "AADSTS53003",
    /administrator/,
  ],
  [
    "a disabled account",
    (world: LoginWorld) => world.login.setAccount(ACCOUNT, "disabled"),
    SignInBlockedError,
    "AADSTS50057",
    /administrator/,
  ],
  [
    "an expired client secret",
    (world: LoginWorld) => world.login.expireSecret(CLIENT_ID),
    ClientSecretRefusedError,
    "AADSTS7000222",
    /npm run secrets:set -- microsoft-client-secret/,
  ],
] as const) {
  test(`${what} is a ${Kind.name} with its code, ids and what to do, after one request`, async () => {
    const world = await aLogin();
    await break_(world);
    const error = await failureOf(requestIn(world));
    assert.ok(error instanceof Kind, error.name);
    assert.equal(error.serviceCode, code);
    assert.match(
      error.message,
      new RegExp(`\\(${code}, trace [0-9a-f-]{36}, correlation [0-9a-f-]{36}\\)\\. `),
    );
    assert.match(error.whatToDo, advice);
    assert.equal(error.connection, "default");
    assert.equal(world.requests(), 1);
  });
}

test("a wrong client secret, an unknown app and an unknown tenant each say which setting to look at", async () => {
  const world = await aLogin();
  const wrongSecret = await failureOf({ ...requestIn(world), clientSecret: "another" });
  assert.ok(wrongSecret instanceof ClientSecretRefusedError);
  assert.equal(wrongSecret.serviceCode, "AADSTS7000215");
  const wrongApp = await failureOf({ ...requestIn(world), clientId: "0000" });
  assert.ok(wrongApp instanceof TokenRefusedError);
  assert.match(wrongApp.message, /MICROSOFT_CLIENT_ID/);
  const wrongTenant = await failureOf(requestIn(world, { tenant: "nowhere.example" }));
  assert.match(wrongTenant.message, /the tenant in MICROSOFT_TENANT does not exist/);
});

test("with a connect link the advice is to open it; it stands beside the words, which end up in logs", async () => {
  const world = await aLogin();
  await world.login.revokeToken(world.refreshToken);
  const link = "https://rollcall.example/api/connect/t1";
  const error = await failureOf(requestIn(world, { connectUrl: async () => link }));
  assert.match(error.whatToDo, /to open the connect link and consent/);
  assert.equal(error.connect, link);
  assert.ok(!error.message.includes(link) && !error.summary.includes(link));
});

test("a link is made only when it is what helps", async () => {
  const world = await aLogin();
  world.login.expireSecret(CLIENT_ID);
  const connectUrl = (): Promise<string> => assert.fail("a link was made");
  await failureOf(requestIn(world, { connectUrl }));
});

test("a code that is not known falls back on OAuth's own error, without secrets and addresses of the text", async () => {
  const world = await aLogin();
  const quoted = `AADSTS999999: ${ACCOUNT} may not use '${world.refreshToken}' here.\r\nTrace ID: t\r\nTimestamp: x`;
  world.login.faults.add({
    kind: "status",
    status: 400,
    body: { error: "invalid_grant", error_description: quoted, error_codes: [999_999], trace_id: "t" },
  });
  const error = await failureOf(requestIn(world));
  assert.ok(error instanceof ConsentExpiredError);
  assert.match(error.message, /: \[address\] may not use '\[secret\]' here \(AADSTS999999, trace t\)\. /);
});

test("an error nobody knows is told in the service's words, with where to look it up", async () => {
  const world = await aLogin();
  const body = { error: "unheard_of", error_description: "AADSTS42: Something odd." };
  world.login.faults.add({ kind: "status", status: 400, body });
  const error = await failureOf(requestIn(world));
  assert.ok(error instanceof TokenRefusedError);
  assert.match(error.message, /: Something odd \(AADSTS42\)\. Look the code up at /);
});

test("a refusal with a challenge in its headers is understood as well", async () => {
  const world = await aLogin();
  world.login.faults.add({
    kind: "status",
    status: 401,
    headers: { "www-authenticate": 'Basic realm="login"' },
    body: { error: "invalid_client", error_description: "AADSTS7000215: Invalid client secret." },
  });
  assert.ok((await failureOf(requestIn(world))) instanceof ClientSecretRefusedError);
});

test("an answer that is no token answer names what is wrong with it, and not the tokens in it", async () => {
  const world = await aLogin();
  const body = {
    token_type: "Bearer",
    access_token: "secret-access",
    refresh_token: "secret-refresh",
    expires_in: "soon",
  };
  world.login.faults.add({ kind: "status", status: 200, body, times: 0 });
  const error = await failureOf(requestIn(world));
  assert.ok(error instanceof TokenUnavailableError);
  assert.match(error.message, /expires_in/);
  assert.doesNotMatch(inspect(error, { depth: 10, showHidden: true }), /secret-access|secret-refresh/);
});

test("a redirect is not followed with the secrets", async () => {
  const world = await aLogin();
  world.login.faults.add({
    kind: "status",
    status: 307,
    headers: { location: `${world.login.url}/elsewhere` },
    times: 0,
  });
  await failureOf(requestIn(world));
  assert.ok(world.login.exchanges.every(({ path }) => path === "/common/oauth2/v2.0/token"));
});

test("a login service that is not there is named as not reached", async () => {
  const world = await aLogin();
  const error = await failureOf(requestIn(world, { loginUrl: "https://localhost:3" }));
  assert.ok(error instanceof TokenUnavailableError);
  assert.match(error.message, /was not reached: .*ECONNREFUSED/);
});

test("secrets do not travel over plain http", async () => {
  const world = await aLogin();
  const fetch = (): Promise<Response> => assert.fail("something was sent");
  await failureOf({ ...requestIn(world, { loginUrl: "http://localhost:1" }), fetch });
});
