import { firstLineOf } from "../error-message.ts";
import type { Logger } from "../log.ts";
import { forgetMissed, type MissedRequest, missedRequests } from "./missed-requests.ts";
import { mayBeServedLater, type MonitorWorld, startOrStop } from "./start-or-stop.ts";

/** Another tick is due in a minute. */
const BEGIN_WITHIN_MS = 30_000;
/** After so many the others would fare no better; fewer may be about those alone. */
const MOST_FAILURES = 3;

/**
 * Serves requests that could not be served when they came. What still cannot be is tried again by the next tick.
 * @throws the storage client's error
 */
export async function serveMissed(log: Logger, world: MonitorWorld): Promise<void> {
  const until = world.clock.now().getTime() + BEGIN_WITHIN_MS;
  let [served, failed] = [0, 0];
  for await (const request of missedRequests(world)) {
    if (failed >= MOST_FAILURES || world.clock.now().getTime() >= until) break;
    try {
      if (!(await isOvertaken(request, world))) await startOrStop(request, world);
      await forgetMissed(request.email, world);
      served += 1;
    } catch (error) {
      if (!mayBeServedLater(error)) {
        await forgetMissed(request.email, world);
        continue;
      }
      failed += 1;
      log.warn(`a request to start or stop watching somebody still cannot be served: ${firstLineOf(error)}`);
    }
  }
  if (served > 0) log.info(`${served} requests that could not be served when they came are served now`);
}

/** Whether they were started since; who is stopped waits for nothing. */
async function isOvertaken({ email, at }: MissedRequest, { users }: MonitorWorld): Promise<boolean> {
  return (await users.named(email)).some(({ registeredAt }) => registeredAt > at);
}
