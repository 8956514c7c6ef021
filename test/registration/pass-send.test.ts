import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Fault } from "../../infra/local/emulators/faults.ts";
import { aWorld, outcomesOf, rowOf } from "../worlds/registration-world.ts";
import { session, sessions } from "../worlds/seeds.ts";

const SEND = { method: "POST", path: "/sendMail$" };
const MINUTE_MS = 60_000;

suite("a mail whose sending ends without an answer that counts", () => {
  for (const [what, fault, mails] of [
    ["500", { kind: "status", status: 500 }, 0],
    ["503", { kind: "status", status: 503, headers: { "retry-after": "1" } }, 0],
    ["504", { kind: "status", status: 504 }, 0],
    ["a connection that breaks before it was taken", { kind: "reset-before" }, 0],
    ["a connection that breaks after it was taken", { kind: "reset-after" }, 1],
  ] satisfies [string, Fault, number][]) {
    test(`in ${what} is asked for once, and its event waits without a mark`, async (t) => {
      const world = await aWorld(t, { events: sessions(2) });
      world.graph.faults.add({ ...fault, ...SEND });
      const run = await world.run();
      const pending = run.events.find(({ action }) => action === "pending");
      assert.ok(pending, JSON.stringify(run));
      assert.deepEqual([run.status, outcomesOf(run).sort()], ["partial", ["pending new", "sent new"]]);
      assert.match(pending.error ?? "", /^It is not known whether the notice was sent: /);
      assert.equal(world.requests("POST", "/extensions"), 1);
      assert.equal(world.requests("POST", "/sendMail"), 2);
      assert.equal(world.mailbox.sent.length, 1 + mails);
      assert.equal(world.markOf(pending.eventId), undefined);
    });
  }

  test("in silence is given up after a while, and asked for once", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    world.graph.faults.add({ kind: "hang", method: "POST", path: "batch$" });
    const running = world.run();
    await world.arrived("POST", "$batch");
    await world.clock.advance(MINUTE_MS);
    const run = await running;
    assert.deepEqual([run.status, outcomesOf(run)], ["partial", ["pending new"]]);
    assert.match(run.events[0]?.error ?? "", /Not done within 50 s/);
    assert.equal(world.requests("POST", "$batch"), 1);
    assert.equal(world.markOf(world.idOf("Team Session")), undefined);
  });
});

suite("a mail that Microsoft refuses", () => {
  test("with 429 is sent after the pause it asks for, once", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    const headers = { "retry-after": "5" };
    world.graph.faults.add({ kind: "status", status: 429, headers, ...SEND, times: 2 });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run), run.warnings], ["ok", ["sent new"], ["throttled"]]);
    assert.deepEqual([world.mailbox.sent.length, world.requests("POST", "/sendMail")], [1, 3]);
    assert.deepEqual(world.clock.sleeps.filter((pause) => pause === 5000).length, 2);
  });

  test("with 429 without end fails, and goes out with the next pass", async (t) => {
    const world = await aWorld(t, { events: sessions(2) });
    const headers = { "retry-after": "1" };
    world.graph.faults.add({ kind: "status", status: 429, headers, ...SEND, times: 0 });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["partial", ["failed new", "failed new"]]);
    world.graph.faults.clear();
    const next = await world.run();
    assert.deepEqual([next.status, outcomesOf(next)], ["ok", ["sent new", "sent new"]]);
    assert.equal(world.mailbox.sent.length, 2);
  });

  test("for its own sake fails alone", async (t) => {
    const world = await aWorld(t, { events: sessions(3) });
    const error = { code: "ErrorMessageSubmissionBlocked", message: "Cannot send mail." };
    world.graph.faults.add({ kind: "status", status: 403, body: { error }, ...SEND });
    const run = await world.run();
    assert.deepEqual(
      [run.status, outcomesOf(run).sort()],
      ["partial", ["failed new", "sent new", "sent new"]],
    );
    const failed = run.events.find(({ action }) => action === "failed");
    assert.match(
      failed?.error ?? "",
      /^The notice was not sent: .*403 ErrorMessageSubmissionBlocked: Cannot send mail/,
    );
    const next = await world.run();
    assert.equal(rowOf(next, failed?.eventId ?? "").action, "sent");
  });

  test("because the token was revoked meanwhile is sent with a new token", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    world.graph.faults.add({ kind: "status", status: 401, method: "POST", path: "batch$" });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run), world.mailbox.sent.length], ["ok", ["sent new"], 1]);
    assert.equal(world.login.exchanges.length, 2);
  });
});

test("two notices of one announcement bear the same Message-ID, those of two changes do not", async (t) => {
  const world = await aWorld(t, { events: [session()] });
  world.graph.faults.add({ kind: "reset-after", ...SEND });
  await world.run();
  await world.clock.advance(10 * MINUTE_MS);
  assert.deepEqual(outcomesOf(await world.run()), ["sent resent_unverified"]);
  world.mailbox.changeEvent(world.idOf("Team Session"), { end: "2026-11-04T18:00:00" });
  await world.run();
  const [first, second, third] = world.mailbox.sent.map(({ internetMessageId }) => internetMessageId);
  assert.equal(first, second);
  assert.ok(third);
  assert.notEqual(third, second);
});
