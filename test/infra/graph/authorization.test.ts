import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { COACH, graphWorld, messageOf, refusalOf } from "./graph-world.ts";

const OTHER = "other@mantabots.example";
const world = await graphWorld(
  {},
  {
    seed: {
      accounts: [
        { account: COACH, displayName: "Camille Martin" },
        { account: OTHER, displayName: "Somebody Else" },
      ],
    },
  },
);
const { ask, token, graph } = world;

suite("a token", () => {
  test("that is missing is refused, and the answer says where to get one", async () => {
    const told = await ask("/me", { headers: { authorization: "" } });

    assert.equal(refusalOf(told), "401 InvalidAuthenticationToken");
    assert.equal(messageOf(told), "Access token is empty.");
    assert.match(told.headers.get("www-authenticate") ?? "", /authorization_uri=/);
  });

  const [header, payload] = token().split(".");
  const cases = [
    { name: "that is no token", token: "abc", message: /^IDX14100: JWT is not well formed/ },
    { name: "whose signature is another's", token: `${header}.${payload}.x`, message: /Invalid signature/ },
    {
      name: "for another service",
      token: token({ audience: "https://vault.azure.net" }),
      message: /Invalid audience/,
    },
    {
      name: "that has expired",
      token: token({ expiresAt: new Date("2026-11-03T12:00:00Z") }),
      message: /^Lifetime validation failed, the token is expired\.$/,
    },
  ];
  for (const { name, token: given, message } of cases) {
    test(`${name} is refused`, async () => {
      const told = await ask("/me/calendars", { token: given });
      assert.equal(refusalOf(told), "401 InvalidAuthenticationToken");
      assert.match(String(messageOf(told)), message);
    });
  }

  for (const audience of ["https://graph.microsoft.com", "00000003-0000-0000-c000-000000000000"]) {
    test(`for ${audience} is taken`, async () => {
      assert.equal((await ask("/me", { token: token({ audience }) })).status, 200);
    });
  }
});

suite("a permission", () => {
  const window = "startDateTime=2026-11-03T00:00:00Z&endDateTime=2026-11-04T00:00:00Z";
  const enough = [
    { path: "/me", least: "User.Read", wider: ["User.ReadWrite", "User.Read.All"] },
    { path: "/me/calendars", least: "Calendars.ReadBasic", wider: ["Calendars.Read", "Calendars.ReadWrite"] },
    {
      path: `/me/calendarView?${window}`,
      least: "Calendars.ReadBasic",
      wider: ["Calendars.Read", "Calendars.ReadWrite"],
    },
    { path: "/me/contacts", least: "Contacts.Read", wider: ["Contacts.ReadWrite"] },
    { path: "/me/messages", least: "Mail.ReadBasic", wider: ["Mail.Read", "Mail.ReadWrite"] },
  ];
  for (const { path, least, wider } of enough) {
    test(`${least}, or one that includes it, opens ${path.split("?", 1)[0]}`, async () => {
      for (const scope of [least, ...wider]) {
        assert.equal((await ask(path, { token: token({ scopes: [scope] }) })).status, 200, scope);
      }
    });
  }

  const tooLittle = [
    { path: "/me/calendars", scopes: ["Contacts.ReadWrite", "Mail.Read"] },
    { path: "/me/contacts", scopes: ["Calendars.ReadWrite"] },
    { path: "/me/messages", scopes: ["Mail.Send"] },
    { path: "/me/sendMail", method: "POST", scopes: ["Mail.ReadWrite"] },
    { path: "/me/events", method: "POST", scopes: ["Calendars.Read"] },
    { path: "/me/events/x/extensions", method: "POST", scopes: ["Calendars.Read"] },
    { path: "/me/events/x/extensions/y", scopes: ["Calendars.ReadBasic"] },
  ];
  for (const { path, method = "GET", scopes } of tooLittle) {
    test(`${scopes.join(" and ")} do not open ${method} ${path}`, async () => {
      const told = await ask(path, { method, token: token({ scopes }) });
      assert.equal(refusalOf(told), "403 ErrorAccessDenied");
      assert.equal(messageOf(told), "Access is denied. Check credentials and try again.");
    });
  }

  test("to the directory is refused in the directory's words", async () => {
    const told = await ask("/me", { token: token({ scopes: ["Calendars.Read"] }) });
    assert.equal(refusalOf(told), "403 Authorization_RequestDenied");
  });
});

suite("an app without a user", () => {
  const { account: _, ...appOnly } = { account: COACH, scopes: [], roles: ["Calendars.Read"] };
  const appToken = (): string => {
    const claims = { ...appOnly, account: undefined };
    return token(claims as unknown as Parameters<typeof token>[0]);
  };

  test("has no /me", async () => {
    const told = await ask("/me/calendars", { token: appToken() });
    assert.equal(refusalOf(told), "400 BadRequest");
    assert.equal(messageOf(told), "/me request is only valid with delegated authentication flow.");
  });

  test("reaches every mailbox with its role", async () => {
    for (const user of [COACH, OTHER]) {
      assert.equal((await ask(`/users/${user}/calendars`, { token: appToken() })).status, 200);
    }
  });

  test("reaches none with another role", async () => {
    const told = await ask(`/users/${COACH}/contacts`, { token: appToken() });
    assert.equal(refusalOf(told), "403 ErrorAccessDenied");
  });
});

test("a user reaches the own mailbox by name, and nobody else's", async () => {
  assert.equal((await ask(`/users/${COACH.toUpperCase()}/calendars`)).status, 200);
  assert.equal(refusalOf(await ask(`/users/${OTHER}/calendars`)), "403 ErrorAccessDenied");
  assert.equal(refusalOf(await ask("/users/nobody@example.org/calendars")), "404 ErrorInvalidUser");
  assert.equal(refusalOf(await ask("/users/nobody@example.org")), "404 Request_ResourceNotFound");
});

test("an unknown path is 400, a wrong method 405, and words are read without regard to case", async () => {
  assert.equal(refusalOf(await ask("/me/tasks")), "400 BadRequest");
  assert.equal(refusalOf(await ask("/me/contacts", { method: "DELETE" })), "405 Request_BadRequest");
  assert.equal((await ask("/ME/Calendars")).status, 200);
});

test("every answer names its request, and repeats the client's own name for it", async () => {
  const told = await ask("/me", { headers: { "client-request-id": "run-7" } });
  assert.match(told.headers.get("request-id") ?? "", /^[0-9a-f-]{36}$/);
  assert.equal(told.headers.get("client-request-id"), "run-7");

  const refused = await ask("/me/tasks", { headers: { "client-request-id": "run-8" } });
  const { innerError } = refused.body["error"] as { innerError: Record<string, string> };
  assert.equal(innerError["date"], "2026-11-03T12:00:00");
  assert.equal(innerError["client-request-id"], "run-8");
  assert.equal(innerError["request-id"], refused.headers.get("request-id"));
});

test("what was asked is counted", () => assert.ok(graph.stats.requests > 30));
