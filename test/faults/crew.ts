import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import pLimit from "p-limit";
import type { SeriesName } from "./series.ts";
import type { Assignment, Tried } from "./worker.ts";

const WORKER = fileURLToPath(new URL("worker.ts", import.meta.url));
/** A worker ends after so many, and what it has piled up with it. */
const PER_WORKER = 250;

export interface Work {
  series: SeriesName;
  seed: number;
  schedules: number;
  processes: number;
  onTried(tried: Tried): void;
}

/**
 * Has schedules tried by some processes at once.
 * @throws {Error} a worker ended before its work was done
 */
export async function workThrough({ series, seed, schedules, processes, onTried }: Work): Promise<void> {
  const limit = pLimit(processes);
  const size = Math.min(PER_WORKER, Math.ceil(schedules / processes));
  const starts = Array.from({ length: Math.ceil(schedules / size) }, (_, index) => index * size);
  const shares = starts.map((from) => ({ series, seed, from, to: Math.min(from + size, schedules) }));
  await Promise.all(shares.map((share) => limit(() => tryShare(share, onTried))));
}

async function tryShare(share: Assignment, onTried: (tried: Tried) => void): Promise<void> {
  const child = fork(WORKER, { serialization: "advanced" });
  let next = share.from;
  child.on("message", (tried: Tried) => {
    next = tried.number + 1;
    onTried(tried);
  });
  child.send(share);
  const [code, signal] = (await once(child, "exit")) as [number | null, NodeJS.Signals | null];
  if (next === share.to) return;
  throw new Error(
    `The worker of the ${share.series} ${share.from} to ${share.to - 1} (seed ${share.seed}) ended at ${next} with ${code ?? signal}.`,
  );
}
