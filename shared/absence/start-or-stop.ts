import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import { findUsersByAddress } from "../graph/find-user.ts";
import { GraphServiceError } from "../graph/graph-error.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import { withinDeadline } from "../http/deadline.ts";
import type { MonitorRequest } from "./monitor-request.ts";
import type { MonitoredUsers } from "./monitored-users.ts";
import { forgetMissed, type MissedWorld, noteMissed } from "./missed-requests.ts";

export interface MonitorWorld extends MissedWorld {
  clock: Clock;
  users: MonitoredUsers;
  /** The road to the directory, where nobody stands in line behind the mailboxes of a tick. */
  directory(options: { signal: AbortSignal }): Promise<GraphRoad>;
}

/** What came of a request: `unknown` when the directory has nobody of that address, `ambiguous` when it has several. */
export type MonitorOutcome = "done" | "unknown" | "ambiguous";

/** The mediator waits 10 s for the answer about each of its users. */
const ANSWER_WITHIN_MS = 9000;

/**
 * Starts watching a user, or stops. Starting again has the targets told again: the mediator asks because it knows nothing.
 * @param request.email  an address of the user; the mediator is told by this very text
 * @throws {AppTokenError | SecretStoreError | DeadlineError}, Graph's error or the storage client's: it may be done or
 *   not; the next tick does it, or asking again
 */
export async function startOrStop(request: MonitorRequest, world: MonitorWorld): Promise<MonitorOutcome> {
  const at = world.clock.now().toISOString();
  const beforeWriting = async (): Promise<boolean> => {
    // Whatever was asked for before counts no more.
    await forgetMissed(request.email, world);
    return true;
  };
  try {
    return await serve(request, beforeWriting, world);
  } catch (error) {
    // Where storage is away nothing can be noted either, and this failure says so.
    if (mayBeServedLater(error)) await noteMissed({ ...request, at }, world).catch(() => undefined);
    throw error;
  }
}

/** Of an address that Graph does not understand, or not in a URL. */
const NOT_UNDERSTOOD = new Set([400, 414]);

/** What can never be served would be asked for with each tick for ever. */
export function mayBeServedLater(error: unknown): boolean {
  return !(error instanceof GraphServiceError && NOT_UNDERSTOOD.has(error.status));
}

/**
 * Does what was asked for.
 * @param beforeWriting  is asked when the directory has answered: false when this is out of date by then
 * @throws as startOrStop; nothing is noted
 */
export async function serve(
  { email, monitor }: MonitorRequest,
  beforeWriting: () => Promise<boolean>,
  world: MonitorWorld,
): Promise<MonitorOutcome> {
  return monitor ? startWatching(email, beforeWriting, world) : stopWatching(email, beforeWriting, world);
}

async function startWatching(
  email: string,
  beforeWriting: () => Promise<boolean>,
  world: MonitorWorld,
): Promise<MonitorOutcome> {
  const { clock, users } = world;
  const found = await lookUp(email, world);
  if (!(await beforeWriting())) return "done";
  if ("none" in found) return found.none;
  const { id } = found;
  // An address may have passed to somebody else, and two mailboxes must not take turns at one greeting. The other goes
  // first: should this break off, nobody is watched by that address until it is asked for again.
  for (const other of await users.named(email)) if (other.id !== id) await users.remove(other.id);
  const before = await users.find(id);
  const registeredAt = clock.now().toISOString();
  await users.put({ id, email, registration: randomUUID(), registeredAt, found: before?.found });
  return "done";
}

/**
 * By whichever of their addresses: whoever is said to be stopped is not watched by another. Somebody who has left the
 * directory can be stopped all the same, by the address they were started with.
 */
async function stopWatching(
  email: string,
  beforeWriting: () => Promise<boolean>,
  world: MonitorWorld,
): Promise<MonitorOutcome> {
  const { users } = world;
  const named = await users.named(email);
  const found = named.length > 0 ? undefined : await lookUp(email, world);
  if (!(await beforeWriting())) return "done";
  if (found && "none" in found) return found.none;
  for (const { id } of found ? [found] : named) await users.remove(id);
  return "done";
}

async function lookUp(
  email: string,
  { clock, directory }: MonitorWorld,
): Promise<{ id: string } | { none: Exclude<MonitorOutcome, "done"> }> {
  const [user, ...others] = await withinDeadline({ milliseconds: ANSWER_WITHIN_MS, clock }, async (signal) =>
    findUsersByAddress(await directory({ signal }), email),
  );
  if (!user) return { none: "unknown" };
  return others.length > 0 ? { none: "ambiguous" } : { id: user.id };
}
