import type { Clock } from "../clock.ts";
import { findUsersByAddress } from "../graph/find-user.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import { withinDeadline } from "../http/deadline.ts";
import type { MonitoredUser } from "./monitored-user.ts";
import type { MonitoredUsers } from "./monitored-users.ts";

export interface DirectoryWorld {
  clock: Clock;
  users: MonitoredUsers;
  directory(options: { signal: AbortSignal }): Promise<GraphRoad>;
  /** When the addresses of users who are gone were last looked up, by users' ids; milliseconds. */
  lookedUpAt: Map<string, number>;
}

const ANSWER_WITHIN_MS = 9000;
const HOUR_MS = 60 * 60_000;
/** In one part of a tick. */
const MOST_LOOKED_UP = 10;

/** Of those who are gone, whose address is to be looked up by now: hourly, and never all at once. */
export function dueForLookUp(
  gone: readonly MonitoredUser[],
  { clock, lookedUpAt }: { clock: Pick<Clock, "now">; lookedUpAt: ReadonlyMap<string, number> },
): MonitoredUser[] {
  const now = clock.now().getTime();
  // One that lies ahead was before the clock was set back.
  const isDue = (at: number | undefined): boolean => at === undefined || Math.abs(now - at) >= HOUR_MS;
  return gone.filter(({ id }) => isDue(lookedUpAt.get(id))).slice(0, MOST_LOOKED_UP);
}

/**
 * Looks up who has the address of a user whose id is gone. Somebody deleted and made again, or whose address has passed
 * on, has another id: that one is watched in the place of the old.
 * @throws {AppTokenError | SecretStoreError | DeadlineError}, Graph's error or the storage client's: the next hour's try
 *   makes up for it
 */
export async function followAddress(user: MonitoredUser, world: DirectoryWorld): Promise<void> {
  const { users } = world;
  world.lookedUpAt.set(user.id, world.clock.now().getTime());
  const limit = { milliseconds: ANSWER_WITHIN_MS, clock: world.clock };
  const [found, ...others] = await withinDeadline(limit, async (signal) =>
    findUsersByAddress(await world.directory({ signal }), user.email),
  );
  if (!found || others.length > 0 || found.id === user.id) return;
  const [present, other] = await Promise.all([users.find(user.id), users.find(found.id)]);
  // Stopped since, or registered again.
  if (present?.registration !== user.registration) return;
  // One mailbox has one row: somebody watched by another address stays so.
  if (other && other.email.toLowerCase() !== user.email.toLowerCase()) return;
  if (!other) await users.put({ ...user, id: found.id, found: undefined });
  await users.remove(user.id);
}
