import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Fault } from "../../infra/local/emulators/faults.ts";
import { aWorld, outcomesOf, rowOf } from "../worlds/registration-world.ts";
import { BLAISE, GRACE, invited, session, sessions } from "../worlds/seeds.ts";

const SOON = { "retry-after": "1" };

suite("where the calendar view does not bring the marks along", () => {
  test("they are asked for in a batch, where 404 means that there is none", async (t) => {
    const world = await aWorld(t, { events: sessions(25) });
    world.graph.settings.extensionExpand = "ignores";
    const first = await world.run();
    assert.deepEqual([first.status, new Set(outcomesOf(first))], ["ok", new Set(["sent new"])]);
    // Two to ask, five to send.
    assert.deepEqual([world.requests("POST", "/$batch"), world.requests("GET", "/extensions/")], [7, 25]);
    const second = await world.run();
    assert.deepEqual(new Set(outcomesOf(second)), new Set(["skipped already_registered"]));
    assert.equal(world.mailbox.sent.length, 25);
  });

  test("a mark that was found there is changed, not made anew", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    world.graph.settings.extensionExpand = "ignores";
    await world.run();
    world.mailbox.changeEvent(world.idOf("Team Session"), { attendees: [invited(BLAISE), invited(GRACE)] });
    assert.deepEqual(outcomesOf(await world.run()), ["sent new_attendees"]);
    assert.deepEqual([world.requests("POST", "/extensions"), world.requests("PATCH", "/extensions")], [1, 1]);
  });

  test("only those are asked for that the view says nothing of", async (t) => {
    const world = await aWorld(t, { events: sessions(3) });
    world.graph.settings.extensionExpand = "omits-empty";
    await world.run();
    assert.equal(world.requests("GET", "/extensions/"), 3);
    assert.deepEqual(new Set(outcomesOf(await world.run())), new Set(["skipped already_registered"]));
    assert.equal(world.requests("GET", "/extensions/"), 3);
  });

  for (const fault of [
    { kind: "status", status: 500 },
    { kind: "status", status: 429, headers: SOON },
    { kind: "hang" },
  ] satisfies Fault[]) {
    const what = "status" in fault ? String(fault.status) : "no answer in time";
    test(`an event whose mark gets ${what} is asked for again, alone`, async (t) => {
      const world = await aWorld(t, { events: sessions(3) });
      world.graph.settings.extensionExpand = "ignores";
      world.graph.faults.add({ ...fault, method: "GET", path: "/extensions/", after: 1 });
      const run = await world.run();
      assert.deepEqual([run.status, new Set(outcomesOf(run))], ["ok", new Set(["sent new"])]);
      assert.equal(world.mailbox.sent.length, 3);
    });
  }

  for (const fault of [
    { kind: "status", status: 500, headers: SOON },
    { kind: "status", status: 429, headers: SOON },
    { kind: "status", status: 403 },
  ] satisfies Fault[]) {
    test(`an event whose mark gets ${fault.status} to the end is not announced, and the others are`, async (t) => {
      const world = await aWorld(t, { events: sessions(3) });
      world.graph.settings.extensionExpand = "ignores";
      const path = `${encodeURIComponent(world.idOf("Team Session 2"))}/extensions/`;
      world.graph.faults.add({ ...fault, method: "GET", path, times: 0 });
      const run = await world.run();
      assert.deepEqual(
        [run.status, outcomesOf(run)],
        ["partial", ["sent new", "failed unread_mark", "sent new"]],
      );
      assert.match(run.events[1]?.error ?? "", /^What was announced before could not be read: /);
      assert.equal(world.mailbox.sent.length, 2);
      assert.equal(world.markOf(world.idOf("Team Session 2")), undefined);

      world.graph.faults.clear();
      const next = await world.run();
      assert.deepEqual(outcomesOf(next), [
        "skipped already_registered",
        "sent new",
        "skipped already_registered",
      ]);
    });
  }

  test("a batch that fails as a whole takes no other with it", async (t) => {
    const world = await aWorld(t, { events: sessions(22) });
    world.graph.settings.extensionExpand = "ignores";
    world.graph.faults.add({ kind: "status", status: 503, headers: SOON, path: "batch$", times: 5 });
    const run = await world.run();
    const outcomes = outcomesOf(run);
    assert.deepEqual(new Set(outcomes.slice(0, 20)), new Set(["failed unread_mark"]));
    assert.deepEqual([run.status, outcomes.slice(20)], ["partial", ["sent new", "sent new"]]);
  });
});

suite("a mark that cannot be written", () => {
  test("leaves the notice sent, and says so; the next pass writes it without another mail", async (t) => {
    const world = await aWorld(t, { events: sessions(2) });
    // Behind both mails, and one of the two once more.
    world.graph.faults.add({ kind: "status", status: 403, method: "POST", path: "/extensions$", times: 3 });
    const run = await world.run();
    const failed = run.events.find(({ error }) => error !== undefined);
    assert.ok(failed);
    assert.deepEqual(
      [run.status, outcomesOf(run), run.warnings],
      ["partial", ["sent new", "sent new"], ["mark_failed"]],
    );
    assert.match(failed.error ?? "", /^The notice was sent, but the event could not be marked: .* 403 /);
    assert.equal(world.markOf(failed.eventId), undefined);

    const next = await world.run();
    assert.deepEqual([rowOf(next, failed.eventId).reason, next.status], ["already_registered", "ok"]);
    assert.equal(world.mailbox.sent.length, 2);
    assert.equal(world.markOf(failed.eventId)?.["sent"], true);
  });

  test("at first is tried again, without another mail", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    const path = "/extensions$";
    world.graph.faults.add({ kind: "status", status: 503, headers: SOON, method: "POST", path });
    world.graph.faults.add({ kind: "reset-after", method: "POST", path });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run), world.mailbox.sent.length], ["ok", ["sent new"], 1]);
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
  });

  test("is tried through a storm of throttling, since what it remembers has happened", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    const storm = { kind: "status", status: 429, headers: { "retry-after": "1" }, times: 15 } as const;
    world.graph.faults.add({ ...storm, method: "POST", path: "/extensions$" });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run), run.warnings], ["ok", ["sent new"], ["throttled"]]);
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
    assert.equal(world.mailbox.sent.length, 1);
  });

  test("keeps no other notice from going out, however long it is tried", async (t) => {
    const world = await aWorld(t, { events: sessions(16) });
    const storm = { kind: "status", status: 429, headers: { "retry-after": "1" }, times: 0 } as const;
    world.graph.faults.add({ ...storm, method: "POST", path: "/extensions$" });
    const run = await world.run();
    assert.deepEqual(new Set(outcomesOf(run)), new Set(["sent new"]));
    assert.equal(world.mailbox.sent.length, 16);
    assert.deepEqual([run.status, run.warnings.toSorted()], ["partial", ["mark_failed", "throttled"]]);
  });

  test("because somebody has deleted it meanwhile is made anew", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    await world.run();
    world.mailbox.changeEvent(world.idOf("Team Session"), { attendees: [invited(GRACE)] });
    const gone = { error: { code: "ErrorItemNotFound", message: "The specified object was not found." } };
    world.graph.faults.add({
      kind: "status",
      status: 404,
      body: gone,
      method: "PATCH",
      path: "/extensions/",
    });
    assert.deepEqual(outcomesOf(await world.run()), ["skipped removed_attendees"]);
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
  });

  test("when somebody has left is told as well", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    await world.run();
    world.mailbox.changeEvent(world.idOf("Team Session"), { attendees: [invited(GRACE)] });
    world.graph.faults.add({ kind: "status", status: 403, method: "PATCH", path: "/extensions/" });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["partial", ["skipped removed_attendees"]]);
    assert.match(run.events[0]?.error ?? "", /^The event could not be marked: /);
    assert.deepEqual(run.warnings, ["mark_failed"]);
  });
});

test("a mark that says nothing intelligible stops its event, until somebody asks to announce it again", async (t) => {
  const world = await aWorld(t, { events: [session()] });
  const id = world.idOf("Team Session");
  world.mailbox.setExtension(id, "org.mantabots", { sent: true, start: "yesterday", end: "", students: "" });
  const run = await world.run();
  assert.deepEqual(outcomesOf(run), ["failed unread_mark"]);
  assert.match(run.events[0]?.error ?? "", /`resend` to announce it again/);
  assert.deepEqual(outcomesOf(await world.run({ resend: [id] })), ["sent resend"]);
  assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
});
