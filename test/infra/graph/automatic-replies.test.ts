import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { TokenClaims } from "../../../infra/local/emulators/access-token.ts";
import { contractObserver } from "../../contracts/contract-check.ts";
import { COACH, graphWorld, messageOf, refusalOf, valuesOf } from "./graph-world.ts";
import type { GraphWorld, Resource, Told } from "./graph-world.ts";

const ADA = "ada@contoso.example";
const ADA_ID = "0a0a0a0a-0000-4000-8000-000000000001";
const ROLES = ["User.Read.All", "MailboxSettings.Read"];
const HOLIDAY = {
  status: "scheduled",
  externalAudience: "none",
  internalReplyMessage: "<p>Back on <b>Monday</b></p>",
  scheduledStartDateTime: { dateTime: "2026-11-03T16:00:00", timeZone: "Pacific Standard Time" },
  scheduledEndDateTime: { dateTime: "2026-11-09T08:00:00", timeZone: "Pacific Standard Time" },
} as const;

interface AppWorld extends GraphWorld {
  /** With a token of the app alone. */
  app: (path: string, claims?: Partial<TokenClaims>, body?: unknown) => Promise<Told>;
}

async function appWorld(options: Parameters<typeof graphWorld>[1] = {}): Promise<AppWorld> {
  const world = await graphWorld(
    {},
    {
      seed: {
        accounts: [
          { account: COACH, displayName: "Camille Martin" },
          {
            account: ADA,
            displayName: "Ada O'Hara",
            id: ADA_ID,
            tenant: "t",
            department: "Engines",
            otherMails: ["ada@home.example"],
            proxyAddresses: [`SMTP:${ADA}`, "smtp:A.OHara@contoso.example"],
            automaticReplies: HOLIDAY,
          },
          { account: "eve@fabrikam.example", displayName: "Eve", tenant: "another" },
        ],
        crowd: { count: 150 },
      },
      ...options,
    },
  );
  const app: AppWorld["app"] = (path, claims = {}, body) => {
    const { account: _, ...appOnly } = { account: COACH, scopes: [], roles: ROLES, ...claims };
    const token = world.token({ ...appOnly, account: undefined } as unknown as TokenClaims);
    return world.ask(path, { token, ...(body === undefined ? {} : { body }) });
  };
  return { ...world, app };
}

const REPLIES = `/users/${ADA_ID}/mailboxSettings/automaticRepliesSetting`;

function partsOf({ body }: Told): Resource[] {
  return (body["responses"] as Resource[]).toSorted((one, other) => Number(one["id"]) - Number(other["id"]));
}

suite("automatic replies", () => {
  test("are what Microsoft publishes, in the zone in which they were set", async () => {
    const contract = contractObserver("msgraph");
    const { app } = await appWorld({ onExchange: (exchange) => contract.onExchange(exchange) });
    const { body } = await app(REPLIES);
    const { "@odata.context": context, ...replies } = body;
    assert.match(String(context), /#users\('0a0a0a0a-[^/]*'\)\/mailboxSettings\/automaticRepliesSetting$/);
    assert.deepEqual(replies, {
      ...HOLIDAY,
      externalReplyMessage: "",
      scheduledStartDateTime: { dateTime: "2026-11-03T16:00:00.0000000", timeZone: "Pacific Standard Time" },
      scheduledEndDateTime: { dateTime: "2026-11-09T08:00:00.0000000", timeZone: "Pacific Standard Time" },
    });
    const settings = await app(`/users/${ADA}/mailboxSettings`);
    assert.deepEqual(settings.body["automaticRepliesSetting"], replies);
    await app(`/users/${ADA}/mailboxSettings?$select=timeZone`);
    await app("/users?$select=id,mail,department&$top=3&$filter=mail eq 'x'");
    await app("/users?$top=7");
    const parts = { requests: [{ id: "1", method: "GET", url: REPLIES }] };
    await app("/$batch", {}, parts);
    contract.assertClean();
  });

  test("that nobody has touched are off, in a window that moves on", async () => {
    const { app, pass } = await appWorld();
    const path = `/users/${COACH}/mailboxSettings/automaticRepliesSetting`;
    const { body } = await app(path);
    assert.equal(body["status"], "disabled");
    pass(60 * 60 * 1000);
    assert.notDeepEqual((await app(path)).body["scheduledStartDateTime"], body["scheduledStartDateTime"]);
  });

  test("change when their owner changes them", async () => {
    const { app, graph } = await appWorld();
    graph.mailbox(ADA).setAutomaticReplies({ status: "alwaysEnabled", externalReplyMessage: "Away" });
    const { body } = await app(REPLIES);
    assert.deepEqual([body["status"], body["externalReplyMessage"]], ["alwaysEnabled", "Away"]);
  });

  test("can be changed over HTTP, past Graph", async () => {
    const { app, graph } = await appWorld();
    const body = JSON.stringify([ADA, { status: "disabled" }]);
    const url = `${graph.url}/_control/automaticReplies`;
    assert.equal((await fetch(url, { method: "POST", body })).status, 200);
    assert.equal((await app(REPLIES)).body["status"], "disabled");
  });

  for (const [why, refusal] of [
    ["inactive", "404 MailboxNotEnabledForRESTAPI"],
    ["blocked", "403 ErrorAccessDenied"],
    ["not-found", "404 ErrorItemNotFound"],
  ] as const) {
    test(`of a mailbox that is ${why} are refused, and the user is still in the directory`, async () => {
      const { app, graph } = await appWorld();
      graph.mailbox(ADA).setUnavailable(why);
      assert.equal(refusalOf(await app(REPLIES)), refusal);
      assert.equal((await app(`/users/${ADA_ID}`)).status, 200);
      graph.mailbox(ADA).setUnavailable(undefined);
      assert.equal((await app(REPLIES)).status, 200);
    });
  }

  test("of somebody who has left, or is in another tenant, are not found", async () => {
    const { app, graph } = await appWorld();
    graph.removeAccount(ADA);
    assert.equal(refusalOf(await app(REPLIES)), "404 ResourceNotFound");
    const eve = "/users/eve@fabrikam.example/mailboxSettings/automaticRepliesSetting";
    assert.equal(refusalOf(await app(eve)), "404 ErrorInvalidUser");
    assert.equal((await app(eve, { tenant: "another" })).status, 200);
  });

  test("of nobody are read without their permission", async () => {
    const { app, ask } = await appWorld();
    assert.equal(refusalOf(await app(REPLIES, { roles: ["User.Read.All"] })), "403 ErrorAccessDenied");
    assert.equal((await app(REPLIES, { roles: ["MailboxSettings.ReadWrite"] })).status, 200);
    assert.equal(
      messageOf(await app("/me/mailboxSettings")),
      "/me request is only valid with delegated authentication flow.",
    );
    assert.equal(refusalOf(await ask("/me/mailboxSettings")), "403 ErrorAccessDenied");
  });

  test("of half a batch are refused when the service is told to throttle", async () => {
    const { app, graph } = await appWorld();
    graph.settings.throttledParts = { every: 2, retryAfterSeconds: 3 };
    const requests = Array.from({ length: 20 }, (_, index) => ({
      id: String(index + 1),
      method: "GET",
      url: REPLIES,
    }));
    const parts = partsOf(await app("/$batch", {}, { requests }));
    assert.deepEqual(
      parts.map(({ status }) => status),
      requests.map((_, index) => (index % 2 === 0 ? 200 : 429)),
    );
    assert.deepEqual(parts[1]?.["headers"], { "retry-after": "3" });
  });
});

const directory = await appWorld();

suite("the users of a tenant", () => {
  const found = async (filter: string, advanced = false): Promise<unknown[]> => {
    const path = `/users?$select=userPrincipalName&$filter=${encodeURIComponent(filter)}`;
    const token = directory.token({ scopes: ["User.Read.All"] });
    const headers: Record<string, string> = advanced ? { consistencylevel: "eventual" } : {};
    const told = await directory.ask(path + (advanced ? "&$count=true" : ""), { token, headers });
    return told.status === 200 ? valuesOf(told).map((user) => user["userPrincipalName"]) : [refusalOf(told)];
  };

  const filters: [filter: string, found: unknown[]][] = [
    ["mail eq 'ADA@contoso.example'", [ADA]],
    ["mail eq 'x' or userPrincipalName eq 'ada@Contoso.example'", [ADA]],
    ["otherMails/any(m:m eq 'ada@home.example')", [ADA]],
    [
      "proxyAddresses/any(x:x eq 'smtp:a.ohara@contoso.example' or x eq 'SMTP:a.ohara@contoso.example')",
      [ADA],
    ],
    ["proxyAddresses/any(x:x eq 'SMTP:a.ohara@contoso.example')", []],
    ["displayName eq 'Ada O''Hara' and (department in ('Engines','Wheels'))", [ADA]],
    ["startsWith(userPrincipalName,'ada@')", [ADA]],
    ["mail eq 'eve@fabrikam.example'", []],
    ["accountEnabled eq false", []],
    ["shoeSize eq '7'", ["400 Request_UnsupportedQuery"]],
    ["constructor eq '7'", ["400 Request_UnsupportedQuery"]],
    ["endsWith(mail,'@contoso.example')", ["400 Request_UnsupportedQuery"]],
    ["mail eq 'it's'", ["400 Request_BadRequest"]],
    ["mail eq", ["400 Request_BadRequest"]],
  ];
  for (const [filter, expected] of filters) {
    test(`are filtered by ${filter}`, async () => assert.deepEqual(await found(filter), expected));
  }

  test("are filtered by more in an advanced query", async () => {
    assert.deepEqual(await found("endsWith(mail,'@contoso.example')", true), [ADA]);
    assert.deepEqual(
      await found("not(endsWith(mail,'@crowd.example')) and mail ne 'ada@contoso.example'", true),
      [COACH],
    );
  });

  test("come a hundred at a time, each once", async () => {
    const { app } = directory;
    const first = await app("/users?$select=id");
    const second = await app(String(first.body["@odata.nextLink"]));
    assert.equal(second.body["@odata.nextLink"], undefined);
    const ids = [...valuesOf(first), ...valuesOf(second)].map(({ id }) => id);
    assert.deepEqual([valuesOf(first).length, ids.length, new Set(ids).size], [100, 152, 152]);
    assert.equal(refusalOf(await app("/users?$top=1000")), "400 Request_UnsupportedQuery");
    assert.equal(refusalOf(await app("/users?$skip=5")), "400 Request_BadRequest");
  });

  test("show addresses only when they are asked for", async () => {
    const { app } = directory;
    const { body } = await app(`/users/${ADA}`);
    assert.equal("proxyAddresses" in body, false);
    const asked = await app(`/users/${ADA}?$select=proxyAddresses,otherMails`);
    assert.deepEqual(asked.body["otherMails"], ["ada@home.example"]);
  });

  test("are shown to those with the permission only", async () => {
    const { app, ask, token } = directory;
    assert.equal(
      refusalOf(await app("/users", { roles: ["MailboxSettings.Read"] })),
      "403 Authorization_RequestDenied",
    );
    assert.equal(refusalOf(await ask("/users")), "403 Authorization_RequestDenied");
    const basics = token({ scopes: ["User.ReadBasic.All"] });
    const path = `/users?$select=mail,department,otherMails,accountEnabled&$filter=mail eq '${ADA}'`;
    assert.deepEqual(valuesOf(await ask(path, { token: basics })), [
      { mail: ADA, id: ADA_ID, accountEnabled: null, department: null, otherMails: [] },
    ]);
  });

  test("are found by a name that was changed", async () => {
    const { app, graph } = directory;
    graph.addAccount({ account: "new@contoso.example", displayName: "New" });
    graph.mailbox("new@contoso.example").changeUser({ mail: "newer@contoso.example" });
    assert.equal((await app("/users/newer@contoso.example")).status, 200);
    assert.equal(graph.hasAccount("NEW@contoso.example"), true);
    graph.removeAccount("new@contoso.example");
    assert.equal(refusalOf(await app("/users/newer@contoso.example")), "404 Request_ResourceNotFound");
  });
});

test("each of a crowd has a mailbox", async () => {
  const { app } = await appWorld({ seed: { accounts: [], crowd: { count: 10_000 } } });
  const last = "/users/person.10000@crowd.example";
  assert.equal((await app(`${last}/mailboxSettings/automaticRepliesSetting`)).body["status"], "disabled");
  assert.match(String((await app(last)).body["id"]), /^[0-9a-f]{8}-/);
});
