import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { Logger } from "../log.ts";
import type { Mediator, SetUpAnswer } from "../mediator/mediator.ts";
import { type MissedWorld, namesOfMissed } from "./missed-requests.ts";
import type { MonitoredUsers } from "./monitored-users.ts";

export interface SyncWorld extends MissedWorld {
  clock: Clock;
  mediator: Mediator;
  users: MonitoredUsers;
}

/** What came of asking the mediator for its users. */
export interface SyncReport {
  /** Whether a simple GET of MEDIATOR_URL was answered with 200. */
  reachable: boolean;
  /** Whether it then sent its users, each as a request of its own to our monitor, and none of these waits to be served. */
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
  const [{ users }, { length: missed }] = await Promise.all([world.users.read(), namesOfMissed(world)]);
  const registered = users.filter(({ registeredAt }) => registeredAt >= at).length;
  return {
    reachable: true,
    synchronized: answer.done && missed === 0,
    isPending: !answer.done && answer.isLate,
    registered,
    detail: `${wordsOf(answer, missed)} ${registered} of them are watched since.`,
  };
}

function wordsOf(answer: SetUpAnswer, missed: number): string {
  if (answer.done && missed > 0) {
    return `The mediator has sent its users, but ${missed} requests could not be served: GET /api/health/detail says what is wrong. They are served as soon as they can be.`;
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

/** `brokeOff`: the mediator did not send all its users, and nobody knows whom it left out. */
const LastSync = z.object({ at: z.iso.datetime(), mediator: z.string(), brokeOff: z.boolean().optional() });
type LastSync = z.infer<typeof LastSync>;

/**
 * Asks by itself, at most hourly, as long as nobody is watched, and when the mediator broke off the last time. One that
 * is not there yet is looked for each time, and one at another address than before is asked at once.
 * @throws the storage client's error
 */
export async function syncWhenNeeded(
  { isEmpty }: { isEmpty: boolean },
  log: Logger,
  world: SyncWorld,
): Promise<void> {
  const last = LastSync.safeParse(await world.blobs.read(LAST_SYNC)).data;
  if (!isEmpty && last?.brokeOff !== true) return;
  if (last && wasLately(last, world)) return;
  const why = isEmpty ? "nobody is watched yet" : "the mediator broke off when it sent its users";
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

function wasLately(last: LastSync, { clock, mediator }: SyncWorld): boolean {
  if (last.mediator !== mediator.url) return false;
  // One that lies far ahead was before the clock was set back.
  return Math.abs(clock.now().getTime() - Date.parse(last.at)) < AT_MOST_EVERY_MS;
}

async function askForUsers(timeoutMs: number, world: SyncWorld): Promise<SetUpAnswer> {
  const { blobs, clock, mediator } = world;
  const asked: LastSync = { at: clock.now().toISOString(), mediator: mediator.url };
  // Before the question: it may take long, and another tick must not ask, too. Should this end in its middle, nobody knows
  // whether all were sent.
  await blobs.put(LAST_SYNC, { ...asked, brokeOff: true });
  const answer = await mediator.setUp({ timeoutMs });
  if (answer.done || answer.isLate) await blobs.put(LAST_SYNC, asked);
  return answer;
}
