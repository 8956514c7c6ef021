import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import type { EventChanges } from "../../infra/local/emulators/graph/mailbox.ts";
import type { Run } from "../../shared/registration/run.ts";
import type { TeamFields } from "../worlds/registration-stage.ts";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { ADA, BLAISE, GRACE, invited, session } from "../worlds/seeds.ts";
import pythonMarks from "./fixtures/python-marks.json" with { type: "json" };

interface Announced extends World {
  eventId: string;
  /** Changes the session, and runs a pass. */
  afterChange(changes: EventChanges): Promise<Run>;
}

/** A world whose one session has been announced. */
async function announced(t: TestContext, team: TeamFields = {}): Promise<Announced> {
  const world = await aWorld(t, { events: [session()], team });
  assert.deepEqual(outcomesOf(await world.run()), ["sent new"]);
  const eventId = world.idOf("Team Session");
  return Object.assign(world, {
    eventId,
    afterChange: (changes: EventChanges) => {
      world.mailbox.changeEvent(eventId, changes);
      return world.run();
    },
  });
}

const HOURS = { calendar: { full_day: "False" } };

suite("after a session was announced", () => {
  test("somebody who is new is announced, and nobody else", async (t) => {
    const world = await announced(t);
    const run = await world.afterChange({ attendees: [invited(ADA), invited(BLAISE), invited(GRACE)] });
    assert.deepEqual(outcomesOf(run), ["sent new_attendees"]);
    assert.deepEqual(run.events[0]?.announced, {
      students: [{ name: "Blaise Pascal", mail: "blaise@example.org" }],
      adults: [],
      mentors: [],
    });
    assert.match(world.mailbox.sent[1]?.text ?? "", /Adults:\n\nMentors:\n\nStudents:\n- Blaise Pascal\n$/);
    // The new notice names no adult, and says so.
    assert.deepEqual([run.status, run.warnings], ["ok", ["no_adult"]]);
    assert.match(String(world.markOf(world.eventId)?.["students"]), /Ada.*;.*Blaise/);
    assert.notEqual(world.mailbox.sent[0]?.internetMessageId, world.mailbox.sent[1]?.internetMessageId);
  });

  test("somebody who does not come any more is forgotten without a mail, and new when coming back", async (t) => {
    const world = await announced(t);
    const without = await world.afterChange({ attendees: [invited(GRACE)] });
    assert.deepEqual([without.status, outcomesOf(without)], ["ok", ["skipped removed_attendees"]]);
    assert.equal(world.mailbox.sent.length, 1);
    assert.equal(world.markOf(world.eventId)?.["students"], "");
    assert.equal(world.markOf(world.eventId)?.["start"], "2026-11-03T05:00:00.000000+0000");
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);

    const again = await world.afterChange({ attendees: [invited(ADA), invited(GRACE)] });
    assert.deepEqual(outcomesOf(again), ["sent new_attendees"]);
    assert.deepEqual(again.events[0]?.announced.students, [
      { name: "Ada Lovelace", mail: "ada@example.org" },
    ]);
    assert.deepEqual(again.events[0]?.announced.adults, []);
    assert.equal(world.mailbox.sent.length, 2);
  });

  test("a session that nobody comes to any more mails nobody", async (t) => {
    const world = await announced(t);
    const run = await world.afterChange({ attendees: [] });
    assert.deepEqual([run.status, outcomesOf(run)], ["ok", ["skipped removed_attendees"]]);
    assert.deepEqual([world.markOf(world.eventId)?.["adults"], world.mailbox.sent.length], ["", 1]);
  });

  for (const [change, changes] of [
    ["starts earlier", { start: "2026-11-03T15:00:00" }],
    ["ends later", { end: "2026-11-03T19:00:00" }],
  ] as const) {
    test(`a session that ${change} is announced again, with all who come`, async (t) => {
      const world = await announced(t, HOURS);
      const run = await world.afterChange(changes);
      assert.deepEqual(outcomesOf(run), ["sent moved"]);
      assert.match(world.mailbox.sent[1]?.text ?? "", /Grace Hopper[^]*Ada Lovelace/);
      assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    });
  }

  test("a session that became shorter is not announced again, and neither when it is back at its hours", async (t) => {
    const world = await announced(t, HOURS);
    const shorter = { start: "2026-11-03T16:30:00", end: "2026-11-03T17:30:00" };
    assert.deepEqual(outcomesOf(await world.afterChange(shorter)), ["skipped shrunk"]);
    const back = { start: "2026-11-03T16:00:00", end: "2026-11-03T18:00:00" };
    assert.deepEqual(outcomesOf(await world.afterChange(back)), ["skipped already_registered"]);
    assert.equal(world.mailbox.sent.length, 1);
  });

  test("other hours of the same day change nothing for people who are announced by the day", async (t) => {
    const world = await announced(t);
    const other = { start: "2026-11-03T13:00:00", end: "2026-11-03T20:00:00" };
    assert.deepEqual(outcomesOf(await world.afterChange(other)), ["skipped already_registered"]);
  });

  test("a session that is cancelled mails nobody, and the report says so", async (t) => {
    const world = await announced(t);
    const run = await world.afterChange({ isCancelled: true });
    assert.deepEqual([run.status, outcomesOf(run)], ["ok", ["skipped cancelled"]]);
    assert.equal(world.mailbox.sent.length, 1);
  });

  test("the mark is made once, and changed from then on", async (t) => {
    const world = await announced(t);
    await world.afterChange({ attendees: [invited(ADA), invited(BLAISE), invited(GRACE)] });
    const path = `/events/${world.eventId}/extensions`;
    assert.deepEqual([world.requests("POST", path), world.requests("PATCH", path)], [1, 1]);
  });
});

suite("what the first program has marked", () => {
  const people = [
    { displayName: "Ada Lovelace", jobTitle: "Team Member", addresses: ["ada@example.org"] },
    { displayName: "Alan Turing", jobTitle: "Team Member", addresses: ["alan@example.org"] },
    GRACE,
  ];
  const attendees = people.map((person) => invited(person));
  const seedOf = (mark: Record<string, unknown>, invitees = attendees) => ({
    now: "2024-09-17T06:00:00Z",
    contacts: [...people, BLAISE],
    events: [
      session({
        start: "2024-09-17T16:00:00",
        end: "2024-09-17T18:00:00",
        attendees: invitees,
        extensions: { "org.mantabots": mark },
      }),
    ],
  });
  const mark = pythonMarks["a whole day in New York"];

  test("is registered, and not announced again", async (t) => {
    const world = await aWorld(t, seedOf(mark));
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    assert.deepEqual(world.markOf(world.idOf("Team Session")), mark);
  });

  test("is taken up: who is new is announced, and that program reads what is written then", async (t) => {
    const world = await aWorld(t, seedOf(mark, [...attendees, invited(BLAISE)]));
    const run = await world.run();
    assert.deepEqual(outcomesOf(run), ["sent new_attendees"]);
    const { sent, start, end, students, adults } = world.markOf(world.idOf("Team Session")) ?? {};
    assert.deepEqual([sent, start, end, adults], [true, mark.start, mark.end, mark.adults]);
    const names = String(students)
      .split(";")
      .map((text) => (JSON.parse(text) as { name: string }).name);
    assert.deepEqual(names, ["Ada Lovelace", "Alan Turing", "Blaise Pascal"]);
  });

  test("and cannot be read is a failure, never a first announcement", async (t) => {
    const world = await aWorld(t, seedOf({ ...mark, start: "yesterday" }));
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["partial", ["failed unread_mark"]]);
    assert.match(run.events[0]?.error ?? "", /start is not a date/);
    assert.equal(world.mailbox.sent.length, 0);
  });
});
