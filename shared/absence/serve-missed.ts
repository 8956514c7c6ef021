import { isDeepStrictEqual } from "node:util";
import { firstLineOf } from "../error-message.ts";
import { inLanes } from "../lanes.ts";
import type { Logger } from "../log.ts";
import { forgetMissed, type MissedRequest, namesOfMissed, readMissed } from "./missed-requests.ts";
import { mayBeServedLater, type MonitorWorld, serve } from "./start-or-stop.ts";

/** Another tick is due in a minute. */
const BEGIN_WITHIN_MS = 30_000;
/** After so many the others would fare no better; fewer may be about those alone. */
const MOST_FAILURES = 3;
/** As many requests as Microsoft Graph is asked at a time. */
const LANES = 4;

/**
 * Serves requests that could not be served when they came. What still cannot be is tried again by the next tick, which
 * begins with another of them.
 * @throws the storage client's error
 */
export async function serveMissed(log: Logger, world: MonitorWorld): Promise<void> {
  const names = await namesOfMissed(world);
  const now = world.clock.now().getTime();
  const first = Math.floor(now / 60_000) % Math.max(1, names.length);
  const count = { served: 0, failed: 0 };
  const work = async ([name]: readonly string[]): Promise<void> => {
    if (name === undefined || count.failed >= MOST_FAILURES) return;
    if (world.clock.now().getTime() >= now + BEGIN_WITHIN_MS) return;
    try {
      if (await serveNoted(name, log, world)) count.served += 1;
    } catch (error) {
      count.failed += 1;
      log.warn(`a request to start or stop watching somebody still cannot be served: ${firstLineOf(error)}`);
    }
  };
  await inLanes([...names.slice(first), ...names.slice(0, first)], { size: 1, lanes: LANES }, work);
  if (count.served > 0)
    log.info(`${count.served} requests that could not be served when they came are served now`);
}

/** @returns false when there is nothing to serve any more @throws as startOrStop */
async function serveNoted(name: string, log: Logger, world: MonitorWorld): Promise<boolean> {
  const request = await readMissed(name, world);
  if (request === undefined) return false;
  if (request === "unreadable") {
    log.warn(
      "a request to start or stop watching somebody that waited to be served cannot be read, and is dropped",
    );
    await world.blobs.delete(name);
    return false;
  }
  const isStillNoted = async (): Promise<boolean> =>
    isDeepStrictEqual(await readMissed(name, world), request);
  const isDue = async (): Promise<boolean> => (await isStillNoted()) && !(await isOvertaken(request, world));
  await serve(request, isDue, world).catch((error: unknown) => {
    if (mayBeServedLater(error)) throw error;
  });
  // What was asked for meanwhile, and could not be served, waits in the same place.
  if (await isStillNoted()) await forgetMissed(request.email, world);
  return true;
}

/** Whether they were started since; who is stopped waits for nothing. */
async function isOvertaken({ email, at }: MissedRequest, { users }: MonitorWorld): Promise<boolean> {
  return (await users.named(email)).some(({ registeredAt }) => registeredAt > at);
}
