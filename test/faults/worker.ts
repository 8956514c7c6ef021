/** Tries the schedules it is asked for, in a process of its own, and tells of each. */
import process from "node:process";
import { SERIES, scheduleOf, type SeriesName } from "./series.ts";
import { openCourt, type Trial } from "./trial.ts";

export interface Assignment {
  series: SeriesName;
  seed: number;
  /** The first number. */
  from: number;
  /** Beyond the last one. */
  to: number;
}

export interface Tried extends Trial {
  number: number;
}

process.once("message", (assignment: Assignment) => {
  void carryOut(assignment).then(() => process.disconnect());
});
process.on("disconnect", () => process.exit());

async function carryOut({ series: name, seed, from, to }: Assignment): Promise<void> {
  const court = await openCourt();
  const series = SERIES[name];
  for (let number = from; number < to; number += 1) {
    const { history: _, ...trial } = await court.try(scheduleOf(series, seed, number), series.startHost);
    const tried: Tried = { number, ...trial };
    process.send?.(tried);
  }
  await court.close();
}
