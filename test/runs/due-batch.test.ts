import assert from "node:assert/strict";
import { test } from "node:test";
import { parseNcrontab } from "../../shared/config/ncrontab.ts";
import { batchDue } from "../../shared/runs/due-batch.ts";

const DAILY = parseNcrontab("0 0 4 * * *");
const TODAY = "scheduled-2026-11-03T04:00:00Z";

for (const [when, now, isPastDue, batch] of [
  ["at its time", "2026-11-03T04:00:00.000Z", false, TODAY],
  ["by a clock that is a little early", "2026-11-03T03:59:59.700Z", false, TODAY],
  ["some seconds late", "2026-11-03T04:00:12.345Z", false, TODAY],
  ["hours late, because the host was down", "2026-11-03T09:17:00Z", true, TODAY],
  [
    "between two occurrences, by an operator",
    "2026-11-03T09:17:00.250Z",
    false,
    "fired-2026-11-03T09:17:00.250Z",
  ],
] as const) {
  test(`a timer that fires ${when} starts ${batch}`, () => {
    assert.equal(batchDue(DAILY, new Date(now), isPastDue), batch);
  });
}
