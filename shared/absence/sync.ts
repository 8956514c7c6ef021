import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Mediator, SetUpAnswer } from "../mediator/mediator.ts";
import type { JsonBlobs } from "../storage/json-blobs.ts";
import type { MonitoredUsers } from "./monitored-users.ts";

export interface SyncWorld {
  clock: Clock;
  mediator: Mediator;
  users: MonitoredUsers;
  /** The container of what is remembered beside the tables. */
  blobs: JsonBlobs;
}

/** What came of asking the mediator for its users. */
export interface SyncReport {
  /** Whether a simple GET of MEDIATOR_URL was answered with 200. */
  reachable: boolean;
  /** Whether it then sent its users, each as a request of its own to our monitor, and none of these failed. */
  synchronized: boolean;
  /** Whether it is still sending them as far as is known: with many users it takes minutes. */
  isPending: boolean;
  /** How many users it has had watched since it was asked. */
  registered: number;
  /** What happened, and what to do about it. */
  detail: string;
}

/** Our answer to whoever asks for a sync has to be there in 200 s. */
const PATIENCE_MS = 150_000;
/** Another tick is due in a minute, and has more to do than to wait. */
const PATIENCE_OF_A_TICK_MS = 30_000;

/** Asks the mediator whether it is there, and then to send its users again. @throws the storage client's error */
export async function synchronize(world: SyncWorld): Promise<SyncReport> {
  const greeted = await world.mediator.greet();
  if (!greeted.done) {
    const detail = `The mediator is not reachable at MEDIATOR_URL: ${greeted.why}. Check the setting, and that the mediator runs.`;
    return { reachable: false, synchronized: false, isPending: false, registered: 0, detail };
  }
  const at = world.clock.now().toISOString();
  const answer = await askForUsers(PATIENCE_MS, world);
  const [{ users }, isMissed] = await Promise.all([world.users.read(), hasMissed(world)]);
  const registered = users.filter(({ registeredAt }) => registeredAt >= at).length;
  return {
    reachable: true,
    synchronized: answer.done && !isMissed,
    isPending: !answer.done && answer.isLate,
    registered,
    detail: `${wordsOf(answer, isMissed)} ${registered} of them are watched since.`,
  };
}

function wordsOf(answer: SetUpAnswer, isMissed: boolean): string {
  if (answer.done && isMissed) {
    return "The mediator has sent its users, but not all of its requests could be served: GET /api/health/detail says what is wrong. It is asked again within the hour.";
  }
  if (answer.done) {
    return "The mediator has sent its users. If GET /api/monitor lists fewer than it knows, check that its mail interface is the address of this app.";
  }
  return answer.isLate
    ? `The mediator was asked for its users, and ${answer.why}. It takes its time with many: GET /api/monitor lists those that have come.`
    : `The mediator is reachable, but did not send its users: ${answer.why}.`;
}

const LAST_SYNC = "sync.json";
const AT_MOST_EVERY_MS = 60 * 60_000;

const LastSync = z.object({ at: z.iso.datetime(), mediator: z.string() });

/**
 * Asks by itself, at most hourly, as long as nobody is watched, and when a request has been missed. A mediator that is
 * not there yet is looked for each time, and one at another address than before is asked at once.
 * @throws the storage client's error
 */
export async function syncWhenNeeded(
  { isEmpty }: { isEmpty: boolean },
  log: Logger,
  world: SyncWorld,
): Promise<void> {
  if (!isEmpty && !(await hasMissed(world))) return;
  if (await wasAskedLately(world)) return;
  const why = isEmpty ? "nobody is watched yet" : "a request of the mediator could not be served";
  const greeted = await world.mediator.greet();
  if (!greeted.done) {
    log.warn(`${why}, and the mediator is not reachable: ${greeted.why}`);
    return;
  }
  const answer = await askForUsers(PATIENCE_OF_A_TICK_MS, world);
  if (answer.done) log.info(`${why}: the mediator was asked for its users`);
  else if (answer.isLate) log.info(`${why}: the mediator was asked for its users, and ${answer.why}`);
  else log.warn(`${why}, and the mediator did not send its users: ${answer.why}`);
}

async function wasAskedLately({ blobs, clock, mediator }: SyncWorld): Promise<boolean> {
  const last = LastSync.safeParse(await blobs.read(LAST_SYNC)).data;
  if (!last || last.mediator !== mediator.url) return false;
  // One that lies far ahead was before the clock was set back.
  return Math.abs(clock.now().getTime() - Date.parse(last.at)) < AT_MOST_EVERY_MS;
}

async function askForUsers(timeoutMs: number, world: SyncWorld): Promise<SetUpAnswer> {
  const { blobs, clock, mediator } = world;
  // Before the question: it may take long, and another tick must not ask, too; and what is missed from now on counts.
  await blobs.put(LAST_SYNC, { at: clock.now().toISOString(), mediator: mediator.url });
  await blobs.delete(MISSED);
  const answer = await mediator.setUp({ timeoutMs });
  if (!answer.done && !answer.isLate) await noteMissed(world);
  return answer;
}

const MISSED = "missed.json";

/**
 * Notes that a request of the mediator could not be served. It does not look at the answer and never asks again by
 * itself, so it will be asked for all its users.
 * @throws the storage client's error
 */
export async function noteMissed({ blobs, clock }: Pick<SyncWorld, "blobs" | "clock">): Promise<void> {
  await blobs.put(MISSED, { at: clock.now().toISOString() });
}

/** Since it was last asked for its users; whichever process it was. */
async function hasMissed({ blobs }: Pick<SyncWorld, "blobs">): Promise<boolean> {
  return (await blobs.read(MISSED)) !== undefined;
}
