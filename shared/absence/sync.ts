import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Mediator } from "../mediator/mediator.ts";
import type { JsonBlobs } from "../storage/json-blobs.ts";

export interface SyncWorld {
  clock: Clock;
  mediator: Mediator;
  /** The container of what is remembered beside the tables. */
  blobs: JsonBlobs;
}

/** What came of asking the mediator for its users. */
export interface SyncReport {
  /** Whether a simple GET of MEDIATOR_URL was answered with 200. */
  reachable: boolean;
  /** Whether it then sent its users, each as a request of its own to our monitor. */
  synchronized: boolean;
  /** Whether it is still sending them as far as is known: with many users it takes minutes. */
  isPending: boolean;
  /** What happened, and what to do about it. */
  detail: string;
}

/** Asks the mediator whether it is there, and then to send its users again. Never throws. */
export async function synchronize({ mediator }: Pick<SyncWorld, "mediator">): Promise<SyncReport> {
  const greeted = await mediator.greet();
  if (!greeted.done) {
    const detail = `The mediator is not reachable at MEDIATOR_URL: ${greeted.why}. Check the setting, and that the mediator runs.`;
    return { reachable: false, synchronized: false, isPending: false, detail };
  }
  const setUp = await mediator.setUp();
  if (!setUp.done) {
    const detail = setUp.isLate
      ? `The mediator was asked for its users, and ${setUp.why}. It takes its time with many: GET /api/monitor lists those that have come.`
      : `The mediator is reachable, but did not send its users: ${setUp.why}.`;
    return { reachable: true, synchronized: false, isPending: setUp.isLate, detail };
  }
  const detail =
    "The mediator has sent its users. If GET /api/monitor lists fewer than it knows, check that its mail interface is the address of this app.";
  return { reachable: true, synchronized: true, isPending: false, detail };
}

const LAST_SYNC = "sync.json";
const AT_MOST_EVERY_MS = 60 * 60_000;

const LastSync = z.object({ at: z.iso.datetime() });

/**
 * As long as nobody is watched: asks by itself, at most hourly. A mediator that is not there yet is looked for each time.
 * @throws the storage client's error
 */
export async function syncWhileEmpty(log: Logger, world: SyncWorld): Promise<void> {
  const { blobs, clock, mediator } = world;
  const last = LastSync.safeParse(await blobs.read(LAST_SYNC)).data;
  const now = clock.now();
  // One that lies far ahead was before the clock was set back.
  if (last && Math.abs(now.getTime() - Date.parse(last.at)) < AT_MOST_EVERY_MS) return;
  const greeted = await mediator.greet();
  if (!greeted.done) {
    log.warn(`nobody is watched yet, and the mediator is not reachable: ${greeted.why}`);
    return;
  }
  // Before the question: it may take long, and another tick must not ask, too.
  await blobs.put(LAST_SYNC, { at: now.toISOString() });
  const setUp = await mediator.setUp();
  if (setUp.done) log.info("nobody was watched yet: the mediator was asked for its users");
  else if (setUp.isLate)
    log.info(`nobody was watched yet: the mediator was asked for its users, and ${setUp.why}`);
  else log.warn(`nobody is watched yet, and the mediator did not send its users: ${setUp.why}`);
}
