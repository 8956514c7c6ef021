import type { ConfigSource } from "../config/config-folder.ts";
import { startDeadline } from "../http/deadline.ts";
import type { Logger } from "../log.ts";
import { LAST_ATTEMPT, RETRY_AFTER_MINUTES } from "../runs/retry-pauses.ts";
import { BUSY_MS, END_WITHIN_MS } from "../runs/worker-time.ts";
import type { MessageQueue } from "../storage/message-queue.ts";
import { giveUp } from "./interrupted.ts";
import { mayPass } from "./passing-reasons.ts";
import { reportRun } from "./report-run.ts";
import type { Run, RunError } from "./run.ts";
import { runSpace } from "./run-space.ts";
import { inTurn, type SpaceTurns } from "./space-turn.ts";
import type { SpaceWorld } from "./space-work.ts";
import { type ConfiguredSpace, loadSpaces } from "./spaces.ts";
import { jobOf, LAST_PART, parseWorkMessage, type WorkMessage } from "./work-message.ts";

export interface WorkWorld extends SpaceWorld, SpaceTurns {
  config: ConfigSource;
  queue: MessageQueue;
}

const MINUTE_MS = 60_000;
/** No change is begun in the last minute. */
const BEGIN_WITHIN_MS = END_WITHIN_MS - MINUTE_MS;

/**
 * Carries out one message: a space's run, or the next part of it. What cannot be done now goes back into the queue as a
 * message of its own. A run that fails is a report, and no reason to throw.
 * @returns the report, when the run has ended
 * @throws {WorkMessageError} it is not one of ours
 * @throws {ConfigSourceError} or the storage client's error: it has to come again
 */
export async function workOn(body: unknown, log: Logger, world: WorkWorld): Promise<Run[]> {
  const message = parseWorkMessage(body);
  const { runId, space: name } = jobOf(message);
  const ended = await world.history.find(name, runId);
  if (ended) {
    // Whoever ran it may have stopped between its report and the lists it belongs into.
    await world.history.add(ended);
    await world.documents.dropRunning(ended);
    log.info(`space ${name}: run ${runId} has ended already`);
    return [];
  }
  const space = (await loadSpaces(world.config)).find((each) => each.space === name);
  if (!space) {
    log.warn(`space ${name}: its file is gone, so there is nothing to run`);
    const begun = (await world.documents.running(name)).find((run) => run.runId === runId);
    return begun ? [await reportRun(await giveUp(begun, fileGone(name), world), { ...world, log })] : [];
  }
  const run = await runHere(space, message, log, world);
  if (!run) return [];
  if (run.status === "running" && message.part < LAST_PART) {
    log.info(
      `space ${name}: run ${runId} goes on later; ${run.progress.done} of ${run.progress.total} changes made`,
    );
    await world.queue.send({ ...message, part: message.part + 1 });
    return [];
  }
  const whole = run.status === "running" ? await giveUp(run, OUT_OF_TIME, world) : run;
  // Before its report: a crash in between repeats the run, rather than leaves it without its next try. One that was given
  // up has had more tries than any.
  if (whole === run) await tryAgain(run, message, log, world);
  return [await reportRun(whole, { ...world, log })];
}

/** @returns undefined when another works for the space or its connection */
async function runHere(
  space: ConfiguredSpace,
  message: WorkMessage,
  log: Logger,
  world: WorkWorld,
): Promise<Run | undefined> {
  const now = world.clock.now();
  const until = new Date(now.getTime() + BEGIN_WITHIN_MS);
  const run = (signal: AbortSignal): Promise<Run> =>
    runSpace(space, jobOf(message), { signal, until, log }, world);
  if (!("file" in space)) return run(new AbortController().signal);
  const outcome = await inTurn(space.file, now, world, async (signal) => {
    const deadline = startDeadline({ milliseconds: END_WITHIN_MS, clock: world.clock, signal });
    return run(deadline.signal).finally(deadline.clear);
  });
  if ("done" in outcome) return outcome.done;
  const what = outcome.busy === "space" ? `space ${space.space}` : `the connection of space ${space.space}`;
  log.info(`${what} is busy: this run waits for half a minute`);
  await world.queue.send(message, { delayMs: BUSY_MS });
  return undefined;
}

const OUT_OF_TIME: RunError = {
  code: "out_of_time",
  message: "It took far longer than it should; the next sync goes on with what is left.",
};

/** Nobody would ever come to go on with it. */
function fileGone(space: string): RunError {
  return {
    code: "interrupted",
    message: `The file spaces/${space}.json went away in the middle of this run, so it went no further.`,
  };
}

/** Has a run that failed for a passing reason tried again later. */
async function tryAgain(run: Run, message: WorkMessage, log: Logger, { queue }: WorkWorld): Promise<void> {
  const minutes = RETRY_AFTER_MINUTES[message.attempt];
  const { request } = message;
  const isAsConfigured = request.kind === "sync" && !request.dryRun && request.force === undefined;
  if (minutes === undefined || !isAsConfigured || !mayPass(run)) return;
  const attempt = message.attempt + 1;
  await queue.send({ ...message, attempt, part: 0 }, { delayMs: minutes * MINUTE_MS });
  log.warn(
    `space ${run.space}: this may pass, so it is tried again in ${minutes} minutes (${attempt} of ${LAST_ATTEMPT})`,
  );
}
