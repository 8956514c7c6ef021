import assert from "node:assert/strict";
import { test } from "node:test";
import { PollingDelay } from "../../infra/local/host/polling-delay.ts";

test("an empty queue is asked less and less often, up to the longest pause, and soon again after a message", () => {
  const delay = new PollingDelay(5000, () => 0.5);
  const pauses = Array.from({ length: 9 }, () => delay.next(false));
  assert.deepEqual(pauses, [100, 200, 300, 500, 900, 1700, 3300, 5000, 5000]);
  assert.equal(delay.next(true), 100);
  assert.equal(delay.next(false), 200);
});

test("hosts that began together spread by a fifth", () => {
  for (const [random, pause] of [
    [0, 740],
    [1, 1060],
  ] as const) {
    const delay = new PollingDelay(60_000, () => random);
    const pauses = Array.from({ length: 5 }, () => delay.next(false));
    assert.equal(pauses[4], pause);
  }
});

test("the longest pause may be the shortest", () => {
  const delay = new PollingDelay(100);
  assert.deepEqual([delay.next(true), delay.next(false), delay.next(false)], [100, 100, 100]);
});
