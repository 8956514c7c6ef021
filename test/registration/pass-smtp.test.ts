import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { suite, test, type TestContext } from "node:test";
import PostalMime, { type Email } from "postal-mime";
import type { Fault } from "../../infra/local/emulators/faults.ts";
import type { StoredMail } from "../../infra/local/emulators/imap/mailbox.ts";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { session, sessions, TODAY } from "../worlds/seeds.ts";
import { SENDER, SENT_FOLDER } from "../worlds/services.ts";

const seed = { events: [session()], ownSender: true };

function parsed(source: string): Promise<Email> {
  return PostalMime.parse(Buffer.from(source, "latin1"));
}

function sentFolder({ imap }: World): StoredMail[] {
  return imap.folders(SENDER.user).get(SENT_FOLDER) ?? assert.fail("The account has no sent folder.");
}

test("a foreign sender's notice goes through its own server, with a copy in the folder that is flagged as the sent one", async (t) => {
  const world = await aWorld(t, {
    ...seed,
    team: { mail: { cc: "office@example.org", reply_to: "coach@x.org" } },
  });
  const run = await world.run();
  assert.deepEqual([run.status, outcomesOf(run), run.warnings], ["ok", ["sent new"], []]);
  const [received, ...others] = world.smtp.mails;
  assert.ok(received && others.length === 0);
  assert.deepEqual([received.from, received.to], [SENDER.user, ["host@example.org", "office@example.org"]]);

  const mail = await parsed(received.source);
  assert.equal(mail.subject, `TestBots on ${TODAY}`);
  assert.match(
    mail.text ?? "",
    /^From Tuesday, 03\. November 2026 at 12:00AM to .*\nAdults:\n- Grace Hopper\n[^]*- Ada Lovelace\n$/,
  );
  assert.deepEqual([mail.from?.address, mail.replyTo?.[0]?.address], [SENDER.user, "coach@x.org"]);
  assert.match(mail.messageId ?? "", /^<[0-9a-f]{40}@rollcall\.example>$/);
  assert.equal(mail.date, "2026-11-03T12:00:00.000Z");
  assert.equal(mail.headers.find(({ key }) => key === "x-auto-response-suppress")?.value, "All");

  const [copy] = sentFolder(world);
  assert.deepEqual([copy?.source, copy?.flags], [received.source, ["\\Seen"]]);
  assert.equal(world.mailbox.sent.length, 0);
  assert.ok(world.markOf(world.idOf("Team Session")));
  assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
});

for (const [what, fault] of [
  ["refuses the copy", { kind: "status", method: "APPEND", body: "[OVERQUOTA] The mailbox is full" }],
  ["breaks off", { kind: "reset-before", method: "APPEND" }],
  ["is not to be talked to", { kind: "reset-before", method: "CONNECT" }],
] satisfies [string, Fault & { method: string }][]) {
  test(`an IMAP server that ${what} is a warning: the notice is sent, marked, and not sent again`, async (t) => {
    const world = await aWorld(t, seed);
    world.imap.faults.add(fault);
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run), run.warnings], ["ok", ["sent new"], ["append_failed"]]);
    assert.deepEqual([world.smtp.mails.length, sentFolder(world).length], [1, 0]);
    const next = await world.run();
    assert.deepEqual([outcomesOf(next), next.warnings], [["skipped already_registered"], []]);
    assert.equal(world.smtp.mails.length, 1);
  });
}

suite("the mail password", () => {
  test("that was replaced in the store is used when the server refuses the old one", async (t) => {
    const world = await aWorld(t, seed);
    await world.secrets.set("mail-password-robots", "an-old-password");
    assert.deepEqual(outcomesOf(await world.run()), ["failed new"]);
    // The app remembers for a minute what it has read.
    await world.secrets.set("mail-password-robots", SENDER.password);
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run), sentFolder(world).length], ["ok", ["sent new"], 1]);
  });

  test("that is wrong is told, and nothing is sent", async (t) => {
    const world = await aWorld(t, { ...seed, events: sessions(2) });
    await world.secrets.set("mail-password-robots", "wrong");
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["partial", ["failed new", "failed new"]]);
    assert.match(
      run.events[0]?.error ?? "",
      /^The notice was not sent: localhost:\d+ refused the mail \(credentials\): 535 /,
    );
    assert.doesNotMatch(JSON.stringify(run), /wrong/);
    assert.equal(world.smtp.mails.length, 0);
  });

  test("that is missing is told with the command that stores it", async (t) => {
    const world = await aWorld(t, seed);
    const file = world.env["SECRETS_FILE"] ?? "";
    const { "mail-password-robots": _, ...others } = JSON.parse(await readFile(file, "utf8")) as Record<
      string,
      string
    >;
    await writeFile(file, JSON.stringify(others));
    const run = await world.run();
    assert.deepEqual(outcomesOf(run), ["failed new"]);
    assert.match(
      run.events[0]?.error ?? "",
      /There is no secret mail-password-robots in .*npm run secrets:set -- mail-password-robots/,
    );
  });
});

suite("a mail server", () => {
  test("that breaks off in the middle of the mail leaves it unknown whether it was sent", async (t) => {
    const world = await aWorld(t, seed);
    world.smtp.faults.add({ kind: "reset-after", method: "DATA" });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["partial", ["pending new"]]);
    assert.equal(world.smtp.mails.length, 1);
    assert.equal(world.markOf(world.idOf("Team Session")), undefined);
  });

  test("that refuses the mail leaves it for the next pass", async (t) => {
    const world = await aWorld(t, seed);
    world.smtp.faults.add({ kind: "status", status: 451, method: "DATA", body: "Try again later" });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["partial", ["failed new"]]);
    assert.deepEqual([outcomesOf(await world.run()), world.smtp.mails.length], [["sent new"], 1]);
  });

  for (const [what, mail, status] of [
    ["somebody it is for", { to: ["gone@example.org"], cc: ["coach@example.org"] }, "partial"],
    ["who gets a copy alone", { to: ["coach@example.org"], cc: ["gone@example.org"] }, "ok"],
  ] as const) {
    test(`that refuses ${what} is told of, and nobody else is mailed twice`, async (t) => {
      const world = await aWorld(t, { ...seed, team: { mail } });
      world.smtp.faults.add({
        kind: "status",
        status: 550,
        method: "RCPT",
        path: "gone",
        body: "No such user",
      });
      const run = await world.run();
      assert.deepEqual(
        [run.status, outcomesOf(run), run.warnings],
        [status, ["sent new"], ["recipient_refused"]],
      );
      const error = run.events[0]?.error ?? "";
      assert.equal(
        /refused 1 of the 1 addresses in mail\.to: gone@example\.org/u.test(error),
        status === "partial",
      );
      assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
      assert.deepEqual(
        world.smtp.mails.map(({ to }) => to),
        [["coach@example.org"]],
      );
    });
  }

  test("is needed for a sender that is not the signed-in account", async (t) => {
    const world = await aWorld(t, {
      events: [session()],
      team: { mail: { from: { address: SENDER.user } } },
    });
    const run = await world.run();
    assert.deepEqual([run.status, run.error?.code], ["failed", "config_invalid"]);
    assert.match(
      run.error?.message ?? "",
      /^teams\/robots\.json: mail\.from: team@sharkbots\.example is not the signed-in account \(coach@mantabots\.example\), so smtp_server and imap_server/,
    );
  });
});

suite("a notice that a mail server took without saying so", () => {
  const MINUTE_MS = 60_000;

  async function inDoubt(t: TestContext): Promise<World> {
    const world = await aWorld(t, seed);
    world.smtp.faults.add({ kind: "reset-after", method: "DATA" });
    assert.deepEqual(outcomesOf(await world.run()), ["pending new"]);
    await world.clock.advance(MINUTE_MS);
    return world;
  }

  test("is found where the provider keeps sent mail by itself, and not sent again", async (t) => {
    const world = await inDoubt(t);
    const source = world.smtp.mails[0]?.source ?? "";
    sentFolder(world).push({ uid: 1, source, flags: [], internalDate: "2026-11-03T12:00:00Z" });
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    assert.equal(world.smtp.mails.length, 1);
    assert.ok(world.markOf(world.idOf("Team Session")));
  });

  test("is sent again where it is not found, since the copy would have been ours, and the report says so", async (t) => {
    const world = await inDoubt(t);
    assert.equal((await world.run()).events[0]?.action, "pending");
    await world.clock.advance(10 * MINUTE_MS);
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["ok", ["sent resent_unverified"]]);
    const mails = await Promise.all(world.smtp.mails.map(({ source }) => parsed(source)));
    assert.deepEqual([mails.length, new Set(mails.map(({ messageId }) => messageId)).size], [2, 1]);
  });

  test("stays in doubt while its server is not to be talked to", async (t) => {
    const world = await inDoubt(t);
    await world.clock.advance(10 * MINUTE_MS);
    world.imap.faults.add({ kind: "reset-before", method: "CONNECT" });
    const run = await world.run();
    assert.match(run.events[0]?.error ?? "", /it could not be searched for: /);
  });
});
