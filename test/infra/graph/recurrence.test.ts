import assert from "node:assert/strict";
import { test } from "node:test";
import { occurrenceDates } from "../../../infra/local/emulators/graph/recurrence.ts";
import type { RecurrencePattern, RecurrenceRange } from "../../../infra/local/emulators/graph/recurrence.ts";

interface Case {
  name: string;
  pattern: RecurrencePattern;
  range?: Partial<RecurrenceRange>;
  dates: string[];
}

const cases: Case[] = [
  {
    name: "every third day",
    pattern: { type: "daily", interval: 3 },
    dates: ["2026-11-03", "2026-11-06", "2026-11-09"],
  },
  {
    name: "Monday and Tuesday of every other week, whose first day is Sunday",
    pattern: { type: "weekly", interval: 2, daysOfWeek: ["monday", "tuesday"] },
    dates: ["2026-11-03", "2026-11-16", "2026-11-17"],
  },
  {
    name: "Tuesday and Sunday of every other week, whose first day is Monday",
    pattern: { type: "weekly", interval: 2, daysOfWeek: ["tuesday", "sunday"], firstDayOfWeek: "monday" },
    dates: ["2026-11-03", "2026-11-08", "2026-11-17"],
  },
  {
    name: "the 31st, which is the last day of a shorter month",
    pattern: { type: "absoluteMonthly", interval: 1, dayOfMonth: 31 },
    dates: ["2026-11-30", "2026-12-31", "2027-01-31", "2027-02-28"].slice(0, 3),
  },
  {
    name: "the second Thursday or Friday of every third month, whichever comes first",
    pattern: { type: "relativeMonthly", interval: 3, daysOfWeek: ["thursday", "friday"], index: "second" },
    dates: ["2026-11-06", "2027-02-05", "2027-05-07"],
  },
  {
    name: "the last Monday of a month",
    pattern: { type: "relativeMonthly", interval: 1, daysOfWeek: ["monday"], index: "last" },
    dates: ["2026-11-30", "2026-12-28", "2027-01-25"],
  },
  {
    name: "the 15th of March every third year",
    pattern: { type: "absoluteYearly", interval: 3, dayOfMonth: 15, month: 3 },
    dates: ["2029-03-15", "2032-03-15", "2035-03-15"],
  },
  {
    name: "the first Tuesday of November every year",
    pattern: { type: "relativeYearly", interval: 1, daysOfWeek: ["tuesday"], month: 11 },
    dates: ["2026-11-03", "2027-11-02", "2028-11-07"],
  },
  {
    name: "daily until a last day, which belongs to it",
    pattern: { type: "daily", interval: 1 },
    range: { type: "endDate", endDate: "2026-11-05" },
    dates: ["2026-11-03", "2026-11-04", "2026-11-05"],
  },
];

for (const { name, pattern, range, dates } of cases) {
  test(`a series is ${name}`, () => {
    const numbered = { type: "numbered", startDate: "2026-11-03", numberOfOccurrences: 3 } as const;
    assert.deepEqual(occurrenceDates({ pattern, range: { ...numbered, ...range } }, "2040-01-01"), dates);
  });
}

test("a series without an end is cut where nobody looks any more", () => {
  const pattern = { type: "daily", interval: 1 } as const;
  const range = { type: "noEnd", startDate: "2026-11-03" } as const;
  assert.deepEqual(occurrenceDates({ pattern, range }, "2026-11-04"), ["2026-11-03", "2026-11-04"]);
  assert.deepEqual(occurrenceDates({ pattern, range }, "2026-11-02"), []);
});
