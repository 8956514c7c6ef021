import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { startDeadline } from "../http/deadline.ts";
import { findUsersByAddress } from "../graph/find-user.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import type { MonitorOutcome } from "./monitor-answer.ts";
import type { MonitorRequest } from "./monitor-request.ts";
import type { MonitoredUsers } from "./monitored-users.ts";

export interface MonitorWorld {
  clock: Clock;
  users: MonitoredUsers;
  graph(options: { signal: AbortSignal }): Promise<GraphRoad>;
}

/** The mediator waits 10 s for the answer about each of its users. */
const ANSWER_WITHIN_MS = 9000;

/**
 * Starts watching a user, or stops. Starting again has the targets told again: the mediator asks because it knows nothing.
 * @param request.email  an address of the user; the mediator is told by this very text
 * @throws {AppTokenError | SecretStoreError}, Graph's error or the storage client's: nothing has changed
 */
export async function startOrStop(
  { email, monitor: isWanted }: MonitorRequest,
  world: MonitorWorld,
): Promise<MonitorOutcome> {
  return isWanted ? startWatching(email, world) : stopWatching(email, world);
}

async function startWatching(email: string, world: MonitorWorld): Promise<MonitorOutcome> {
  const { clock, users } = world;
  const found = await lookUp(email, world);
  if ("none" in found) return found.none;
  const before = await users.find(found.id);
  await users.put({
    id: found.id,
    email,
    registration: randomUUID(),
    registeredAt: clock.now().toISOString(),
    found: before?.found,
  });
  if (before?.email.toLowerCase() !== email.toLowerCase()) await forgetOthers(email, found.id, users);
  return "done";
}

/** An address that has passed to somebody else: two mailboxes must not take turns at one greeting. */
async function forgetOthers(email: string, id: string, users: MonitoredUsers): Promise<void> {
  const named = await users.named(email);
  for (const other of named) if (other.id !== id) await users.remove(other.id);
}

/** Somebody who has left the directory can be stopped all the same. */
async function stopWatching(email: string, world: MonitorWorld): Promise<MonitorOutcome> {
  const { users } = world;
  const named = await users.named(email);
  for (const { id } of named) await users.remove(id);
  if (named.length > 0) return "done";
  const found = await lookUp(email, world);
  if ("none" in found) return found.none;
  await users.remove(found.id);
  return "done";
}

async function lookUp(
  email: string,
  { clock, graph }: MonitorWorld,
): Promise<{ id: string } | { none: Exclude<MonitorOutcome, "done"> }> {
  const deadline = startDeadline({ milliseconds: ANSWER_WITHIN_MS, clock });
  try {
    const [user, ...others] = await findUsersByAddress(await graph({ signal: deadline.signal }), email);
    if (!user) return { none: "unknown" };
    return others.length > 0 ? { none: "ambiguous" } : { id: user.id };
  } finally {
    deadline.clear();
  }
}
