/**
 * `npm run faults [-- --schedules N --kills N --seed S --processes N]` plays random schedules of passes and faults, and
 * some in which a process is killed, and fails when a notice is lost or doubled.
 * `npm run faults -- --seed S --only N [--series kills]` plays one of them again and tells what happened.
 */
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { workThrough } from "./crew.ts";
import { replay } from "./replay.ts";
import { commandFor, SERIES, type SeriesName } from "./series.ts";
import { Tally } from "./tally.ts";
import type { Tried } from "./worker.ts";

// Half of the time of a schedule is spent on waiting.
const DEFAULTS = {
  schedules: 20_000,
  kills: 40,
  seed: Date.now() % 2 ** 31,
  processes: 2 * availableParallelism(),
};

const { values } = parseArgs({
  options: {
    schedules: { type: "string" },
    kills: { type: "string" },
    seed: { type: "string" },
    processes: { type: "string" },
    series: { type: "string", default: "faults" },
    only: { type: "string" },
  },
});
const seed = given("seed");
const PROGRESS_MS = 30_000;
const MOST_TOLD = 5;

if (values.only === undefined) {
  const failed = (await runSeries("faults", given("schedules"))) + (await runSeries("kills", given("kills")));
  process.exitCode = failed > 0 ? 1 : 0;
} else {
  const isGood = await replay(SERIES[seriesGiven()], seed, wholeNumber("only", values.only));
  process.exitCode = isGood ? 0 : 1;
}

function given(name: keyof typeof DEFAULTS): number {
  const text = values[name];
  return text === undefined ? DEFAULTS[name] : wholeNumber(name, text);
}

function wholeNumber(name: string, text: string): number {
  if (/^\d{1,9}$|^[12]\d{9}$/.test(text)) return Number(text);
  return refuse(`--${name} is a whole number; got “${text}”.`);
}

function seriesGiven(): SeriesName {
  const { series } = values;
  if (series === "faults" || series === "kills") return series;
  return refuse(`--series is faults or kills; got “${series}”.`);
}

function refuse(why: string): never {
  console.error(why);
  process.exit(2);
}

async function runSeries(series: SeriesName, schedules: number): Promise<number> {
  if (schedules === 0) return 0;
  console.log(`${series}: ${schedules} schedules, seed ${seed}`);
  const tally = new Tally();
  const begin = Date.now();
  const seconds = (): string => `${Math.round((Date.now() - begin) / 1000)} s`;
  const progress = setInterval(() => {
    console.log(`  ${tally.schedules} of ${schedules} after ${seconds()}, ${tally.failed} failed`);
  }, PROGRESS_MS);
  const onTried = (tried: Tried): void => {
    tally.add(tried);
    if (tried.findings.length > 0 && tally.failed <= MOST_TOLD) console.log(failureText(series, tried));
  };
  try {
    await workThrough({ series, seed, schedules, processes: given("processes"), onTried });
  } finally {
    clearInterval(progress);
  }
  console.log(`${tally.text()}\n${seconds()}\n`);
  return tally.failed;
}

function failureText(series: SeriesName, { number, findings, story }: Tried): string {
  const lines = [...findings.map(({ what, why }) => `${what}: ${why}`), ...story.split("\n")];
  return [`  failed: ${commandFor(series, seed, number)}`, ...lines.map((line) => `    ${line}`)].join("\n");
}
