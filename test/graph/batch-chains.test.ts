import assert from "node:assert/strict";
import { suite, test } from "node:test";
import pLimit from "p-limit";
import { runChains, type Step, type StepOutcome } from "../../shared/graph/batch-chains.ts";
import type { FaultRule } from "../../infra/local/emulators/faults.ts";
import { type BatchWorld, batchWorld, statesOf } from "./batch-world.ts";

const SOON = { "retry-after": "3" };
const SEND = "/me/sendMail$";
const MARK = "/extensions$";

/** For each event a chain that sends its notice and then marks it. */
function notices(world: BatchWorld, count: number, options?: { attempts?: number }): Step[][] {
  return Array.from({ length: count }, (_, event) => [world.send(event), world.mark(event, options)]);
}

function run(
  world: BatchWorld,
  chains: Step[][],
  signal = new AbortController().signal,
): Promise<StepOutcome[][]> {
  return runChains(world.road, chains, { signal });
}

const DONE = "202 201";

interface Case {
  name: string;
  faults: FaultRule[];
  /** Of three chains. */
  states: string[];
  sent?: number[];
  marked?: boolean[];
  batches: number[];
  waited?: number[];
}

const CASES: Case[] = [
  { name: "all is well", faults: [], states: [DONE, DONE, DONE], batches: [6] },
  {
    name: "a notice is refused: its event is not marked, and the others go on",
    faults: [{ kind: "status", status: 400, path: SEND, after: 1 }],
    states: [DONE, "400 not_run", DONE],
    sent: [1, 0, 1],
    marked: [true, false, true],
    batches: [6, 2],
  },
  {
    name: "a notice is throttled: it is sent later, once",
    faults: [{ kind: "status", status: 429, headers: { "Retry-After": "3" }, path: SEND, after: 1 }],
    states: [DONE, DONE, DONE],
    batches: [6, 4],
    waited: [3000],
  },
  {
    name: "a mark is throttled: the others go out before it is tried again",
    faults: [{ kind: "status", status: 429, headers: SOON, path: MARK, times: 2 }],
    states: [DONE, DONE, DONE],
    batches: [6, 3, 3],
    waited: [3000, 3000],
  },
  {
    name: "a mark fails in passing: it is written again, and the others do not wait for it",
    faults: [{ kind: "status", status: 503, headers: SOON, path: MARK }],
    states: [DONE, DONE, DONE],
    batches: [6, 4, 1],
  },
  {
    name: "a mark fails in passing to the end",
    faults: [{ kind: "status", status: 503, headers: SOON, path: MARK, times: 0 }],
    states: ["202 503", "202 503", "202 503"],
    marked: [false, false, false],
    batches: [],
  },
  {
    name: "a mark is throttled to the end",
    faults: [{ kind: "status", status: 429, headers: SOON, path: MARK, times: 0 }],
    states: ["202 not_run", "202 not_run", "202 not_run"],
    marked: [false, false, false],
    batches: [],
  },
  {
    name: "all is throttled to the end",
    faults: [{ kind: "status", status: 429, headers: SOON, path: SEND, times: 0 }],
    states: ["not_run not_run", "not_run not_run", "not_run not_run"],
    sent: [0, 0, 0],
    marked: [false, false, false],
    batches: [6, 6, 6, 6, 6],
    waited: [3000, 3000, 3000, 3000],
  },
  {
    name: "a notice gets a 503: it may have gone out, so it is neither repeated nor marked",
    faults: [{ kind: "status", status: 503, headers: SOON, path: SEND, after: 1 }],
    states: [DONE, "unknown not_run", DONE],
    sent: [1, 0, 1],
    marked: [true, false, true],
    batches: [6, 2],
    waited: [],
  },
  {
    name: "the answer to a part is lost after its effect",
    faults: [{ kind: "reset-after", path: SEND, after: 1 }],
    states: [DONE, "unknown not_run", DONE],
    sent: [1, 1, 1],
    marked: [true, false, true],
    batches: [6, 2],
  },
  {
    name: "the answer to the batch is lost after its effect: nothing is sent again",
    faults: [{ kind: "reset-after", path: "batch$" }],
    states: ["unknown unknown", "unknown unknown", "unknown unknown"],
    batches: [6],
  },
  {
    name: "the batch is lost on its way: that cannot be told from a lost answer",
    faults: [{ kind: "reset-before", path: "batch$" }],
    states: ["unknown unknown", "unknown unknown", "unknown unknown"],
    sent: [0, 0, 0],
    marked: [false, false, false],
    batches: [],
  },
  {
    name: "the batch is throttled as a whole: nothing of it ran",
    faults: [{ kind: "status", status: 429, headers: SOON, path: "batch$", times: 2 }],
    states: [DONE, DONE, DONE],
    batches: [6, 6, 6],
    waited: [3000, 3000],
  },
  {
    name: "the batch is throttled as a whole to the end",
    faults: [{ kind: "status", status: 429, headers: SOON, path: "batch$", times: 0 }],
    states: ["not_run not_run", "not_run not_run", "not_run not_run"],
    sent: [0, 0, 0],
    marked: [false, false, false],
    batches: [6, 6, 6, 6, 6],
  },
  {
    name: "the batch is refused as a whole",
    faults: [{ kind: "status", status: 403, path: "batch$", times: 0 }],
    states: ["not_run not_run", "not_run not_run", "not_run not_run"],
    sent: [0, 0, 0],
    marked: [false, false, false],
    batches: [6],
  },
  {
    name: "the batch gets a 503",
    faults: [{ kind: "status", status: 503, path: "batch$" }],
    states: ["unknown unknown", "unknown unknown", "unknown unknown"],
    sent: [0, 0, 0],
    marked: [false, false, false],
    batches: [6],
  },
  {
    name: "the token runs out on the way",
    faults: [{ kind: "status", status: 401, path: MARK, after: 1 }],
    states: [DONE, DONE, DONE],
    batches: [6, 3],
  },
  {
    name: "a Retry-After is longer than is waited for",
    faults: [
      { kind: "status", status: 429, headers: { "retry-after": "3600" }, path: SEND, after: 1, times: 0 },
    ],
    states: [DONE, "not_run not_run", "not_run not_run"],
    sent: [1, 0, 0],
    marked: [true, false, false],
    batches: [6],
    waited: [],
  },
];

suite("three notices, each sent and then marked, in one batch after the other, when", () => {
  for (const { name, faults, states, batches, waited, ...effect } of CASES) {
    test(name, async (t) => {
      const world = await batchWorld(t, 3);
      for (const fault of faults) world.graph.faults.add(fault);
      const outcomes = await run(world, notices(world, 3));
      assert.deepEqual(statesOf(outcomes), states);
      const events = [0, 1, 2];
      assert.deepEqual(
        events.map((event) => world.sent(event)),
        effect.sent ?? [1, 1, 1],
      );
      assert.deepEqual(
        events.map((event) => world.isMarked(event)),
        effect.marked ?? [true, true, true],
      );
      if (batches.length > 0) assert.deepEqual(world.batches(), batches);
      if (waited)
        assert.deepEqual(
          world.clock.sleeps.filter((pause) => pause < 30_000),
          waited,
        );
    });
  }
});

suite("marks alone", () => {
  test("are repeated when an answer is lost, since that does no harm", async (t) => {
    const world = await batchWorld(t, 3);
    world.graph.faults.add({ kind: "reset-after", path: "batch$" });
    const chains = [0, 1, 2].map((event) => [world.mark(event)]);
    assert.deepEqual(statesOf(await run(world, chains)), ["201", "201", "201"]);
  });

  test("of which an answer was lost stay in doubt when they are throttled to the end", async (t) => {
    const world = await batchWorld(t, 1);
    world.graph.faults.add({ kind: "reset-after", path: "batch$" });
    world.graph.faults.add({ kind: "status", status: 429, headers: SOON, path: MARK, times: 0 });
    assert.deepEqual(statesOf(await run(world, [[world.mark(0)]])), ["unknown"]);
  });

  test("of which no answer ever comes are in doubt", async (t) => {
    const world = await batchWorld(t, 2);
    world.graph.faults.add({ kind: "reset-after", path: "batch$", times: 0 });
    const chains = [0, 1].map((event) => [world.mark(event)]);
    assert.deepEqual(statesOf(await run(world, chains)), ["unknown", "unknown"]);
  });
});

suite("a lane", () => {
  test("begins nothing once its signal has aborted, and says why", async (t) => {
    const world = await batchWorld(t, 2);
    const outcomes = await run(world, notices(world, 2), AbortSignal.abort(new Error("the lock is lost")));
    assert.deepEqual(statesOf(outcomes), ["not_run not_run", "not_run not_run"]);
    assert.match(JSON.stringify(outcomes), /not begun any more: the lock is lost/);
    assert.equal(world.counts.requests, 0);
  });

  test("whose signal aborts while a batch is under way ends with it", async (t) => {
    const world = await batchWorld(t, 12);
    const lock = new AbortController();
    const atMark = {
      decide: ({ target }: { target: string }) => void (target.endsWith("/extensions") && lock.abort()),
    };
    world.graph.faults.add(atMark);
    const outcomes = statesOf(await run(world, notices(world, 12), lock.signal));
    assert.deepEqual(outcomes, [...Array(10).fill(DONE), "not_run not_run", "not_run not_run"]);
    assert.deepEqual(world.batches(), [20]);
  });

  test("whose signal aborts while it waits begins nothing more", async (t) => {
    const world = await batchWorld(t, 2);
    const lock = new AbortController();
    world.graph.faults.add({ kind: "status", status: 429, headers: { "retry-after": "50" }, path: SEND });
    const running = run(world, notices(world, 2), lock.signal);
    await world.clock.asleep(50_000);
    lock.abort(new Error("the lock is lost"));
    assert.deepEqual(statesOf(await running), ["not_run not_run", "not_run not_run"]);
    assert.deepEqual(world.batches(), [4]);
  });

  test("does not begin what waits for its turn at the mailbox when its signal aborts", async (t) => {
    const world = await batchWorld(t, 1);
    const limit = pLimit(1);
    const turn = Promise.withResolvers<void>();
    void limit(() => turn.promise);
    const lock = new AbortController();
    const road = await world.openRoad({ limit });
    const running = runChains(road, notices(world, 1), { signal: lock.signal });
    while (limit.pendingCount === 0) await new Promise(setImmediate);
    lock.abort(new Error("the lock is lost"));
    turn.resolve();
    assert.deepEqual(statesOf(await running), ["not_run not_run"]);
    assert.equal(world.counts.requests, 0);
  });

  test("whose deadline ends a batch that is under way does not know what of it ran", async (t) => {
    const world = await batchWorld(t, 1);
    const deadline = new AbortController();
    world.graph.faults.add({ kind: "hang", path: "batch$" });
    const road = await world.openRoad({ signal: deadline.signal });
    const running = runChains(road, notices(world, 1), { signal: deadline.signal });
    while (world.counts.requests === 0) await new Promise(setImmediate);
    deadline.abort(new Error("no time left"));
    assert.deepEqual(statesOf(await running), ["unknown unknown"]);
  });

  test("gives a batch 30 seconds, and 10 more for each of its parts", async (t) => {
    const world = await batchWorld(t, 2);
    world.graph.faults.add({ kind: "hang", path: "batch$" });
    const running = run(world, notices(world, 2));
    await world.clock.asleep(70_000);
    await world.clock.advance(70_000);
    assert.deepEqual(statesOf(await running), ["unknown unknown", "unknown unknown"]);
  });

  test("finds out that a service which is not there did nothing", async (t) => {
    const world = await batchWorld(t, 1);
    await world.close();
    assert.deepEqual(statesOf(await run(world, notices(world, 1))), ["not_run not_run"]);
    assert.equal(world.counts.requests, 5);
  });

  test("repeats neither the mail nor its text in an error", async (t) => {
    const world = await batchWorld(t, 1);
    world.graph.faults.add({ kind: "status", status: 400, path: SEND });
    const [[outcome] = []] = await run(world, notices(world, 1));
    assert.ok(outcome?.state === "answered");
    assert.match(
      outcome.error ?? "",
      /^Microsoft Graph answered POST \/me\/sendMail with 400 UnknownError: /,
    );
    assert.doesNotMatch(outcome.error ?? "", /Who comes/);
  });
});

test("two hundred notices in four lanes are sent and marked once each, four requests at a time at the most", async (t) => {
  const world = await batchWorld(t, 200);
  const chains = notices(world, 200);
  // As long as nothing takes any time, nothing overlaps.
  world.graph.faults.latencyMs = 1;
  const lanes = [0, 1, 2, 3].map((lane) => chains.filter((_, index) => index % 4 === lane));
  const outcomes = await Promise.all(lanes.map((lane) => run(world, lane)));
  assert.deepEqual(new Set(outcomes.flatMap(statesOf)), new Set([DONE]));
  assert.equal(Math.max(...world.graph.stats.maxInFlight.values()), 4);
  assert.deepEqual([world.graph.stats.throttled, world.counts.requests], [0, 20]);
  const events = [...world.events.keys()];
  assert.deepEqual(
    new Set(events.map((event) => [world.sent(event), world.isMarked(event)].join())),
    new Set(["1,true"]),
  );
});

test("a mark that is throttled for long keeps no other notice of its lane waiting", async (t) => {
  const world = await batchWorld(t, 5);
  world.graph.faults.add({ kind: "status", status: 429, headers: SOON, path: MARK, times: 0 });
  const outcomes = await run(world, notices(world, 5, { attempts: 20 }));
  assert.deepEqual(new Set(statesOf(outcomes)), new Set(["202 not_run"]));
  const order = world.graph.exchanges.length;
  // All have gone out in the first two batches; the rest is spent on the marks.
  assert.deepEqual(world.batches().slice(0, 3), [10, 5, 5]);
  assert.ok(order > 20 && order < 40, `${order} requests`);
});
