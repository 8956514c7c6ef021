import { ConfigSourceError } from "../config/config-folder.ts";
import type { Logger } from "../log.ts";
import { failuresOf, throwAll } from "../failures.ts";
import { sendAll } from "../runs/send-all.ts";
import type { MessageQueue } from "../storage/message-queue.ts";
import { reportRun } from "./report-run.ts";
import type { RunHistory } from "../runs/run-history.ts";
import { runIdOf } from "../runs/run-id.ts";
import { EVERY_TEAM } from "./run-request.ts";
import { logLineOf, type Run } from "./run.ts";
import { type PassWorld, runTeamPass } from "./team-pass.ts";
import type { Team } from "./teams.ts";
import { type TeamPlace, type WorkMessage, workMessages } from "./work-message.ts";

export interface FanOutWorld extends PassWorld {
  history: RunHistory<Run>;
  queue: MessageQueue;
}

/**
 * Puts the passes of a batch into the queue. A team whose file is wrong gets its failed report here; it stops no other.
 * @throws {AggregateError} after all that could be queued is
 */
export async function enqueueBatch(
  teams: readonly Team[],
  batch: string,
  log: Logger,
  world: FanOutWorld,
): Promise<void> {
  const places = teams.flatMap((team) => placeOf(team) ?? []);
  const wrong = teams.filter((team) => placeOf(team) === undefined);
  const failures = [
    ...(await sendAll(workMessages(places, { batch }), world.queue)),
    ...(await failuresOf(wrong, (team) => reportWrong(team, batch, log, world))),
  ];
  throwAll(failures, "Not all passes could be queued");
}

/**
 * Puts passes that somebody asked for into the queue.
 * @throws the storage client's error, after what can be sent is
 */
export async function enqueue(
  places: readonly TeamPlace[],
  about: Pick<WorkMessage, "batch" | "request">,
  queue: MessageQueue,
): Promise<void> {
  const [failure] = await sendAll(workMessages(places, about), queue);
  if (failure) throw failure;
}

/** The connection unless a team file names another. */
const USUAL_CONNECTION = "default";

/** Where a team's pass belongs; undefined when its file is wrong. */
function placeOf(team: Team): TeamPlace | undefined {
  if ("file" in team) return { team: team.team, connection: team.file.connection };
  // It may be readable in a moment: the worker reads it again, and passes it on when it names another connection.
  if (team.error instanceof ConfigSourceError) return { team: team.team, connection: USUAL_CONNECTION };
  return undefined;
}

/** @throws {Error} with the line that tells of it, unless the batch has it already */
async function reportWrong(team: Team, batch: string, log: Logger, world: FanOutWorld): Promise<void> {
  const runId = runIdOf({ batch, subject: team.team, attempt: 0 });
  if (await world.history.find(team.team, runId)) return;
  const { signal } = new AbortController();
  const run = await runTeamPass(team, { request: EVERY_TEAM, batch, signal, log }, world);
  const reporting = { request: EVERY_TEAM, history: world.history, log };
  throw new Error(logLineOf(await reportRun({ ...run, runId }, reporting)));
}
