import { firstLineOf } from "../error-message.ts";
import type { Logger } from "../log.ts";
import { failuresOf, throwAll } from "../failures.ts";
import { sendAll } from "../runs/send-all.ts";
import type { MessageQueue } from "../storage/message-queue.ts";
import { parsePartition, partitionsOf, readPartition } from "./partitions.ts";
import { serveMissed } from "./serve-missed.ts";
import { syncWhenNeeded, type SyncWorld } from "./sync.ts";
import { type RangeWorld, watchRange } from "./watch-range.ts";

export interface WatchWorld extends RangeWorld, SyncWorld {
  queue: MessageQueue;
  /** The parts of ticks that are worked at in this process. */
  inWork: Set<string>;
}

/** The one part of a tick that is done by itself. */
const EVERYBODY = "all";

/**
 * One tick: here when the users are few, else a message for each part of them.
 * @throws as watchRange; or {AggregateError} a part could not be queued, after all others are
 */
export async function tick(log: Logger, world: WatchWorld): Promise<void> {
  return withMark(log, () => watchThenSync(log, world));
}

async function watchThenSync(log: Logger, world: WatchWorld): Promise<void> {
  const keys = await world.users.keys();
  const steps = [
    () => watchAll(keys, log, world),
    // After the news, which are not to wait for a mediator that has many users to send.
    () => serveMissed(log, world),
    () => syncWhenNeeded({ isEmpty: keys.length === 0 }, log, world),
  ];
  const failures: Error[] = [];
  for (const step of steps) failures.push(...(await failuresOf([step], (each) => each())));
  if (failures.length > 1) throwAll(failures, "Several parts of the tick failed");
  if (failures[0]) throw failures[0];
}

async function watchAll(keys: readonly string[], log: Logger, world: WatchWorld): Promise<void> {
  // Who listens for silence is told that there is none to break.
  if (keys.length === 0) return log.info("ROLLCALL_ABSENCE_OK nobody is watched");
  const parts = partitionsOf(keys);
  if (parts.length === 0) return alone({ partition: EVERYBODY }, log, world);
  // Whatever has not been begun since the last tick would only be done twice. Whoever has come between its bounds and the
  // next part's since, because others were stopped, is looked at in the tick after it.
  const waiting = new Set((await world.queue.peek()).map((body) => readPartition(body)?.partition));
  const fresh = parts.filter(({ partition }) => !waiting.has(partition));
  throwAll(await sendAll(fresh, world.queue), "Not all parts of the tick could be queued");
  const late = parts.length - fresh.length;
  if (late > 0) log.warn(`${late} of ${parts.length} parts are still in the queue from an earlier tick`);
}

/**
 * Works at one part of a tick.
 * @param options.isRetry  it has failed before: the next tick brings a fresh one of its own
 * @throws {WorkMessageError} it is not one of ours
 * @throws as watchRange
 */
export async function workOn(
  message: unknown,
  { isRetry }: { isRetry: boolean },
  log: Logger,
  world: WatchWorld,
): Promise<void> {
  const { partition, from, to } = parsePartition(message);
  if (isRetry) return;
  await withMark(log, () => alone({ partition, from, to }, log, world));
}

/** Whatever it was: alerts look for this line. */
async function withMark(log: Logger, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    log.error(`ROLLCALL_ABSENCE_FAILED ${firstLineOf(error)}`);
    throw error;
  }
}

/** A part that takes longer than a minute is not begun a second time in this process. */
async function alone(part: Parameters<typeof watchRange>[0], log: Logger, world: WatchWorld): Promise<void> {
  const { inWork } = world;
  if (inWork.has(part.partition)) {
    log.warn(`absence part ${part.partition}: an earlier tick is still at it`);
    return;
  }
  inWork.add(part.partition);
  try {
    await watchRange(part, log, world);
  } finally {
    inWork.delete(part.partition);
  }
}
