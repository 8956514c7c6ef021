import { ConfigSourceError } from "../config/config-folder.ts";
import type { Logger } from "../log.ts";
import { failuresOf, throwAll } from "../failures.ts";
import { sendAll } from "../runs/send-all.ts";
import { reportRun } from "./report-run.ts";
import { logLineOf } from "./run.ts";
import { runSpace } from "./run-space.ts";
import type { ConfiguredSpace } from "./spaces.ts";
import { jobOf, workMessage } from "./work-message.ts";
import type { WorkWorld } from "./worker.ts";

/**
 * Puts the syncs of a batch into the queue, a message for each space. A space whose file is wrong gets its failed report
 * here; it stops no other.
 * @throws {AggregateError} after all that could be queued is
 */
export async function enqueueBatch(
  spaces: readonly ConfiguredSpace[],
  batch: string,
  log: Logger,
  world: WorkWorld,
): Promise<void> {
  // What cannot be read may be readable in a moment: the worker reads it again.
  const isWrong = (space: ConfiguredSpace): boolean =>
    "error" in space && !(space.error instanceof ConfigSourceError);
  const messages = spaces
    .filter((space) => !isWrong(space))
    .map(({ space }) => workMessage({ batch, space }));
  throwAll(
    [
      ...(await sendAll(messages, world.queue)),
      ...(await failuresOf(spaces.filter(isWrong), (space) => reportWrong(space, batch, log, world))),
    ],
    "Not all syncs could be queued",
  );
}

/** @throws {Error} with the line that tells of it, unless the batch has it already */
async function reportWrong(
  space: ConfiguredSpace,
  batch: string,
  log: Logger,
  world: WorkWorld,
): Promise<void> {
  const job = jobOf(workMessage({ batch, space: space.space }));
  if (await world.history.find(space.space, job.runId)) return;
  const { signal } = new AbortController();
  const run = await runSpace(space, job, { signal, until: world.clock.now(), log }, world);
  throw new Error(logLineOf(await reportRun(run, { ...world, log })));
}
