import { inspect } from "node:util";
import * as fc from "fast-check";
import { textOfHistory } from "./history-text.ts";
import type { History } from "./history.ts";
import type { Finding } from "./last-pass.ts";
import type { Schedule } from "./schedule.ts";
import { seedOf, type Series } from "./series.ts";
import { type Court, openCourt } from "./trial.ts";

/** Long enough for a schedule to become much smaller. */
const SHRINKING_MS = 60_000;

/**
 * Plays one schedule and prints what happened; one that fails is made smaller, as long as it still fails.
 * @returns whether all was well
 */
export async function replay(series: Series, seed: number, number: number): Promise<boolean> {
  const court = await openCourt();
  try {
    return await replayIn(court, series, seedOf(seed, number));
  } finally {
    await court.close();
  }
}

async function replayIn(court: Court, { arbitrary, startHost }: Series, seed: number): Promise<boolean> {
  let told: { schedule: Schedule; history: History; findings: Finding[] } | undefined;
  const property = fc.asyncProperty(arbitrary, async (schedule) => {
    const { history, findings } = await court.try(schedule, startHost);
    // The first one played, and after it the smallest that fails.
    if (told === undefined || findings.length > 0) told = { schedule, history, findings };
    return findings.length === 0;
  });
  const { failed, numShrinks } = await fc.check(property, {
    seed,
    numRuns: 1,
    plugins: [fc.interruptAfterTimeLimit(SHRINKING_MS)],
  });
  if (!told) return false;
  if (numShrinks > 0) console.log(`Made smaller ${numShrinks} times.\n`);
  // As plain objects: fast-check's have no prototype, which would be shown.
  console.log(inspect(JSON.parse(JSON.stringify(told.schedule)), { depth: null, breakLength: 120 }));
  console.log(`\n${textOfHistory(told.history)}\n`);
  for (const { what, why } of told.findings) console.log(`${what}: ${why}`);
  return !failed;
}
