import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { aTeam } from "../worlds/registration-stage.ts";
import { ADA, BLAISE, GRACE, invited, session, sessions } from "../worlds/seeds.ts";

const SEND = { method: "POST", path: "/sendMail$" };
const MINUTE_MS = 60_000;

/** A team whose account may be searched for sent mails. */
function verifying(t: TestContext, events = [session()]): Promise<World> {
  return aWorld(t, { events, team: { mail: { verify_sent: true } }, alsoScope: "Mail.ReadBasic" });
}

function messageIds({ mailbox }: World): (string | undefined)[] {
  return mailbox.sent.map(({ internetMessageId }) => internetMessageId);
}

suite("a notice whose answer was lost, of an account that may be searched,", () => {
  test("is found when it went out: no second mail, and the event is marked", async (t) => {
    const world = await verifying(t);
    world.graph.faults.add({ kind: "reset-after", ...SEND });
    assert.deepEqual(outcomesOf(await world.run()), ["pending new"]);
    await world.clock.advance(MINUTE_MS);
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    assert.equal(world.mailbox.sent.length, 1);
    assert.equal(world.markOf(world.idOf("Team Session"))?.["generation"], 1);
    assert.equal((await world.run()).requests, 3, "and the next pass is a quiet one");
  });

  test("is waited for while it may not be found yet, then sent as what it is: not sent before", async (t) => {
    const world = await verifying(t);
    world.graph.faults.add({ kind: "reset-before", ...SEND });
    await world.run();
    await world.clock.advance(9 * MINUTE_MS);
    const early = await world.run();
    assert.deepEqual(
      [early.status, early.events[0]?.action, early.events[0]?.reason],
      ["partial", "pending", undefined],
    );
    assert.match(
      early.events[0]?.error ?? "",
      /^A notice was begun at 2026-11-03T12:00:00[.]000Z, and it is not known/,
    );
    await world.clock.advance(MINUTE_MS);
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["ok", ["sent new"]]);
    assert.equal(world.mailbox.sent.length, 1);
  });

  test("stays in doubt while the search fails", async (t) => {
    const world = await verifying(t);
    world.graph.faults.add({ kind: "reset-after", ...SEND });
    await world.run();
    await world.clock.advance(20 * MINUTE_MS);
    world.graph.faults.add({ kind: "status", status: 403, path: "/me/messages" });
    const run = await world.run();
    assert.match(run.events[0]?.error ?? "", /it could not be searched for: .*Mail[.]ReadBasic/);
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
  });

  test("keeps no other event waiting", async (t) => {
    const world = await verifying(t, sessions(3));
    world.graph.faults.add({ kind: "reset-after", ...SEND });
    const first = await world.run();
    assert.deepEqual(outcomesOf(first).toSorted(), ["pending new", "sent new", "sent new"]);
    await world.clock.advance(MINUTE_MS);
    const run = await world.run();
    assert.deepEqual(new Set(outcomesOf(run)), new Set(["skipped already_registered"]));
    assert.deepEqual([world.mailbox.sent.length, new Set(messageIds(world)).size], [3, 3]);
  });
});

suite("a notice whose answer was lost, of an account that may not be searched,", () => {
  test("is known by its mark when that was written", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    world.graph.faults.add({ kind: "reset-after", method: "POST", path: "batch$" });
    assert.deepEqual(outcomesOf(await world.run()), ["pending new"]);
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    assert.equal(world.mailbox.sent.length, 1);
  });

  test("is sent again when nothing tells, with its own Message-ID, and the report says so", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    world.graph.faults.add({ kind: "reset-after", ...SEND });
    await world.run();
    assert.equal((await world.run()).events[0]?.action, "pending");
    await world.clock.advance(10 * MINUTE_MS);
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["ok", ["sent resent_unverified"]]);
    const [first, second, ...others] = messageIds(world);
    assert.deepEqual([first, others], [second, []]);
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
  });

  test("is told of by every report that follows, in case the run that repeated it never came to its own", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    world.graph.faults.add({ kind: "reset-after", ...SEND });
    await world.run();
    await world.clock.advance(10 * MINUTE_MS);
    await world.run();
    world.mailbox.changeEvent(world.idOf("Team Session"), {
      attendees: [invited(ADA), invited(GRACE), invited(BLAISE)],
    });
    const changed = await world.run();
    const quiet = await world.run();
    assert.deepEqual(
      [changed, quiet].map((run) => [outcomesOf(run), run.warnings]),
      [
        [["sent new_attendees"], ["resent_unverified", "no_adult"]],
        [["skipped already_registered"], ["resent_unverified"]],
      ],
    );
  });

  test("is told of by the reports until a day after the session, also when that has left the calendar", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    world.graph.faults.add({ kind: "reset-after", ...SEND });
    await world.run();
    await world.clock.advance(10 * MINUTE_MS);
    const { events } = await world.run();
    const end = new Date(events[0]?.end ?? "").getTime();
    world.mailbox.deleteEvent(world.idOf("Team Session"));
    const told = [await world.run()];
    for (const hours of [24, 26]) {
      await world.clock.advance(end + hours * 60 * MINUTE_MS - world.clock.now().getTime());
      told.push(await world.run());
    }
    assert.deepEqual(
      told.map(({ status, warnings }) => [status, warnings]),
      [
        ["ok", ["resent_unverified"]],
        ["ok", ["resent_unverified"]],
        ["ok", []],
      ],
    );
  });

  test("may be waited for as long as the settings say", async (t) => {
    const settings = { SENT_ITEMS_DELAY_MINUTES: "0" };
    const world = await aWorld(t, { events: [session()], settings });
    world.graph.faults.add({ kind: "reset-before", ...SEND });
    await world.run();
    assert.deepEqual(outcomesOf(await world.run()), ["sent resent_unverified"]);
  });

  test("about a session that moved and moved back says what is so now", async (t) => {
    const world = await aWorld(t, { events: [session()], team: { calendar: { full_day: "False" } } });
    await world.run();
    const id = world.idOf("Team Session");
    const at = (hours: [string, string]) => ({
      start: `2026-11-03T${hours[0]}:00`,
      end: `2026-11-03T${hours[1]}:00`,
    });
    world.mailbox.changeEvent(id, at(["19:00", "21:00"]));
    world.graph.faults.add({ kind: "reset-after", ...SEND });
    assert.deepEqual(outcomesOf(await world.run()), ["pending moved"]);
    world.mailbox.changeEvent(id, at(["16:00", "18:00"]));
    await world.clock.advance(15 * MINUTE_MS);
    // The host may have been told of seven o'clock.
    const run = await world.run();
    assert.deepEqual(
      [run.events[0]?.start, outcomesOf(run)],
      ["2026-11-03T21:00:00.000Z", ["sent resent_unverified"]],
    );
  });
});

suite("of several notices whose answers were lost", () => {
  const HOURLY = { calendar: { full_day: "False" } };
  const at = (start: string, end: string) => ({
    start: `2026-11-03T${start}:00`,
    end: `2026-11-03T${end}:00`,
  });

  test("the last word is the host's: a session that moved and moved back in doubt is announced", async (t) => {
    const world = await aWorld(t, { events: [session()], team: HOURLY });
    await world.run();
    const id = world.idOf("Team Session");
    world.mailbox.changeEvent(id, at("19:00", "21:00"));
    world.graph.faults.add({ kind: "reset-after", ...SEND });
    assert.deepEqual(outcomesOf(await world.run()), ["pending moved"]);
    world.mailbox.changeEvent(id, at("16:00", "18:00"));
    await world.clock.advance(15 * MINUTE_MS);
    world.graph.faults.add({ kind: "reset-before", ...SEND });
    assert.deepEqual(outcomesOf(await world.run()), ["pending resent_unverified"]);
    await world.clock.advance(15 * MINUTE_MS);
    assert.deepEqual(outcomesOf(await world.run()), ["sent resent_unverified"]);
  });

  test("one that was found counts, also when a later one surely was not sent", async (t) => {
    const world = await aWorld(t, {
      events: [session()],
      team: { ...HOURLY, mail: { verify_sent: true } },
      alsoScope: "Mail.ReadBasic",
    });
    await world.run();
    const id = world.idOf("Team Session");
    world.mailbox.changeEvent(id, at("19:00", "21:00"));
    world.graph.faults.add({ kind: "reset-after", ...SEND });
    await world.run();
    world.mailbox.changeEvent(id, at("16:00", "18:00"));
    world.graph.faults.add({ kind: "reset-before", ...SEND });
    assert.deepEqual(outcomesOf(await world.run({ resend: [id] })), ["pending resend"]);
    await world.clock.advance(15 * MINUTE_MS);
    assert.deepEqual(outcomesOf(await world.run()), ["sent moved"]);
  });

  test("one that was found is not sent again because a later one was not", async (t) => {
    const world = await verifying(t);
    const id = world.idOf("Team Session");
    world.graph.faults.add({ kind: "reset-after", ...SEND });
    await world.run();
    world.graph.faults.add({ kind: "reset-before", ...SEND });
    await world.run({ resend: [id] });
    await world.clock.advance(15 * MINUTE_MS);
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    assert.equal(world.mailbox.sent.length, 1);
  });
});

suite("a notice in doubt that cannot be searched for where it was sent", () => {
  test("is one that nobody can tell of when its team mails another way since", async (t) => {
    const world = await aWorld(t, { events: [session()], ownSender: true, alsoScope: "Mail.ReadBasic" });
    world.smtp.faults.add({ kind: "reset-after", method: "DATA" });
    assert.deepEqual(outcomesOf(await world.run()), ["pending new"]);
    await world.writeConfig("teams/robots.json", aTeam({ mail: { verify_sent: true } }));
    await world.clock.advance(15 * MINUTE_MS);
    assert.deepEqual(outcomesOf(await world.run()), ["sent resent_unverified"]);
  });

  test("is one that nobody can tell of when the search goes on failing", async (t) => {
    const world = await verifying(t);
    world.graph.faults.add({ kind: "reset-before", ...SEND });
    await world.run();
    world.graph.faults.add({ kind: "status", status: 403, path: "/me/messages", times: 0 });
    const actions: string[] = [];
    for (const minutes of [15, 60]) {
      await world.clock.advance(minutes * MINUTE_MS);
      actions.push((await world.run()).events[0]?.action ?? "");
    }
    assert.deepEqual([actions, world.mailbox.sent.length], [["pending", "sent"], 1]);
  });
});

suite("the ledger", () => {
  test("knows that a notice was begun before the mail leaves", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    world.graph.faults.add({ kind: "hang", method: "POST", path: "batch$" });
    const running = world.run();
    await world.arrived("POST", "$batch");
    assert.deepEqual(
      (await world.ledgerRows()).map(({ partitionKey, rowKey, state }) => [partitionKey, rowKey, state]),
      [["registration!002frobots", world.idOf("Team Session"), "intended"]],
    );
    await world.clock.advance(MINUTE_MS);
    await running;
  });

  test("lets a mark that was lost be written again, without a mail", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    await world.run();
    const id = world.idOf("Team Session");
    const mark = world.markOf(id);
    world.mailbox.removeExtension(id, "org.mantabots");
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    assert.deepEqual(world.markOf(id), mark);
    assert.equal(world.mailbox.sent.length, 1);
  });

  test("is restored from the marks when it is lost, and counts on from them", async (t) => {
    const world = await aWorld(t, { events: [session({ attendees: [invited(ADA)] })] });
    await world.run();
    const id = world.idOf("Team Session");
    world.mailbox.changeEvent(id, { attendees: [invited(ADA), invited(BLAISE)] });
    await world.run();
    await world.forgetLedger();
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    world.mailbox.removeExtension(id, "org.mantabots");
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    world.mailbox.changeEvent(id, { attendees: [invited(ADA), invited(BLAISE), invited(GRACE)] });
    assert.deepEqual(outcomesOf(await world.run()), ["sent new_attendees"]);
    assert.equal(world.markOf(id)?.["generation"], 3);
  });

  test("takes up what another program announced before", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    await world.run();
    const id = world.idOf("Team Session");
    const { generation: _, ...mark } = world.markOf(id) ?? {};
    world.mailbox.removeExtension(id, "org.mantabots");
    world.mailbox.setExtension(id, "org.mantabots", mark);
    await world.forgetLedger();
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    // The mark may stay as that program wrote it: nothing is announced twice without it, either.
    world.mailbox.removeExtension(id, "org.mantabots");
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    assert.equal(world.mailbox.sent.length, 1);
  });

  test("believes a program that announced and marked something else after our mark was there", async (t) => {
    const world = await aWorld(t, { events: [session()], team: { calendar: { full_day: "False" } } });
    await world.run();
    const id = world.idOf("Team Session");
    const { generation: _, ...mark } = world.markOf(id) ?? {};
    const evening = { start: "2026-11-04T00:00:00.000000+0000", end: "2026-11-04T02:00:00.000000+0000" };
    world.mailbox.changeEvent(id, { start: "2026-11-03T19:00:00", end: "2026-11-03T21:00:00" });
    world.mailbox.removeExtension(id, "org.mantabots");
    world.mailbox.setExtension(id, "org.mantabots", { ...mark, ...evening });
    assert.deepEqual(outcomesOf(await world.run({ dryRun: true })), ["skipped already_registered"]);
    world.mailbox.changeEvent(id, { start: "2026-11-03T16:00:00", end: "2026-11-03T18:00:00" });
    assert.deepEqual(outcomesOf(await world.run()), ["sent moved"]);
  });

  test("counts each change: a session that moves there and back is announced three times", async (t) => {
    const world = await aWorld(t, { events: [session()], team: { calendar: { days: 3 } } });
    const id = world.idOf("Team Session");
    const outcomes: string[][] = [];
    const days = ["2026-11-03", "2026-11-04", "2026-11-03"];
    for (const day of days) {
      world.mailbox.changeEvent(id, { start: `${day}T18:00:00`, end: `${day}T20:00:00` });
      outcomes.push(outcomesOf(await world.run()));
    }
    assert.deepEqual(outcomes, [["sent new"], ["sent moved"], ["sent moved"]]);
    assert.equal(new Set(messageIds(world)).size, 3);
  });

  test("counts removals: who is removed and added again is new", async (t) => {
    const world = await aWorld(t, { events: [session({ attendees: [invited(ADA), invited(GRACE)] })] });
    const id = world.idOf("Team Session");
    const outcomes: string[][] = [];
    for (const people of [[ADA, GRACE], [GRACE], [ADA, GRACE], [GRACE], [ADA, GRACE]]) {
      world.mailbox.changeEvent(id, { attendees: people.map((person) => invited(person)) });
      outcomes.push(outcomesOf(await world.run()));
    }
    assert.deepEqual(outcomes.flat(), [
      "sent new",
      "skipped removed_attendees",
      "sent new_attendees",
      "skipped removed_attendees",
      "sent new_attendees",
    ]);
    assert.equal(new Set(messageIds(world)).size, 3);
    assert.equal(world.markOf(id)?.["generation"], 5);
  });

  test("is left alone by a dry run and by a trial", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    await world.run({ dryRun: true });
    await world.run({ trial: true, to: "me@example.com" });
    assert.deepEqual(await world.ledgerRows(), []);
  });
});
