/** `node sync-once.ts [BODY]` syncs the space of its settings once, as POST /memberships/sync does, and prints what it took. */
import { systemClock } from "../../shared/clock.ts";
import type { Logger } from "../../shared/log.ts";
import { wireMembership } from "../../shared/membership/wire.ts";
import { timeOf } from "./median.ts";

export interface Sync {
  milliseconds: number;
  /** To Webex and its login. */
  requests: number;
  /** The most this process ever had resident in memory. */
  peakBytes: number;
  /** Of those that tell how far it is. */
  mostLinesInASecond: number;
}

/** What lies between telling a line and its being heard. */
const JITTER_MS = 10;

const lines: number[] = [];
const hear = (line: string): void => {
  if (/: \d+ (?:people read|of \d+ changes made)$/u.test(line)) lines.push(performance.now());
};
const log: Logger = { info: hear, warn: hear, error: hear };

const service = await wireMembership(process.env, log, { clock: systemClock });
let requests = 0;
const milliseconds = await timeOf(async () => {
  const outcome = await service.syncNow(JSON.parse(process.argv[2] ?? "{}"), log);
  const isOk = outcome.kind === "ran" && outcome.runs.every(({ status }) => status === "ok");
  if (!isOk) throw new Error(`The sync came to nothing: ${JSON.stringify(outcome).slice(0, 2000)}`);
  for (const run of outcome.runs) requests += run.requests;
});
const sync: Sync = {
  milliseconds,
  requests,
  peakBytes: process.resourceUsage().maxRSS * 1024,
  mostLinesInASecond: Math.max(
    ...lines.map((first) => lines.filter((time) => time >= first && time < first + 1000 - JITTER_MS).length),
    0,
  ),
};
console.log(JSON.stringify(sync));
