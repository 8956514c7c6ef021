import assert from "node:assert/strict";
import { test } from "node:test";
import { deleteListed } from "../../shared/storage/delete-listed.ts";

async function* numbers(count: number): AsyncGenerator<number> {
  for (let number = 0; number < count; number += 1) yield number;
}

const { signal } = new AbortController();

test("what a listing brings is deleted, several side by side, and never more than allowed", async () => {
  for (const [listed, most, expected] of [
    [0, 10, 0],
    [5, 0, 0],
    [5, 10, 5],
    [100, 40, 40],
    [40, 40, 40],
  ] as const) {
    let [inFlight, highest] = [0, 0];
    const deleted: number[] = [];
    const count = await deleteListed(numbers(listed), { most, signal }, async (number) => {
      inFlight += 1;
      highest = Math.max(highest, inFlight);
      await new Promise(setImmediate);
      inFlight -= 1;
      deleted.push(number);
      return true;
    });
    assert.deepEqual([count, deleted.length], [expected, expected], `${listed} of ${most}`);
    assert.equal(highest, Math.min(16, expected));
  }
});

test("what could not be deleted does not count, and the listing goes on", async () => {
  const isEven = (number: number): boolean => number % 2 === 0;
  const count = await deleteListed(numbers(100), { most: 30, signal }, async (number) => isEven(number));
  assert.equal(count, 30);
});

test("nothing more is deleted when the time is over", async () => {
  const time = new AbortController();
  const deleted: number[] = [];
  const deleting = deleteListed(numbers(100), { most: 100, signal: time.signal }, async (number) => {
    deleted.push(number);
    if (number === 20) time.abort(new Error("the time is over"));
    return true;
  });
  await assert.rejects(deleting, /the time is over/u);
  assert.equal(deleted.length, 32);
});
