import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { CleanUpLimits } from "../../shared/connections/world.ts";
import { ConfigSourceError } from "../../shared/config/config-folder.ts";
import { GraphServiceError } from "../../shared/graph/graph-error.ts";
import { ConsentExpiredError } from "../../shared/oauth/token-errors.ts";
import { ACCOUNT, aConnection, aWatch, inDays, NOW } from "./watched-world.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const DEAD = { trouble: { code: "consent_expired", message: "It ended.", since: inDays(-0.1) } };

suite("a connection that runs out", () => {
  test("is told to the operator by mail and by the log, once", async () => {
    const { service, mails, log, registry } = aWatch({
      connections: [aConnection({ expiresAt: inDays(14) })],
      teams: { mantabots: {}, sharkbots: { connection: "sharks" } },
    });
    await service.check(log);
    await service.check(log);
    assert.deepEqual(log.lines, [
      "error: ROLLCALL_CONNECTION_EXPIRING microsoft connection default: ends in 14 days, at 2026-11-17T06:00:00.000Z. The operator was told by mail.",
    ]);
    assert.equal(mails.length, 1);
    const [{ subject, text } = { subject: "", text: "" }] = mails;
    assert.equal(subject, "Rollcall: the connection “default” to Microsoft ends in 14 days");
    assert.match(text, /on Tuesday,? 17 November 2026 \(UTC\), unless it is used before\./);
    assert.match(text, /What works through it: team mantabots\./);
    assert.match(text, /GET https:\/\/rollcall\.example\/api\/connections, with the function key/);
    assert.match(
      text,
      /Open https:\/\/rollcall\.example\/api\/connect\/microsoft-default-registration, sign in as /,
    );
    assert.deepEqual((await registry.get("microsoft", "default"))?.warnedDays, [14]);
  });

  test("names the spaces that work through it, with a link to consent for them again", async () => {
    const { service, mails, log } = aWatch({
      connections: [aConnection({ provider: "webex", connection: "hq", expiresAt: inDays(2) })],
      spaces: { "all-hands": { connection: "hq" }, support: {} },
      parts: { hasApp: { microsoft: true, webex: true } },
    });
    await service.check(log);
    const [{ subject, text } = { subject: "", text: "" }] = mails;
    assert.equal(subject, "Rollcall: the connection “hq” to Webex ends in 2 days");
    assert.match(text, /What works through it: space all-hands\./);
    assert.match(text, /Open https:\/\/rollcall\.example\/api\/connect\/webex-hq-membership, sign in as /);
  });

  test("is told again at 7 and at 2 days, and when it is over", async () => {
    const { service, mails, log, clock } = aWatch({
      connections: [aConnection({ expiresAt: inDays(20) })],
    });
    const days: number[] = [];
    for (let day = 0; day < 30; day += 1) {
      const before = mails.length;
      await service.check(log);
      if (mails.length > before) days.push(day);
      await clock.advance(DAY_MS);
    }
    assert.deepEqual(days, [6, 13, 18, 20]);
    // What is over is in the log each day, for an alert that was missed comes again.
    const dead = log.lines.filter((line) => line.startsWith("error: ROLLCALL_CONNECTION_DEAD"));
    assert.equal(dead.length, 10);
  });

  test("is told anew when it was renewed in between, and has run out again", async () => {
    const { service, mails, log, clock, registry } = aWatch({
      connections: [aConnection({ expiresAt: inDays(13), warnedDays: [14] })],
    });
    await service.check(log);
    assert.equal(mails.length, 0);
    // Whoever renewed it did not clear what was told.
    await registry.put(aConnection({ expiresAt: inDays(90), warnedDays: [14, 7] }));
    await service.check(log);
    await clock.advance(77 * DAY_MS);
    await service.check(log);
    assert.equal(mails.length, 1);
  });

  test("is tried again by the next check when the mail did not go out, and its address stays out of the log", async () => {
    const { service, mails, mailFailures, log } = aWatch({
      connections: [aConnection({ expiresAt: inDays(7) })],
    });
    mailFailures.push(
      new GraphServiceError("POST /me/sendMail", 400, {
        code: "ErrorInvalidRecipients",
        message: 'Recipient "operator@example.org" isn\'t resolved',
      }),
    );
    await assert.rejects(service.check(log), (error) => {
      assert.ok(error instanceof AggregateError);
      assert.doesNotMatch(`${error.stack} ${error.errors.join()}`, /@example/);
      return true;
    });
    assert.match(log.lines.join("\n"), /did not go out \(400 ErrorInvalidRecipients\)/);
    await service.check(log);
    assert.equal(mails.length, 1);
    assert.doesNotMatch(log.lines.join("\n"), /@/);
  });

  test("is told with the same Message-ID at each try, and with another at the next warning", async () => {
    const ids: string[] = [];
    const { service, log, clock } = aWatch({
      connections: [aConnection({ expiresAt: inDays(7) })],
      parts: {
        mail: {
          connection: "office",
          prove: async () => undefined,
          send: async ({ messageId }) => {
            ids.push(messageId);
            if (ids.length === 1) throw new Error("the connection broke");
          },
        },
      },
    });
    await service.check(log).catch(() => undefined);
    await clock.advance(DAY_MS);
    await service.check(log);
    await clock.advance(5 * DAY_MS);
    await service.check(log);
    assert.equal(ids[0], ids[1]);
    assert.notEqual(ids[1], ids[2]);
    assert.match(ids[2] ?? "", /^<[0-9a-f]{40}@rollcall\.example>$/);
  });

  test("is in the log only when there is no operator", async () => {
    const { service, log, registry } = aWatch({
      connections: [aConnection({ expiresAt: inDays(14) })],
      parts: { mail: undefined },
    });
    await service.check(log);
    assert.match(
      log.lines.join(),
      /EXPIRING .* No mail was sent: OPERATOR_ADDRESS and .* are not both set\./,
    );
    assert.deepEqual((await registry.get("microsoft", "default"))?.warnedDays, [14]);
  });

  test("is not told through itself", async () => {
    const { service, mails, log } = aWatch({
      connections: [aConnection({ connection: "office", expiresAt: inDays(2) })],
    });
    await service.check(log);
    assert.equal(mails.length, 0);
    assert.match(log.lines.join(), /No mail was sent: it would go through this very connection/);
  });

  test("is told through a connection of the same name at another provider", async () => {
    const { service, mails, log } = aWatch({
      connections: [aConnection({ provider: "webex", connection: "office", expiresAt: inDays(2) })],
    });
    await service.check(log);
    assert.match(mails[0]?.text ?? "", /webex-office-membership/);
  });

  test("is told without a link when none can be made", async () => {
    const { service, mails, log } = aWatch({
      connections: [aConnection({ expiresAt: inDays(14) })],
      parts: { connectLink: () => Promise.reject(new Error("the session key is missing")) },
    });
    await service.check(log);
    assert.match(
      mails[0]?.text ?? "",
      /Open \/api\/oauth\/microsoft\/start\?connection=default with the function key/,
    );
    assert.match(log.lines.join(), /warn: a warning goes out without a link/);
  });
});

suite("a dead connection", () => {
  test("is told at once after a run that failed, and then not by the daily check", async () => {
    const { service, mails, log } = aWatch({ connections: [aConnection(DEAD)], teams: { mantabots: {} } });
    await Promise.all([1, 2, 3].map(() => service.tellOfTrouble(log)));
    await service.check(log);
    assert.equal(mails.length, 1);
    assert.equal(mails[0]?.subject, "Rollcall: the connection “default” to Microsoft does not work any more");
    assert.match(mails[0]?.text ?? "", /it was revoked, has expired, or the password has changed/);
    assert.match(mails[0]?.text ?? "", /api\/connect\/microsoft-default-registration/);
  });

  test("is told once also when the instance that found it has a clock that is ahead", async () => {
    const trouble = { ...DEAD.trouble, since: new Date(NOW.getTime() + 5000) };
    const { service, mails, log } = aWatch({ connections: [aConnection({ trouble })] });
    await service.tellOfTrouble(log);
    await service.check(log);
    assert.equal(mails.length, 1);
  });

  test("is the only one of which a failed run tells", async () => {
    const { service, mails, log } = aWatch({
      connections: [aConnection({ expiresAt: inDays(2) }), aConnection({ ...DEAD, connection: "sharks" })],
    });
    await service.tellOfTrouble(log);
    assert.equal(mails.length, 1);
    assert.match(mails[0]?.subject ?? "", /sharks/);
  });

  test("is told anew when it was connected again, and died again", async () => {
    const { service, mails, log, clock, registry } = aWatch({ connections: [aConnection(DEAD)] });
    await service.check(log);
    await registry.put(aConnection());
    await service.check(log);
    await clock.advance(DAY_MS);
    const trouble = { ...DEAD.trouble, since: clock.now() };
    await registry.update("microsoft", "default", (record) => ({ ...record, trouble }));
    await service.check(log);
    assert.equal(mails.length, 2);
  });

  for (const [code, what] of [
    ["client_secret_refused", /make a new client secret/],
    ["sign_in_blocked", /the administrator of its organisation/],
    ["token_refused", /Compare MICROSOFT_CLIENT_ID/],
  ] as const) {
    test(`is told without a link when consenting does not mend it (${code})`, async () => {
      const trouble = { ...DEAD.trouble, code };
      const { service, mails, log } = aWatch({ connections: [aConnection({ trouble })] });
      await service.check(log);
      assert.match(mails[0]?.text ?? "", what);
      assert.doesNotMatch(mails[0]?.text ?? "", /api\/connect\//);
    });
  }

  test("does not keep a failed run from its end when the operator cannot be told", async () => {
    const { service, log } = aWatch({
      parts: {
        registry: {
          list: () => Promise.reject(new Error("no table today")),
          get: async () => undefined,
          put: async () => undefined,
          update: async () => undefined,
        },
      },
    });
    await service.tellOfTrouble(log);
    assert.deepEqual(log.lines, [
      "warn: the operator was not told of dead connections: Error: no table today",
    ]);
  });

  test("stops no warning of another", async () => {
    const { service, mails, mailFailures, log } = aWatch({
      connections: [aConnection(DEAD), aConnection({ connection: "sharks", expiresAt: inDays(2) })],
    });
    mailFailures.push(new Error("the connection broke"));
    await assert.rejects(service.check(log));
    assert.match(mails[0]?.subject ?? "", /sharks/);
  });
});

suite("a client secret", () => {
  test("is told of at 14, 7 and 2 days, and when it is over, as its vault says", async () => {
    const { service, mails, log, clock, secrets } = aWatch();
    await secrets.set("microsoft-client-secret", "hunter2", { expiresOn: inDays(20) });
    const days: number[] = [];
    for (let day = 0; day < 25; day += 1) {
      const before = mails.length;
      await service.check(log);
      if (mails.length > before) days.push(day);
      await clock.advance(DAY_MS);
    }
    assert.deepEqual(days, [6, 13, 18, 20]);
    assert.match(mails[3]?.text ?? "", /\. The reason: its time has run out\./);
    assert.equal(mails[0]?.subject, "Rollcall: the client secret of the Microsoft app ends in 14 days");
    assert.match(mails[0]?.text ?? "", /as a new version of microsoft-client-secret in memory/);
    assert.match(
      log.lines.join("\n"),
      /EXPIRING microsoft client secret microsoft-client-secret: ends in 2 days/,
    );
    assert.doesNotMatch(log.lines.join() + mails.map(({ text }) => text).join(), /hunter2/);
  });

  test("is not told of when its end is unknown, or when its provider's app is not set up", async () => {
    const { service, mails, log, secrets } = aWatch();
    await secrets.set("microsoft-client-secret", "hunter2");
    await secrets.set("webex-client-secret", "hunter2", { expiresOn: inDays(1) });
    await service.check(log);
    assert.deepEqual([mails.length, log.lines], [0, []]);
  });

  test("that was rotated is told of anew when the new one runs out", async () => {
    const { service, mails, log, clock, secrets } = aWatch();
    await secrets.set("microsoft-client-secret", "one", { expiresOn: inDays(1) });
    await service.check(log);
    await secrets.set("microsoft-client-secret", "two", { expiresOn: inDays(180) });
    await service.check(log);
    await clock.advance(166 * DAY_MS);
    await service.check(log);
    assert.equal(mails.length, 2);
  });
});

suite("an imported connection", () => {
  const imported = { secrets: { "microsoft-refresh-token-default": "token" }, teams: { mantabots: {} } };

  test("that nobody used yet is used once, to know whose it is", async () => {
    const asked: string[] = [];
    const { service, log } = aWatch({
      ...imported,
      parts: {
        account: async (connection) => {
          asked.push(connection);
          return ACCOUNT;
        },
      },
    });
    await service.check(log);
    assert.deepEqual(asked, ["default"]);
  });

  test("that was used gets the name of its account", async () => {
    const { service, log, registry } = aWatch({ ...imported, connections: [aConnection({ account: "" })] });
    await service.check(log);
    assert.equal((await registry.get("microsoft", "default"))?.account, ACCOUNT);
  });

  test("whose token is refused stops nothing, and fails the check", async () => {
    const { service, log, mails } = aWatch({
      ...imported,
      connections: [aConnection({ connection: "sharks", expiresAt: inDays(2) })],
      parts: {
        account: (connection) =>
          Promise.reject(
            new ConsentExpiredError({
              provider: "microsoft",
              connection,
              reason: "it was revoked",
              whatToDo: "Open https://rollcall.example/api/connect/ticket",
            }),
          ),
      },
    });
    await assert.rejects(service.check(log), /asking whose the connection default is: consent_expired$/);
    assert.equal(mails.length, 1);
  });
});

test("the operator's connection is tried at each check, so that it does not run out for want of warnings", async () => {
  const { service, log, proofs } = aWatch();
  await service.check(log);
  await service.check(log);
  assert.equal(proofs(), 2);
});

test("warnings do not wait for a configuration that cannot be read", async () => {
  const { service, mails, log } = aWatch({
    connections: [aConnection({ expiresAt: inDays(14) })],
    parts: {
      config: {
        place: "nowhere",
        list: () => Promise.reject(new ConfigSourceError("the folder cannot be listed")),
        read: async () => undefined,
      },
    },
  });
  await assert.rejects(
    service.check(log),
    /reading the team and space files: ConfigSourceError: the folder cannot be listed/,
  );
  assert.equal(mails.length, 1);
});

test("what is old is deleted, so much of it at a time, and one that fails stops no other", async () => {
  const limits: CleanUpLimits[] = [];
  const { service, log } = aWatch({
    settings: { HISTORY_DAYS: "30" },
    parts: {
      cleanUps: [
        { what: "broken things", run: () => Promise.reject(new Error("no table today")) },
        { what: "reports", run: async (given) => (limits.push(given), 12) },
        { what: "links", run: async () => 0 },
        { what: "crumbs", run: async ({ most }) => most },
      ],
    },
  });
  await assert.rejects(service.check(log), /deleting broken things: Error: no table today/);
  assert.deepEqual(log.lines, [
    "info: deleted 12 reports",
    "info: deleted 50000 crumbs; the next check goes on",
  ]);
  assert.deepEqual([limits[0]?.now, limits[0]?.before], [NOW, inDays(-30)]);
});
