import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { isDue, isUndelivered, nextTryAt } from "../../shared/absence/delivery-backoff.ts";

const AT = "2026-11-02T08:00:05.000Z";

function intentOf(tries: number | undefined) {
  const fact = { registration: "r", away: true, digest: "d", at: AT, tries };
  return { generation: 1, fact, reference: "msg_1", intendedAt: AT };
}

suite("the next try", () => {
  for (const [tries, minutes, undelivered] of [
    [undefined, 1, false],
    [1, 1, false],
    [2, 2, false],
    [3, 4, false],
    [4, 8, false],
    [5, 15, true],
    [6, 15, true],
    [1000, 15, true],
    [0, 0, false],
    [-1, 0, false],
  ] as const) {
    test(`is ${minutes} minutes after try ${tries}, which ${undelivered ? "is" : "is not"} shown as undelivered`, () => {
      const next = nextTryAt(intentOf(tries));
      assert.equal(next.getTime() - Date.parse(AT), minutes * 60_000);
      assert.equal(isUndelivered(intentOf(tries)), undelivered);
      assert.equal(isDue(intentOf(tries), next), true);
    });
  }

  test("does not wait for another tick when one comes some seconds early", () => {
    assert.equal(isDue(intentOf(1), new Date("2026-11-02T08:01:00.000Z")), true);
    assert.equal(isDue(intentOf(1), new Date("2026-11-02T08:00:30.000Z")), false);
    assert.equal(isDue(intentOf(2), new Date("2026-11-02T08:01:00.000Z")), false);
  });

  test("does not wait until a clock that was set back has caught up; two hosts' clocks differ by less", () => {
    assert.equal(isDue(intentOf(5), new Date("2026-11-01T08:00:00.000Z")), true);
    assert.equal(isDue(intentOf(1), new Date("2026-11-02T07:59:30.000Z")), false);
  });
});
