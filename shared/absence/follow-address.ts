import { createHash } from "node:crypto";
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
}

const ANSWER_WITHIN_MS = 9000;
const MINUTES = 60;

/** Whether this minute is the one of the hour in which a user's address is looked up: never all of them at once. */
export function isTurnOf({ id }: Pick<MonitoredUser, "id">, now: Date): boolean {
  return createHash("sha256").update(id).digest().readUInt32BE() % MINUTES === now.getUTCMinutes();
}

/**
 * Looks up who has the address of a user whose id is gone. Somebody deleted and made again, or whose address has passed
 * on, has another id: that one is watched in the place of the old.
 * @throws {AppTokenError | SecretStoreError | DeadlineError}, Graph's error or the storage client's: the next hour's try
 *   makes up for it
 */
export async function followAddress(user: MonitoredUser, world: DirectoryWorld): Promise<void> {
  const { users } = world;
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
