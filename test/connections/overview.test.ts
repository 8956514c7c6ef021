import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { SecretStoreError } from "../../shared/secrets/secret-store.ts";
import { ACCOUNT, aConnection, aWatch, inDays } from "./watched-world.ts";

const EVERY_APP = { microsoft: true, webex: true };
const STORED = { "microsoft-client-secret": "hunter2" };

suite("the list of connections", () => {
  test("tells of a healthy one whose it is, what for, since when and how long", async () => {
    const { service } = aWatch({ connections: [aConnection()], teams: { mantabots: {}, sharkbots: {} } });
    const { connections } = await service.overview();
    assert.deepEqual(connections, [
      {
        provider: "microsoft",
        connection: "default",
        state: "healthy",
        account: ACCOUNT,
        scopes: ["User.Read", "Mail.Send"],
        usedBy: ["team mantabots", "team sharkbots"],
        obtainedAt: "2026-10-04T06:00:00.000Z",
        refreshedAt: "2026-11-03T06:00:00.000Z",
        expiresAt: "2027-02-01T06:00:00.000Z",
        daysLeft: 90,
        redirectUri: "https://rollcall.example/api/oauth/microsoft/callback",
      },
    ]);
  });

  test("has a link and what to do for one that runs out", async () => {
    const { service } = aWatch({ connections: [aConnection({ expiresAt: inDays(1.5) })] });
    const [row] = (await service.overview()).connections;
    assert.equal(row?.state, "expiring");
    assert.equal(row?.connect, "https://rollcall.example/api/connect/microsoft-default-registration");
    assert.equal(
      row?.whatToDo,
      `It ends in 2 days unless it is used. Open ${row.connect}, sign in as ${ACCOUNT}, and agree. The link works once, for 7 days.`,
    );
  });

  test("has the trouble of one that is dead", async () => {
    const trouble = { code: "consent_expired", message: "It ended.", since: inDays(-1) };
    const { service } = aWatch({ connections: [aConnection({ trouble })] });
    const [row] = (await service.overview()).connections;
    assert.equal(row?.state, "dead");
    assert.deepEqual(row?.trouble, { ...trouble, since: trouble.since.toISOString() });
    assert.match(row?.whatToDo ?? "", /^It does not work: the consent is not accepted any more/);
    assert.ok(row?.connect);
  });

  test("has no link where consenting does not mend it", async () => {
    const trouble = { code: "client_secret_refused", message: "Wrong secret.", since: inDays(-1) };
    const { service } = aWatch({ connections: [aConnection({ trouble })] });
    const [row] = (await service.overview()).connections;
    assert.equal(row?.connect, undefined);
    assert.match(row?.whatToDo ?? "", /make a new client secret\. Store its value as a new version of/);
  });

  test("calls dead what has run out, though nobody has tried it since", async () => {
    const { service } = aWatch({ connections: [aConnection({ expiresAt: inDays(-3) })] });
    const [row] = (await service.overview()).connections;
    assert.deepEqual([row?.state, row?.daysLeft], ["dead", 0]);
  });

  test("has those that team files and settings name, and nobody has consented for", async () => {
    const { service } = aWatch({
      connections: [aConnection()],
      teams: {
        mantabots: {},
        sharkbots: { connection: "sharks" },
        broken: "{",
        misnamed: { connection: "../secrets" },
      },
      settings: {
        OPERATOR_MAIL_CONNECTION: "office",
        MAILBOX_CONNECTION: "help",
        WEBEX_ADMIN_CONNECTION: "office",
      },
    });
    const { connections } = await service.overview();
    assert.deepEqual(
      connections.map(({ provider, connection, state, connect }) => [
        `${provider}/${connection}`,
        state,
        connect?.replace(/.*\/connect\//u, ""),
      ]),
      [
        ["microsoft/default", "healthy", undefined],
        ["microsoft/help", "not_connected", "microsoft-help-tickets"],
        ["microsoft/office", "not_connected", "microsoft-office-registration"],
        ["microsoft/sharks", "not_connected", "microsoft-sharks-registration"],
        ["webex/office", "not_connected", "webex-office-meetings"],
      ],
    );
    const sharks = connections.find(({ connection }) => connection === "sharks");
    assert.deepEqual(sharks?.usedBy, ["team sharkbots"]);
    assert.match(
      sharks?.whatToDo ?? "",
      /^Nobody has consented for it yet\. Open https:.*, sign in, and agree\./,
    );
  });

  test("names the spaces that work through a Webex connection, and asks to connect it for them", async () => {
    const { service } = aWatch({
      connections: [aConnection({ provider: "webex", connection: "hq" })],
      spaces: {
        "all-hands": { space_id: "a", connection: "hq" },
        finance: { space_id: "b", connection: "hq" },
        support: { space_id: "c" },
        broken: "{",
        misnamed: { connection: "../secrets" },
        unsourced: { connection: "other", source: { type: "ldap" } },
      },
      parts: { hasApp: EVERY_APP },
    });
    const { connections } = await service.overview();
    assert.deepEqual(
      connections.map(({ provider, connection, state, usedBy, connect }) => [
        `${provider}/${connection}`,
        state,
        usedBy,
        connect?.replace(/.*\/connect\//u, ""),
      ]),
      [
        ["webex/default", "not_connected", ["space support"], "webex-default-membership"],
        ["webex/hq", "healthy", ["space all-hands", "space finance"], undefined],
      ],
    );
  });

  test("has two connections of one name where a space follows Microsoft's directory", async () => {
    const source = { type: "microsoft", group: "everybody@example.org" };
    const { service } = aWatch({
      connections: [aConnection()],
      teams: { mantabots: {} },
      spaces: { "all-hands": { space_id: "a", connection: "hq", source }, club: { space_id: "b", source } },
      parts: { hasApp: EVERY_APP },
    });
    const { connections } = await service.overview();
    assert.deepEqual(
      connections.map(({ provider, connection, usedBy, connect }) => [
        `${provider}/${connection}`,
        usedBy,
        connect?.replace(/.*\/connect\//u, ""),
      ]),
      [
        ["microsoft/default", ["team mantabots", "space club"], undefined],
        ["microsoft/hq", ["space all-hands"], "microsoft-hq-membership"],
        ["webex/default", ["space club"], "webex-default-membership"],
        ["webex/hq", ["space all-hands"], "webex-hq-membership"],
      ],
    );
  });

  test("has none for the space files while there is no Webex integration", async () => {
    const { service } = aWatch({ spaces: { "all-hands": { space_id: "a" } } });
    assert.deepEqual((await service.overview()).connections, []);
  });

  test("knows an imported token that was not used yet from none at all", async () => {
    const { service } = aWatch({
      teams: { mantabots: {} },
      secrets: { "microsoft-refresh-token-default": "hunter2" },
    });
    const { connections } = await service.overview();
    assert.equal(connections[0]?.state, "unverified");
    assert.doesNotMatch(JSON.stringify(connections), /hunter2/);
  });

  test("shows the redirect URIs to register, also before there is any connection", async () => {
    const { redirectUris } = await aWatch().service.overview();
    assert.deepEqual(redirectUris, {
      microsoft: "https://rollcall.example/api/oauth/microsoft/callback",
      webex: "https://rollcall.example/api/oauth/webex/callback",
    });
  });

  test("shows what is known when the rest cannot be read", async () => {
    const world = aWatch({
      connections: [aConnection({ expiresAt: inDays(1) })],
      teams: { mantabots: { connection: "sharks" } },
      parts: { connectLink: () => Promise.reject(new SecretStoreError("the vault is closed")) },
    });
    world.secrets.failure = new SecretStoreError("the vault is closed");
    const { connections, problems } = await world.service.overview();
    assert.deepEqual(
      connections.map(({ state }) => state),
      ["expiring", "not_connected"],
    );
    assert.deepEqual(problems, [
      "The secrets could not be read: SecretStoreError: the vault is closed",
      "No link to connect could be made: SecretStoreError: the vault is closed",
    ]);
    assert.match(connections[0]?.whatToDo ?? "", /\/api\/oauth\/microsoft\/start\?connection=default/);
  });
});

suite("the list of client secrets", () => {
  test("tells a missing one from one whose end is unknown", async () => {
    const { service } = aWatch({ secrets: STORED, parts: { hasApp: EVERY_APP } });
    const { clientSecrets } = await service.overview();
    assert.deepEqual(
      clientSecrets.map(({ secret, state }) => [secret, state]),
      [
        ["microsoft-client-secret", "expiry_unknown"],
        ["webex-client-secret", "missing"],
      ],
    );
    assert.doesNotMatch(JSON.stringify(clientSecrets), /hunter2/);
  });

  for (const [days, state, whatToDo] of [
    [200, "healthy", undefined],
    [14, "expiring", /In the Microsoft Entra admin center/],
    [-1, "expired", /In the Microsoft Entra admin center/],
  ] as const) {
    test(`calls one that ends in ${days} days ${state}`, async () => {
      const { service, secrets } = aWatch();
      await secrets.set("microsoft-client-secret", "hunter2", { expiresOn: inDays(days) });
      const [row] = (await service.overview()).clientSecrets;
      assert.deepEqual([row?.state, row?.daysLeft], [state, Math.max(0, days)]);
      if (whatToDo) assert.match(row?.whatToDo ?? "", whatToDo);
      else assert.equal(row?.whatToDo, undefined);
    });
  }
});
