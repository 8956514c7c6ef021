import { mkdtemp, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import type { StartHost } from "./host.ts";
import { WINDOW_DAYS } from "./host-settings.ts";
import type { History } from "./history.ts";
import { judge, type Verdict } from "./oracle.ts";
import { play } from "./play.ts";
import type { Schedule, Trouble } from "./schedule.ts";
import { startServices } from "./services.ts";

/** What one schedule came to. */
export interface Trial extends Verdict {
  passes: number;
  /** What went wrong, each time. */
  troubles: Trouble["kind"][];
}

/** Plays schedules one after the other, and judges them. */
export interface Court {
  try(schedule: Schedule, startHost: StartHost): Promise<Trial & { history: History }>;
  close(): Promise<void>;
}

const FIRST = new Date("2026-11-03T12:00:00Z");
/** A schedule is over by then: the clock of the services never goes back. */
const DAYS_APART = 3;
const DAY_MS = 24 * 60 * 60 * 1000;
/** Secrets are written through to the disk; here there is none. */
const MEMORY = "/dev/shm";

export async function openCourt(): Promise<Court> {
  const services = await startServices();
  const folder = await mkdtemp(path.join(existsSync(MEMORY) ? MEMORY : tmpdir(), "rollcall-faults-"));
  let tried = 0;
  return {
    async try(schedule, startHost) {
      const begin = new Date(FIRST.getTime() + tried * DAYS_APART * DAY_MS);
      tried += 1;
      const { history, passes } = await play(schedule, { services, startHost, folder, begin });
      const troubles = history.flatMap((item) => (item.kind === "trouble" ? [item.what] : []));
      const verdict = judge(history, { sender: schedule.sender, windowDays: WINDOW_DAYS });
      return { history, passes, troubles, ...verdict };
    },
    async close() {
      await services.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
