/** Tries the schedules it is asked for, in a process of its own, and tells of each. */
import process from "node:process";
import { textOfHistory } from "./history-text.ts";
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
  /** What happened, for people to read; nothing when all was well. */
  story: string;
}

process.once("message", (assignment: Assignment) => {
  void carryOut(assignment).then(() => process.disconnect());
});
process.on("disconnect", () => process.exit());

async function carryOut({ series: name, seed, from, to }: Assignment): Promise<void> {
  const court = await openCourt();
  const series = SERIES[name];
  for (let number = from; number < to; number += 1) {
    const { history, ...trial } = await court.try(scheduleOf(series, seed, number), series.startHost);
    const story = trial.findings.length > 0 ? textOfHistory(history) : "";
    const tried: Tried = { number, story, ...trial };
    process.send?.(tried);
  }
  await court.close();
}
