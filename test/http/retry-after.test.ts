import assert from "node:assert/strict";
import { test } from "node:test";
import { parseRetryAfter } from "../../shared/http/retry-after.ts";

const now = new Date("2026-11-03T04:00:00Z");

for (const [header, expected] of [
  ["0", 0],
  ["120", 120_000],
  [" 7 ", 7000],
  ["Tue, 03 Nov 2026 04:00:30 GMT", 30_000],
  ["Tuesday, 03-Nov-26 04:00:30 GMT", 30_000],
  ["Tue Nov  3 04:00:30 2026", 30_000],
  ["Tue, 03 Nov 2026 03:00:00 GMT", 0],
  ["", undefined],
  [undefined, undefined],
  [null, undefined],
  ["-5", undefined],
  ["soon", undefined],
  ["2026-11-03T04:00:30Z", undefined],
  ["Tue, 99 Foo 2026 04:00:30 GMT", undefined],
] as const) {
  test(`Retry-After ${JSON.stringify(header)} means ${expected ?? "nothing"}`, () => {
    assert.equal(parseRetryAfter(header, now), expected);
  });
}
