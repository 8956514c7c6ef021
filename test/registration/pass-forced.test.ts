import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { BLAISE, GRACE, invited, session, sessions, TODAY } from "../worlds/seeds.ts";
import { COACH } from "../worlds/services.ts";

/** The addresses of each mail that was sent. */
function recipients({ mailbox }: World): string[][] {
  return mailbox.sent.map(({ to, cc }) => [...to, ...cc].map(({ address }) => address));
}

async function historyOf(world: World): Promise<unknown[]> {
  const outcome = await world.service.history({});
  assert.ok(outcome.kind === "found");
  return outcome.runs;
}

suite("a dry run", () => {
  test("shows the mail, and sends, marks and records nothing", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    const run = await world.run({ dryRun: true });
    assert.deepEqual([run.status, run.dryRun, outcomesOf(run)], ["ok", true, ["would_send new"]]);
    assert.deepEqual(run.events[0]?.mail, {
      subject: `TestBots on ${TODAY}`,
      text: `From ${TODAY} at 12:00AM to ${TODAY} at 11:59PM.\nAdults:\n- Grace Hopper\nMentors:\n\nStudents:\n- Ada Lovelace\n`,
    });
    assert.deepEqual(new Set(world.graph.exchanges.map(({ method }) => method)), new Set(["GET"]));
    assert.equal(world.mailbox.sent.length, 0);
    assert.equal(world.markOf(world.idOf("Team Session")), undefined);
    assert.deepEqual(await historyOf(world), []);
  });

  test("shows what the run then does", async (t) => {
    const world = await aWorld(t, { events: sessions(5) });
    await world.run({ to: "somebody@example.org" });
    world.mailbox.changeEvent(world.idOf("Team Session 1"), { attendees: [invited(BLAISE), invited(GRACE)] });
    world.mailbox.changeEvent(world.idOf("Team Session 2"), { end: "2026-11-04T20:00:00" });
    world.mailbox.changeEvent(world.idOf("Team Session 3"), { isCancelled: true });
    world.mailbox.changeEvent(world.idOf("Team Session 4"), { attendees: [invited(GRACE)] });
    const planned = await world.run({ dryRun: true });
    const done = await world.run();
    assert.deepEqual(
      planned.events.map(({ mail, ...row }) => ({ ...row, action: mail ? "sent" : row.action })),
      done.events,
    );
    assert.deepEqual(planned.warnings, done.warnings);
    assert.deepEqual(outcomesOf(planned), [
      "would_send new_attendees",
      "would_send moved",
      "skipped cancelled",
      "skipped removed_attendees",
      "skipped already_registered",
    ]);
    const [first, second] = planned.events.map(({ mail }) => mail?.text);
    const texts = world.mailbox.sent.slice(5).map(({ text }) => text);
    assert.deepEqual(new Set(texts), new Set([first, second]));
  });

  test("needs no lock of the team, but its turn at the mailbox: it shows what another run has left to do", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    world.graph.faults.add({ kind: "hang", method: "GET", path: "/me/contacts" });
    const other = world.run();
    await world.arrived("GET", "/me/contacts");
    // Waits in steps that pass by themselves, until the silent request of the other is given up.
    assert.deepEqual(outcomesOf(await world.run({ dryRun: true })), ["skipped already_registered"]);
    assert.deepEqual(outcomesOf(await other), ["sent new"]);
  });
});

suite("a trial", () => {
  test("reaches the trial's address, and the host is told afterwards all the same", async (t) => {
    const world = await aWorld(t, { events: [session()], team: { mail: { cc: "office@example.org" } } });
    const trial = await world.run({ trial: true, to: "me@example.com" });
    assert.deepEqual(
      [trial.status, outcomesOf(trial), trial.events[0]?.to],
      ["ok", ["sent new"], ["me@example.com"]],
    );
    assert.equal(world.mailbox.sent[0]?.subject, `[Trial] TestBots on ${TODAY}`);
    assert.equal(world.markOf(world.idOf("Team Session")), undefined);

    assert.deepEqual(outcomesOf(await world.run()), ["sent new"]);
    assert.equal(world.mailbox.sent[1]?.subject, `TestBots on ${TODAY}`);
    assert.deepEqual(recipients(world), [["me@example.com"], ["host@example.org", "office@example.org"]]);
    assert.notEqual(world.mailbox.sent[0]?.internetMessageId, world.mailbox.sent[1]?.internetMessageId);
  });

  test("can be had as often as wanted, each a mail of its own", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    for (let times = 0; times < 2; times += 1) await world.run({ trial: true, to: "me@example.com" });
    assert.equal(new Set(world.mailbox.sent.map(({ internetMessageId }) => internetMessageId)).size, 2);
  });

  test("of what is announced already needs a resend, and leaves the mark as it is", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    await world.run();
    const eventId = world.idOf("Team Session");
    const mark = world.markOf(eventId);
    const request = { trial: true, to: "me@example.com" };
    assert.deepEqual(outcomesOf(await world.run(request)), ["skipped already_registered"]);
    world.mailbox.changeEvent(eventId, { attendees: [invited(GRACE)] });
    assert.deepEqual(outcomesOf(await world.run({ ...request, resend: [eventId] })), ["sent resend"]);
    assert.equal(world.mailbox.sent[1]?.subject, `[Trial] [Resent] TestBots on ${TODAY}`);
    assert.deepEqual(world.markOf(eventId), mark);
  });

  test("without an address is refused before anything is done", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    const outcome = await world.ask({ trial: true });
    assert.ok(outcome.kind === "invalid");
    assert.match(outcome.detail, /^trial: a trial needs `to`/);
    assert.equal(world.graph.exchanges.length, 0);
  });
});

suite("a resend", () => {
  test("announces again, says so, and has a Message-ID of its own", async (t) => {
    const world = await aWorld(t, { events: sessions(2) });
    await world.run();
    const run = await world.run({ resend: [world.idOf("Team Session 2")] });
    assert.deepEqual(outcomesOf(run), ["skipped already_registered", "sent resend"]);
    const again = world.mailbox.sent[2];
    assert.equal(again?.subject, `[Resent] TestBots on ${TODAY}`);
    assert.match(
      again?.text ?? "",
      /^This notice was sent before and is sent again on request\.\n\nFrom Tuesday/,
    );
    assert.equal(new Set(world.mailbox.sent.map(({ internetMessageId }) => internetMessageId)).size, 3);
    const all = new Set(["skipped already_registered"]);
    assert.deepEqual(new Set(outcomesOf(await world.run())), all);
  });

  test("of an event that is not in the window is a warning", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    const run = await world.run({ resend: ["unknown"] });
    assert.deepEqual([run.status, outcomesOf(run), run.warnings], ["ok", ["sent new"], ["resend_not_found"]]);
  });
});

suite("the recipient and the sender", () => {
  test("of the request come before the setting's, and those before the file's", async (t) => {
    const world = await aWorld(t, { events: sessions(1), settings: { TEAM_ROBOTS_TO: "" } });
    const again = async (request: object = {}): Promise<unknown> => {
      await world.run({ ...request, resend: [world.idOf("Team Session 1")] });
      return recipients(world).at(-1);
    };
    assert.deepEqual(await again(), ["host@example.org"]);
    await world.restart({ TEAM_ROBOTS_TO: "setting@example.org, second@example.org" });
    assert.deepEqual(await again(), ["setting@example.org", "second@example.org"]);
    assert.deepEqual(await again({ to: "request@example.org" }), ["request@example.org"]);
    assert.deepEqual(await again({ to: ["a@example.org", "b@example.org"] }), [
      "a@example.org",
      "b@example.org",
    ]);
  });

  test("who sends decides the road, by the same chain", async (t) => {
    const world = await aWorld(t, { events: [session()], ownSender: true });
    const again = async (request: object = {}): Promise<[number, number]> => {
      const run = await world.run({ ...request, resend: [world.idOf("Team Session")] });
      assert.deepEqual(outcomesOf(run), ["sent resend"]);
      return [world.mailbox.sent.length, world.smtp.mails.length];
    };
    assert.deepEqual(await again(), [0, 1]);
    await world.restart({ TEAM_ROBOTS_FROM: COACH });
    assert.deepEqual(await again(), [1, 1]);
    assert.deepEqual(await again({ from: "team@sharkbots.example" }), [1, 2]);
  });

  test("a mistake in a setting is told as one of the setting", async (t) => {
    const world = await aWorld(t, { events: [session()], settings: { TEAM_ROBOTS_TO: "nobody" } });
    const run = await world.run();
    assert.deepEqual([run.status, run.error?.code], ["failed", "config_invalid"]);
    assert.match(
      run.error?.message ?? "",
      /mail\.to: “nobody” is not an e-mail address \(given by .* a setting/,
    );
  });
});
