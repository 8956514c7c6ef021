import type { Schedule } from "../config/ncrontab.ts";
import type { Environment } from "../config/settings.ts";
import type { Logger } from "../log.ts";
import type { PoisonQueue } from "../storage/message-queue.ts";
import { batchOf } from "../runs/due-batch.ts";
import { enqueueBatch, type FanOutWorld } from "./fan-out.ts";
import { teamsPutAside } from "./poison.ts";
import { loadTeams } from "./teams.ts";
import { EVERY_TEAM } from "./run-request.ts";

export interface CatchUpWorld extends FanOutWorld {
  env: Environment;
  poison: PoisonQueue;
}

/** Until then the timer's own messages are on their way. */
const SETTLED_MS = 10 * 60_000;
const DAY_MS = 24 * 60 * 60_000;

/**
 * Puts into the queue what the last occurrence of the schedule still owes: the passes that have come to no report,
 * because the timer did not fire, or not to its end, or a message was lost. A timer is not retried by Azure. What is in the
 * queue still is there twice then, and is run once. What was put aside waits for a person.
 * @throws {AggregateError} as enqueueBatch
 */
export async function enqueueOwed(schedule: Schedule, log: Logger, world: CatchUpWorld): Promise<void> {
  const now = world.clock.now();
  const occurrence = schedule.latest(now);
  const age = occurrence ? now.getTime() - occurrence.getTime() : DAY_MS;
  if (!occurrence || age < SETTLED_MS || age >= DAY_MS) return;
  const batch = batchOf(occurrence);
  const [teams, reported, aside] = await Promise.all([
    loadTeams(world.config, world.env, EVERY_TEAM),
    world.history.subjectsOf(batch),
    teamsPutAside(batch, world.poison),
  ]);
  const owed = teams.filter(({ team }) => !reported.has(team) && !aside.has(team));
  if (owed.length === 0) return;
  log.warn(`${owed.length} of ${teams.length} teams have no report of ${batch}: they are queued again`);
  await enqueueBatch(owed, batch, log, world);
}
