import * as fc from "fast-check";
import { startHost, type StartHost } from "./host.ts";
import { startProcessHost } from "./process-host.ts";
import { randomKill } from "./random-kill.ts";
import { randomSchedule } from "./random-schedule.ts";
import type { Schedule } from "./schedule.ts";

/** Schedules that are numbered from 0 on, each made of a seed and its number alone. */
export interface Series {
  name: SeriesName;
  arbitrary: fc.Arbitrary<Schedule>;
  startHost: StartHost;
}

export type SeriesName = "faults" | "kills";

export const SERIES: Record<SeriesName, Series> = {
  faults: { name: "faults", arbitrary: randomSchedule, startHost },
  kills: { name: "kills", arbitrary: randomKill, startHost: startProcessHost },
};

const SEEDS = 2 ** 31;

/** What fast-check makes the schedule of that number of. */
export function seedOf(seed: number, number: number): number {
  // Spread out, or the schedules of two seeds that follow one another would be the same but for one.
  return ((Math.imul(seed, 0x9e3779b1) >>> 0) + number) % SEEDS;
}

export function scheduleOf({ arbitrary }: Series, seed: number, number: number): Schedule {
  const [schedule] = fc.sample(arbitrary, { seed: seedOf(seed, number), numRuns: 1 });
  if (!schedule) throw new RangeError(`There is no schedule ${number}.`);
  return schedule;
}

/** What plays it again, and tells what happened. */
export function commandFor(series: SeriesName, seed: number, number: number): string {
  return `npm run faults -- --seed ${seed} --series ${series} --only ${number}`;
}
