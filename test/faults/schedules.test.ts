import assert from "node:assert/strict";
import { test, type TestContext } from "node:test";
import { randomSeed } from "../registration/random-seed.ts";
import { workThrough } from "./crew.ts";
import type { Finding } from "./last-pass.ts";
import { commandFor, type SeriesName } from "./series.ts";
import { Tally } from "./tally.ts";

// `npm run faults` plays many more.

test("whatever goes wrong in some passes, the host is told of each session, and once", (t) =>
  expectNoFailure(t, "faults", 200));

test("a process that is killed in its pass leaves no notice lost or doubled", (t) =>
  expectNoFailure(t, "kills", 2));

async function expectNoFailure(t: TestContext, series: SeriesName, schedules: number): Promise<void> {
  const { seed } = randomSeed(t);
  const tally = new Tally();
  const failures: Record<string, Finding[]> = {};
  await workThrough({
    series,
    seed,
    schedules,
    processes: 1,
    onTried: (tried) => {
      tally.add(tried);
      if (tried.findings.length > 0) failures[commandFor(series, seed, tried.number)] = tried.findings;
    },
  });
  assert.deepEqual(failures, {});
  assert.equal(tally.schedules, schedules);
  assert.ok(tally.faults > 0, "No fault happened.");
}
