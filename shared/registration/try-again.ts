import type { Logger } from "../log.ts";
import { LAST_ATTEMPT, RETRY_AFTER_MINUTES } from "../runs/retry-pauses.ts";
import type { MessageQueue } from "../storage/message-queue.ts";
import { mayPass } from "./passing-reasons.ts";
import type { RunRequest } from "./run-request.ts";
import type { Run } from "./run.ts";
import type { WorkMessage } from "./work-message.ts";

const MINUTE_MS = 60_000;

/**
 * Has a pass that failed for a passing reason tried again later.
 * @param tried  the message that it was a try of, whichever teams that names
 * @throws what the queue throws: it will not be tried again
 */
export async function tryAgain(
  run: Run,
  tried: Omit<WorkMessage, "teams">,
  { queue, log }: { queue: MessageQueue; log: Logger },
): Promise<void> {
  const minutes = RETRY_AFTER_MINUTES[tried.attempt];
  if (run.status === "ok" || minutes === undefined || !isRepeatable(tried.request) || !mayPass(run)) return;
  const attempt = tried.attempt + 1;
  await queue.send({ ...tried, teams: [run.team], attempt }, { delayMs: minutes * MINUTE_MS });
  log.warn(
    `team ${run.team}: this may pass, so it is tried again in ${minutes} minutes (${attempt} of ${LAST_ATTEMPT})`,
  );
}

/** What somebody tries out, or wants to be told again, would be told once more. */
function isRepeatable(request: RunRequest | undefined): boolean {
  return !request || (!request.dryRun && !request.trial && request.resend.length === 0);
}
