import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import type { Environment } from "../config/settings.ts";
import { startDeadline } from "../http/deadline.ts";
import type { Logger } from "../log.ts";
import type { Lease } from "../storage/blob-lease.ts";
import {
  ANSWER_WITHIN_MS,
  BEGIN_TO_ANSWER_WITHIN_MS,
  CONNECTIONS_SIDE_BY_SIDE,
} from "../runs/answer-time.ts";
import { type ConnectionLeases, waitForConnection } from "../runs/connection-lease.ts";
import { enqueue, type FanOutWorld } from "./fan-out.ts";
import { isBusy, reportRun } from "./report-run.ts";
import { runIdOf } from "../runs/run-id.ts";
import { runErrorOf } from "./run-error.ts";
import type { RunRequest } from "./run-request.ts";
import type { Run } from "./run.ts";
import { runTeamPass } from "./team-pass.ts";
import { loadTeams, type Team } from "./teams.ts";
import { tryAgain } from "./try-again.ts";
import type { TeamPlace } from "./work-message.ts";

export interface RunNowWorld extends FanOutWorld, ConnectionLeases {
  env: Environment;
}

export type ForcedRuns =
  | { kind: "ran"; runs: Run[] }
  /** Some could not be begun in time: they are in the queue, and will be in the history under this batch. */
  | { kind: "queued"; runs: Run[]; batch: string }
  | { kind: "unknown_team" | "already_running"; detail: string };

interface Forced {
  request: RunRequest;
  batch: string;
  /** Aborts when the answer is due. */
  signal: AbortSignal;
  /** No pass is begun after it. */
  until: Date;
  log: Logger;
  world: RunNowWorld;
}

/** Runs what somebody asked for, as far as it can be done while he waits; the rest goes on in the queue. */
export async function runNow(request: RunRequest, log: Logger, world: RunNowWorld): Promise<ForcedRuns> {
  const teams = await loadTeams(world.config, world.env, request);
  const asked = teams.filter(({ team }) => request.team === undefined || team === request.team);
  if (request.team !== undefined && asked.length === 0) return unknownTeam(request.team, teams, world);
  if (teams.length === 0) log.warn(`there is no team file in ${world.config.place}: nothing to do`);

  const batch = randomUUID();
  const until = new Date(world.clock.now().getTime() + BEGIN_TO_ANSWER_WITHIN_MS);
  const deadline = startDeadline({ milliseconds: ANSWER_WITHIN_MS, clock: world.clock });
  const forced: Forced = { request, batch, signal: deadline.signal, until, log, world };
  const ran = await runGroups(asked, forced).finally(deadline.clear);
  const runs = asked.flatMap(({ team }) => ran.get(team) ?? []);
  const busy = request.team === undefined ? undefined : runs.find(isBusy);
  if (busy?.error) return { kind: "already_running", detail: busy.error.message };
  const left = asked.filter(({ team }) => !ran.has(team));
  if (left.length === 0) return { kind: "ran", runs };
  await enqueue(left.flatMap(placeOf), { batch, request: { ...request, team: undefined } }, world.queue);
  log.warn(`${left.length} of ${asked.length} passes were not begun in time: they go on in the queue`);
  return { kind: "queued", runs, batch };
}

function unknownTeam(name: string, teams: readonly Team[], { config }: RunNowWorld): ForcedRuns {
  const known = teams.map(({ team }) => team).join(", ") || "none";
  return {
    kind: "unknown_team",
    detail: `There is no team “${name}”. The teams in ${config.place} are: ${known}.`,
  };
}

/** The teams of one connection in turn. Holds only those that were begun. */
async function runGroups(teams: readonly Team[], forced: Forced): Promise<Map<string, Run>> {
  const groups = Map.groupBy(teams, (team) => ("file" in team ? team.file.connection : undefined));
  const limit = pLimit(CONNECTIONS_SIDE_BY_SIDE);
  const runs = new Map<string, Run>();
  await Promise.all(
    [...groups.values()].map((group) =>
      limit(async () => {
        for (const team of group) {
          const run = await runOne(team, forced);
          if (run) runs.set(team.team, await told(run, team, forced));
        }
      }),
    ),
  );
  return runs;
}

/**
 * Runs a team's pass in its connection's turn. The team's lock comes first, so that a team whose pass is running says so
 * at once; a worker, which has the connection already, never waits for a team.
 * @returns undefined when the turn did not come in time
 */
async function runOne(team: Team, { until, world, ...options }: Forced): Promise<Run | undefined> {
  if (!("file" in team)) return runTeamPass(team, options, world);
  if (world.clock.now() >= until) return undefined;
  const held: Lease[] = [];
  try {
    if (!options.request.dryRun) {
      const own = await world.lock(team.team);
      if (!own) return await runTeamPass(team, options, { ...world, lock: async () => undefined });
      held.push(own);
    }
    const turn = await waitForConnection(team.file.connection, until, world);
    if (!turn) return undefined;
    held.push(turn);
    const signal = AbortSignal.any([options.signal, ...held.map((lease) => lease.signal)]);
    // Held here and freed here; the pass is told that it has it.
    const lock = async (): Promise<Lease> => ({ signal, release: async () => undefined });
    return await runTeamPass(team, { ...options, signal }, { ...world, lock });
  } catch (error) {
    return await runTeamPass({ team: team.team, error }, options, world);
  } finally {
    for (const lease of held.toReversed()) await lease.release();
  }
}

/** A dry run and a busy team have no report but the answer. */
async function told(run: Run, team: Team, { request, batch, log, world }: Forced): Promise<Run> {
  const named = { ...run, runId: runIdOf({ batch, subject: run.team, attempt: 0 }) };
  if (isBusy(run)) {
    log.warn(`team ${run.team}: a pass is running already; this one left it alone`);
    return named;
  }
  if (request.dryRun) {
    log.info(`dry run of team ${run.team}: ${run.status}`);
    return named;
  }
  await triedAgain(named, team, { request, batch, log, world });
  return reportRun(named, { request, history: world.history, log });
}

/** Whoever asked sees how it ended; what may pass is tried again all the same, since nobody may be waiting any more. */
async function triedAgain(
  run: Run,
  team: Team,
  { request, batch, log, world }: Pick<Forced, "request" | "batch" | "log" | "world">,
): Promise<void> {
  if (!("file" in team)) return;
  const { connection } = team.file;
  const tried = { kind: "passes", version: 1, batch, connection, attempt: 0 } as const;
  try {
    await tryAgain(run, { ...tried, request: { ...request, team: undefined } }, { queue: world.queue, log });
  } catch (error) {
    log.warn(`team ${run.team}: it will not be tried again by itself: ${runErrorOf(error).message}`);
  }
}

function placeOf(team: Team): TeamPlace[] {
  return "file" in team ? [{ team: team.team, connection: team.file.connection }] : [];
}
