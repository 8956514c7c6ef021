import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import { startDeadline } from "../http/deadline.ts";
import type { Logger } from "../log.ts";
import {
  ANSWER_WITHIN_MS,
  BEGIN_TO_ANSWER_WITHIN_MS,
  CONNECTIONS_SIDE_BY_SIDE,
} from "../runs/answer-time.ts";
import { sendAll } from "../runs/send-all.ts";
import { logRun, reportRun } from "./report-run.ts";
import type { Run } from "./run.ts";
import { runSpace } from "./run-space.ts";
import { inTurn } from "./space-turn.ts";
import { SpaceWork, type SpaceRequest } from "./space-work.ts";
import type { ConfiguredSpace } from "./spaces.ts";
import { jobOf, workMessage, type WorkMessage } from "./work-message.ts";
import type { WorkWorld } from "./worker.ts";

/** What came of what somebody asked for. */
export interface ForcedRuns {
  batch: string;
  /** Those that were begun, in the order of the spaces; one that goes on in the queue is `running`. */
  runs: Run[];
  /** Whether some go on in the queue, or begin there. */
  isQueued: boolean;
}

interface Forced {
  signal: AbortSignal;
  until: Date;
  log: Logger;
  world: WorkWorld;
}

/** Runs what somebody asked for, as far as it can be done while they wait; the rest goes on in the queue. */
export async function runNow(
  spaces: readonly ConfiguredSpace[],
  request: SpaceRequest,
  log: Logger,
  world: WorkWorld,
): Promise<ForcedRuns> {
  const batch = randomUUID();
  const until = new Date(world.clock.now().getTime() + BEGIN_TO_ANSWER_WITHIN_MS);
  const deadline = startDeadline({ milliseconds: ANSWER_WITHIN_MS, clock: world.clock });
  const forced: Forced = { signal: deadline.signal, until, log, world };
  const groups = Map.groupBy(spaces, (space) => ("file" in space ? space.file.connection : undefined));
  const limit = pLimit(CONNECTIONS_SIDE_BY_SIDE);
  const runs = new Map<string, Run>();
  const left: WorkMessage[] = [];
  // What cannot be begun, since the storage account fails, must not cost the others the messages they go on by.
  const ends = await Promise.allSettled(
    [...groups.values()].map((group) =>
      limit(async () => {
        for (const space of group) {
          const message = workMessage({ batch, space: space.space, request });
          const run = await runOne(space, message, forced);
          if (run) runs.set(space.space, run);
          else left.push(message);
        }
      }),
    ),
  ).finally(deadline.clear);
  const unsent = await sendAll(left, world.queue);
  const failed = ends.find((end) => end.status === "rejected");
  if (failed) throw failed.reason;
  if (unsent[0]) throw unsent[0];
  const begun = spaces.flatMap(({ space }) => runs.get(space) ?? []);
  const queued = left.length + begun.filter(({ status }) => status === "running").length;
  if (queued > 0) log.warn(`${queued} of ${spaces.length} spaces go on in the queue`);
  return { batch, runs: begun, isQueued: queued > 0 };
}

/** @returns undefined when its turn did not come in time, or was over before anything was begun */
async function runOne(
  space: ConfiguredSpace,
  message: WorkMessage,
  { signal, until, log, world }: Forced,
): Promise<Run | undefined> {
  const job = jobOf(message);
  let isBegun = false;
  // Should its process end, or its time: the queue goes on with it then, and waits for as long as the lock is still held.
  const onBegin = async (): Promise<void> => {
    const delayMs = Math.max(0, until.getTime() - world.clock.now().getTime());
    await world.queue.send({ ...message, part: 1 }, { delayMs });
    isBegun = true;
  };
  const run = (ending: AbortSignal): Promise<Run> =>
    runSpace(space, job, { signal: ending, until, log, onBegin }, world);
  if (!("file" in space)) return told(await run(signal), log, world);
  if (world.clock.now() >= until) return undefined;
  // Whoever only looks needs no lock.
  const isDryRun = job.request.kind === "sync" && job.request.dryRun;
  const outcome = isDryRun
    ? { done: await run(signal) }
    : await inTurn(space.file, until, world, (held) => run(AbortSignal.any([signal, held])));
  if ("done" in outcome) {
    const { status, error } = outcome.done;
    const isCutShort = status === "running" || error?.code === "out_of_time";
    return isCutShort && !isBegun ? undefined : told(outcome.done, log, world);
  }
  if (outcome.busy === "connection") return undefined;
  log.warn(`space ${space.space}: it is being synced already; this run left it alone`);
  const error = {
    code: ALREADY_RUNNING,
    message: `The space ${space.space} is being synced already; see GET /api/memberships/runs?space=${space.space}. Try again when that has ended.`,
  };
  return new SpaceWork(job, { signal, until, log }, world).report({ error });
}

const ALREADY_RUNNING = "already_running";

/** Another holds the space's lock: whoever does reports. */
export function isBusy({ error }: Run): boolean {
  return error?.code === ALREADY_RUNNING;
}

async function told(run: Run, log: Logger, world: WorkWorld): Promise<Run> {
  if (run.status === "running") return run;
  if (!run.dryRun) return reportRun(run, { ...world, log });
  // Whoever asked has it in the answer, and nothing is remembered of it.
  logRun(run, log);
  return run;
}
