import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNcrontab, ScheduleError } from "../../shared/config/ncrontab.ts";

function occurrences(expression: string, after: string, count: number): (string | undefined)[] {
  const schedule = parseNcrontab(expression);
  const found: (string | undefined)[] = [];
  let last: Date | undefined = new Date(after);
  while (found.length < count && last !== undefined) {
    last = schedule.next(last);
    found.push(last?.toISOString().replace(".000Z", ""));
  }
  return found;
}

/** An expression, an instant, and the occurrences after it. 1 November 2026 is a Sunday. */
const SCHEDULES: [string, string, (string | undefined)[]][] = [
  ["0 0 4 * * *", "2026-11-03T04:00:00Z", ["2026-11-04T04:00:00", "2026-11-05T04:00:00"]],
  ["0 0 4 * * *", "2026-11-03T03:59:59.999Z", ["2026-11-03T04:00:00"]],
  ["0 */15 * * * *", "2026-11-03T04:01:00Z", ["2026-11-03T04:15:00", "2026-11-03T04:30:00"]],
  ["*/20 * * * * *", "2026-11-03T04:00:30Z", ["2026-11-03T04:00:40", "2026-11-03T04:01:00"]],
  // A step after one value runs on to the end of the field.
  [
    "50/5 0 0 * * *",
    "2026-11-03T00:00:00Z",
    ["2026-11-03T00:00:50", "2026-11-03T00:00:55", "2026-11-04T00:00:50"],
  ],
  [
    "0 0 9-17/4 * * *",
    "2026-11-03T00:00:00Z",
    ["2026-11-03T09:00:00", "2026-11-03T13:00:00", "2026-11-03T17:00:00", "2026-11-04T09:00:00"],
  ],
  ["0 0,30 8 * * 1-5", "2026-10-30T08:30:00Z", ["2026-11-02T08:00:00", "2026-11-02T08:30:00"]],
  ["0 0 0 * * 0", "2026-11-02T00:00:00Z", ["2026-11-08T00:00:00"]],
  ["0 0 0 * * Mon,wednesday", "2026-11-01T00:00:00Z", ["2026-11-02T00:00:00", "2026-11-04T00:00:00"]],
  // Names by their beginning: M is March before it is May.
  ["0 0 0 1 M *", "2026-11-01T00:00:00Z", ["2027-03-01T00:00:00"]],
  // A range that runs backwards has its ends swapped: Monday to Friday.
  ["0 0 0 * * FRI-MON", "2026-11-06T00:00:00Z", ["2026-11-09T00:00:00"]],
  // Day and day of week must both match: a Friday the 13th.
  ["0 0 0 13 * 5", "2026-03-14T00:00:00Z", ["2026-11-13T00:00:00", "2027-08-13T00:00:00"]],
  ["0 0 0 29 2 *", "2026-01-01T00:00:00Z", ["2028-02-29T00:00:00"]],
  ["0 0 0 30 2 *", "2026-01-01T00:00:00Z", [undefined]],
  // Five fields: at second 0.
  ["30 4 * * *", "2026-11-03T00:00:00Z", ["2026-11-03T04:30:00"]],
  ["*/0 0 0 * * *", "2026-11-03T00:00:00Z", ["2026-11-03T00:00:01"]],
];

for (const [expression, after, expected] of SCHEDULES) {
  test(`'${expression}' after ${after} is ${expected.join(", ")}`, () => {
    assert.deepEqual(occurrences(expression, after, expected.length), expected);
  });
}

test("times are UTC, through the days on which clocks change elsewhere", () => {
  assert.deepEqual(occurrences("0 30 1 * * *", "2026-10-31T12:00:00Z", 2), [
    "2026-11-01T01:30:00",
    "2026-11-02T01:30:00",
  ]);
  assert.deepEqual(occurrences("0 30 2 * * *", "2026-03-07T12:00:00Z", 2), [
    "2026-03-08T02:30:00",
    "2026-03-09T02:30:00",
  ]);
});

for (const [expression, at, expected] of [
  ["0 0 4 * * *", "2026-11-03T04:00:00Z", "2026-11-03T04:00:00"],
  ["0 0 4 * * *", "2026-11-03T04:00:00.001Z", "2026-11-03T04:00:00"],
  ["0 0 4 * * *", "2026-11-03T03:59:59.999Z", "2026-11-02T04:00:00"],
  ["0 30 1 * * *", "2026-11-01T12:00:00Z", "2026-11-01T01:30:00"],
  ["0 0 4 * * 1-5", "2026-11-01T12:00:00Z", "2026-10-30T04:00:00"],
  ["*/20 * * * * *", "2026-11-03T04:00:39Z", "2026-11-03T04:00:20"],
  ["0 0 0 29 2 *", "2026-01-01T00:00:00Z", "2024-02-29T00:00:00"],
  ["0 0 0 30 2 *", "2026-01-01T00:00:00Z", undefined],
] as const) {
  test(`the latest of '${expression}' at ${at} is ${expected}`, () => {
    const latest = parseNcrontab(expression).latest(new Date(at));
    assert.equal(latest?.toISOString().replace(".000Z", ""), expected);
  });
}

const REFUSED: [string, RegExp][] = [
  ["0 0 4 * *  * *", /has 7 fields/],
  ["", /has 0 fields/],
  ["00:05:00", /has 1 fields/],
  ["60 0 0 * * *", /second field, '60' is not a value\. Values go from 0 to 59/],
  ["0 0 24 * * *", /hour field/],
  ["0 0 0 0 * *", /day field/],
  ["0 0 0 * 13 *", /month field/],
  ["0 0 0 * * 7", /day of week field/],
  ["0 0 0 * * Noday", /day of week field/],
  ["0 0 0 L * *", /day field/],
  ["0 0 0 ? * *", /day field/],
  ["0 0 0 * * 5#2", /day of week field/],
  ["0 1,,2 0 * * *", /minute field/],
  ["0 1-2-3 0 * * *", /minute field/],
  ["0 */x 0 * * *", /minute field/],
];

for (const [expression, why] of REFUSED) {
  test(`'${expression}' is refused with the field at fault`, () => {
    assert.throws(
      () => parseNcrontab(expression),
      (error) => error instanceof ScheduleError && why.test(error.message),
    );
  });
}
