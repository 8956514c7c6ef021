import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import * as fc from "fast-check";
import type { Fault } from "../../infra/local/emulators/faults.ts";
import { runChains, type StepOutcome } from "../../shared/graph/batch-chains.ts";
import { randomSeed } from "../registration/random-seed.ts";
import { type BatchWorld, batchWorld, stateOf } from "./batch-world.ts";

const SOON = { "retry-after": "1" };
const FAULTS: Fault[] = [
  { kind: "status", status: 429, headers: { "Retry-After": "2" } },
  { kind: "status", status: 429 },
  { kind: "status", status: 500 },
  { kind: "status", status: 503, headers: SOON },
  { kind: "status", status: 401 },
  { kind: "status", status: 403 },
  { kind: "reset-before" },
  { kind: "reset-after" },
];

/** What happens to the requests in turn; a batch and each of its parts is one. */
const schedules = fc.record({
  events: fc.integer({ min: 1, max: 12 }),
  lanes: fc.integer({ min: 1, max: 4 }),
  faults: fc.array(fc.option(fc.constantFrom(...FAULTS), { freq: 3 }), { maxLength: 60 }),
  /** The lock is lost when so many requests have been answered. */
  lostAfter: fc.option(fc.integer({ min: 0, max: 40 }), { freq: 3 }),
});

type Schedule = typeof schedules extends fc.Arbitrary<infer T> ? T : never;

test("whatever fails, no notice is sent twice, none is marked that was not sent, and what is said of each is true", async (t) => {
  await fc.assert(
    fc.asyncProperty(schedules, (schedule) => carryOut(t, schedule)),
    { ...randomSeed(t), numRuns: 150 },
  );
});

async function carryOut(t: TestContext, schedule: Schedule): Promise<void> {
  const world = await batchWorld(t, schedule.events);
  try {
    const lock = new AbortController();
    const left = [...schedule.faults];
    let answered = 0;
    world.graph.faults.add({
      decide: () => {
        if (answered === schedule.lostAfter) lock.abort(new Error("the lock is lost"));
        answered += 1;
        return left.shift() ?? undefined;
      },
    });
    const events = [...world.events.keys()];
    const lanes = Array.from({ length: schedule.lanes }, (_, lane) =>
      events.filter((event) => event % schedule.lanes === lane),
    );
    await Promise.all(
      lanes.map(async (lane) => {
        const chains = lane.map((event) => [world.send(event), world.mark(event)]);
        const outcomes = await runChains(world.road, chains, { signal: lock.signal });
        for (const [index, event] of lane.entries()) check(world, event, outcomes[index] ?? []);
      }),
    );
  } finally {
    await world.close();
  }
}

function check(world: BatchWorld, event: number, [send, mark]: StepOutcome[]): void {
  const sent = world.sent(event);
  const marked = world.isMarked(event);
  const what = `event ${event}: ${stateOf(send)} ${stateOf(mark)}, sent ${sent} times, ${marked ? "" : "not "}marked`;
  assert.ok(sent <= 1, `${what}: it was sent twice`);
  assert.ok(sent === 1 || !marked, `${what}: it was marked without being sent`);
  if (stateOf(send) === "202") assert.equal(sent, 1, what);
  if (send?.state === "not_run" || (send?.state === "answered" && send.status >= 400))
    assert.equal(sent, 0, what);
  if (stateOf(mark) === "201") assert.ok(marked, what);
  if (mark?.state === "not_run") assert.ok(!marked, what);
}
