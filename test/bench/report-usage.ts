/** Preloaded into a process that is measured: tells its parent twice a second what it uses. */
import { isMainThread } from "node:worker_threads";

const EVERY_MS = 500;

/** What a process uses with all its threads. */
export interface Usage {
  /** Of memory, in bytes. */
  resident: number;
  /** Of all cores since it began, in milliseconds. */
  cpu: number;
}

/** Of this process. */
export function usageNow(): Usage {
  const { user, system } = process.cpuUsage();
  return { resident: process.memoryUsage.rss(), cpu: (user + system) / 1000 };
}

if (isMainThread && process.send) {
  setInterval(() => process.send?.(usageNow()), EVERY_MS).unref();
  // A channel that is listened at would keep the process alive.
  process.channel?.unref();
}
