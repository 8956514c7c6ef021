import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { batchGet, type PartAnswer } from "../../shared/graph/batch.ts";
import type { Fault } from "../../infra/local/emulators/faults.ts";
import { manyMailboxesPace } from "../../shared/graph/pace.ts";
import { type BatchWorld, batchWorld } from "./batch-world.ts";

const SOON = { "retry-after": "7" };

function pathsOf(world: BatchWorld): string[] {
  return world.events.map((id) => `/me/events/${encodeURIComponent(id)}?$select=subject`);
}

function statesOf(answers: PartAnswer[]): (number | string)[] {
  return answers.map((answer) => ("status" in answer ? answer.status : answer.error));
}

function faultOn(world: BatchWorld, event: number, fault: Fault, times = 1): void {
  world.graph.faults.add({ ...fault, path: `${encodeURIComponent(world.events[event] ?? "")}\\?`, times });
}

test("many paths are read twenty a request, in their order", async (t) => {
  const world = await batchWorld(t, 43);
  const answers = await batchGet(world.road, pathsOf(world));
  const ids = answers.map((answer) => "status" in answer && (answer.body as { id: string }).id);
  assert.deepEqual(ids, world.events);
  assert.deepEqual(world.batches(), [20, 20, 3]);
});

suite("in a batch of reads", () => {
  for (const fault of [
    { kind: "status", status: 429, headers: { "Retry-After": "7" } },
    { kind: "status", status: 503, headers: SOON },
  ] satisfies Fault[]) {
    test(`a part that gets ${fault.status} is asked again by itself, after as long as it said`, async (t) => {
      const world = await batchWorld(t, 5);
      faultOn(world, 1, fault);
      faultOn(world, 3, { ...fault, headers: { "retry-after": "9" } });
      const answers = statesOf(await batchGet(world.road, pathsOf(world)));
      assert.deepEqual(answers, [200, 200, 200, 200, 200]);
      assert.deepEqual(world.batches(), [5, 2]);
      assert.deepEqual(
        world.clock.sleeps.filter((pause) => pause < 30_000),
        [9000],
      );
      assert.equal(world.counts.throttled, fault.status === 429 ? 2 : 0);
    });
  }

  test("a part that fails for good keeps its answer, and is not asked again", async (t) => {
    const world = await batchWorld(t, 3);
    faultOn(world, 1, { kind: "status", status: 403 });
    assert.deepEqual(statesOf(await batchGet(world.road, pathsOf(world))), [200, 403, 200]);
    assert.deepEqual(world.batches(), [3]);
  });

  test("a part whose token ran out on the way is asked again once", async (t) => {
    const world = await batchWorld(t, 3);
    faultOn(world, 1, { kind: "status", status: 401 });
    faultOn(world, 2, { kind: "status", status: 401 }, 0);
    assert.deepEqual(statesOf(await batchGet(world.road, pathsOf(world))), [200, 200, 401]);
    assert.deepEqual(world.batches(), [3, 2]);
  });

  test("a part that fails in passing to the end keeps its last answer", async (t) => {
    const world = await batchWorld(t, 3);
    faultOn(world, 1, { kind: "status", status: 503, headers: SOON }, 0);
    assert.deepEqual(statesOf(await batchGet(world.road, pathsOf(world))), [200, 503, 200]);
    assert.deepEqual(world.batches(), [3, 1, 1, 1, 1]);
  });

  test("a part that is to wait for longer than anybody waits keeps its answer, and no other from being asked again", async (t) => {
    const world = await batchWorld(t, 3);
    faultOn(world, 1, { kind: "status", status: 503, headers: { "retry-after": "61" } });
    faultOn(world, 2, { kind: "status", status: 503, headers: SOON });
    assert.deepEqual(statesOf(await batchGet(world.road, pathsOf(world))), [200, 503, 200]);
    assert.deepEqual(world.batches(), [3, 1]);
  });

  test("a batch that fails as a whole takes no other with it", async (t) => {
    const world = await batchWorld(t, 21);
    world.graph.faults.add({ kind: "status", status: 503, headers: SOON, path: "batch$", times: 5 });
    const answers = statesOf(await batchGet(world.road, pathsOf(world)));
    assert.match(String(answers[0]), /503/);
    assert.deepEqual([new Set(answers.slice(0, 20)).size, answers[20]], [1, 200]);
  });
});

suite("in batches about many mailboxes", () => {
  const reach = "many mailboxes";
  const busy = { kind: "status", status: 429, headers: { "retry-after": "7" } } satisfies Fault;

  test("one that is busy keeps no other waiting, and is asked again by itself", async (t) => {
    const world = await batchWorld(t, 45);
    const road = await world.openRoad({ pace: manyMailboxesPace(world) });
    faultOn(world, 1, busy);
    assert.deepEqual(new Set(statesOf(await batchGet(road, pathsOf(world), { reach }))), new Set([200]));
    assert.deepEqual(world.batches(), [20, 20, 5, 1]);
    assert.deepEqual(
      world.clock.sleeps.filter((pause) => pause < 30_000),
      [7000],
    );
  });

  test("one that is to be left alone for minutes keeps no other waiting, though it is alone in its batch", async (t) => {
    const world = await batchWorld(t, 21);
    const pace = manyMailboxesPace(world);
    const road = await world.openRoad({ pace });
    faultOn(world, 20, { ...busy, headers: { "retry-after": "120" } });
    const answers = statesOf(await batchGet(road, pathsOf(world), { reach }));
    assert.deepEqual([new Set(answers.slice(0, 20)), answers[20]], [new Set([200]), 429]);
    assert.equal(pace.restMs(), 0);
  });

  test("a full batch that is told to wait from end to end is about all: nobody sends before the time is over", async (t) => {
    const world = await batchWorld(t, 21);
    const pace = manyMailboxesPace(world);
    const road = await world.openRoad({ pace });
    const long = { ...busy, headers: { "retry-after": "120" } };
    for (let event = 0; event < 19; event += 1) faultOn(world, event, long);
    await batchGet(road, pathsOf(world), { reach });
    assert.equal(pace.restMs(), 0);
    for (let event = 0; event < 20; event += 1) faultOn(world, event, long);
    await batchGet(road, pathsOf(world), { reach });
    assert.ok(pace.restMs() > 100_000, String(pace.restMs()));
  });

  test("when the batch itself is refused, nobody sends before the time is over", async (t) => {
    const world = await batchWorld(t, 2);
    const pace = manyMailboxesPace(world);
    const road = await world.openRoad({ pace });
    world.graph.faults.add({ ...busy, path: "batch$" });
    const start = world.clock.now().getTime();
    const reading = batchGet(road, pathsOf(world), { reach });
    assert.deepEqual(statesOf(await reading), [200, 200]);
    assert.equal(world.clock.now().getTime() - start, 7000);
  });
});
