import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { FaultRule } from "../../infra/local/emulators/faults.ts";
import type { Run } from "../../shared/registration/run.ts";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { sessions } from "../worlds/seeds.ts";

const DEADLINE_MS = 170_000;
/**
 * The world's clock passes it by itself, for each of the requests that wait at once: so many must not come near the half a
 * minute that storage has for its answer.
 */
const PAUSE_SECONDS = 2;
const AT_ONCE = 4;

async function timed(world: World): Promise<{ run: Run; tookMs: number }> {
  const before = world.clock.now().getTime();
  const run = await world.run();
  return { run, tookMs: world.clock.now().getTime() - before };
}

function storm(rule: Partial<FaultRule>): FaultRule {
  const headers = { "retry-after": String(PAUSE_SECONDS) };
  return { kind: "status", status: 429, headers, times: 0, ...rule };
}

suite("a pass that meets a throttle", () => {
  test("slows down, does all it has to, and says so", async (t) => {
    const world = await aWorld(t, { events: sessions(12) });
    world.graph.faults.add(storm({ path: "sendMail$", times: 3 }));
    const { run, tookMs } = await timed(world);
    assert.deepEqual(
      [run.status, run.warnings, new Set(outcomesOf(run))],
      ["ok", ["throttled"], new Set(["sent new"])],
    );
    assert.equal(world.mailbox.sent.length, 12);
    assert.ok(tookMs >= PAUSE_SECONDS * 1000 && tookMs < DEADLINE_MS, `${tookMs} ms`);
  });

  test("that does not end gives up in time, and the next one sends what it did not", async (t) => {
    const world = await aWorld(t, { events: sessions(12) });
    world.graph.faults.add(storm({ path: "sendMail$", after: 3 }));
    const { run, tookMs } = await timed(world);
    assert.deepEqual([run.status, run.warnings], ["partial", ["throttled"]]);
    assert.equal(outcomesOf(run).filter((outcome) => outcome === "sent new").length, 3);
    assert.equal(world.mailbox.sent.length, 3);
    assert.ok(tookMs < DEADLINE_MS, `${tookMs} ms`);

    world.graph.faults.clear();
    assert.equal((await world.run()).status, "ok");
    assert.equal(world.mailbox.sent.length, 12);
  });

  test("of its marks only has sent everything, and ends in time", async (t) => {
    const world = await aWorld(t, { events: sessions(12) });
    world.graph.faults.add(storm({ path: "/extensions$" }));
    const { run, tookMs } = await timed(world);
    assert.deepEqual([run.status, run.warnings.toSorted()], ["partial", ["mark_failed", "throttled"]]);
    assert.equal(world.mailbox.sent.length, 12);
    assert.ok(tookMs < DEADLINE_MS + AT_ONCE * PAUSE_SECONDS * 1000, `${tookMs} ms`);
  });

  test("for longer than anybody waits ends at once, and so does whoever comes before that is over", async (t) => {
    const world = await aWorld(t, { events: sessions(2) });
    world.graph.faults.add(storm({ path: "calendarView", headers: { "retry-after": "900" }, times: 1 }));
    const first = await world.run();
    assert.deepEqual([first.status, first.error?.code], ["failed", "throttled"]);
    const requests = world.graph.exchanges.length;
    const second = await world.run();
    assert.deepEqual([second.status, second.error?.code], ["failed", "throttled"]);
    assert.match(second.error?.message ?? "", /left alone until 2026-11-03T12:15/);
    assert.equal(world.graph.exchanges.length, requests);
    await world.clock.advance(900_000);
    assert.equal((await world.run()).status, "ok");
  });
});
