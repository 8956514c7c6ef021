import { randomUUID } from "node:crypto";
import pLimit from "p-limit";
import type { Environment } from "../config/settings.ts";
import { startDeadline } from "../http/deadline.ts";
import type { Logger } from "../log.ts";
import { runErrorOf } from "./run-error.ts";
import type { RunHistory } from "./run-history.ts";
import { EVERY_TEAM, parseHistoryQuery, parseRunRequest, type RunRequest } from "./run-request.ts";
import { logLineOf, type Run } from "./run.ts";
import { type PassWorld, runTeamPass } from "./team-pass.ts";
import { loadTeams } from "./teams.ts";

/** What the triggers ask of registration. */
export interface RegistrationService {
  /**
   * Every team's pass, as the timer starts it.
   * @throws {AggregateError} when one did not end `ok`, after all have ended
   */
  runDue(log: Logger): Promise<void>;
  /** A run that somebody asked for; `body` as it was sent. */
  runNow(body: unknown, log: Logger): Promise<RunOutcome>;
  /** Past runs; `query` as it was sent. */
  history(query: unknown): Promise<HistoryOutcome>;
}

export type RunOutcome =
  | { kind: "ran"; runs: Run[] }
  | { kind: "invalid" | "unknown_team" | "already_running"; detail: string };

export type HistoryOutcome = { kind: "found"; runs: Run[] } | { kind: "invalid"; detail: string };

export interface RegistrationWorld extends PassWorld {
  env: Environment;
  history: RunHistory;
}

/** Teams of different mailboxes do not wait for one another; so many passes run side by side. */
const TEAMS_SIDE_BY_SIDE = 4;
/** An HTTP answer that takes longer is cut off by the platform's load balancer after 230 s. */
const HTTP_DEADLINE_MS = 190_000;
/** Within the functionTimeout of host.json. */
const TIMER_DEADLINE_MS = 570_000;

export function registrationService(world: RegistrationWorld): RegistrationService {
  async function run(
    request: RunRequest,
    log: Logger,
    deadlineMs: number,
  ): Promise<Run[] | { unknown: string }> {
    const teams = await loadTeams(world.config, world.env, request);
    const asked = teams.filter(({ team }) => request.team === undefined || team === request.team);
    if (request.team !== undefined && asked.length === 0) {
      const known = teams.map(({ team }) => team).join(", ") || "none";
      return {
        unknown: `There is no team “${request.team}”. The teams in ${world.config.place} are: ${known}.`,
      };
    }
    if (teams.length === 0) log.warn(`there is no team file in ${world.config.place}: nothing to do`);
    const limit = pLimit(TEAMS_SIDE_BY_SIDE);
    const deadline = startDeadline({ milliseconds: deadlineMs, clock: world.clock });
    const options = { request, batch: randomUUID(), signal: deadline.signal, log };
    try {
      return await Promise.all(
        asked.map((team) => limit(async () => keep(await runTeamPass(team, options, world), request, log))),
      );
    } finally {
      deadline.clear();
    }
  }

  async function keep(run: Run, request: RunRequest, log: Logger): Promise<Run> {
    if (isBusy(run)) {
      log.warn(`team ${run.team}: a pass is running already; this one left it alone`);
      return run;
    }
    if (request.dryRun) {
      log.info(`dry run of team ${run.team}: ${run.status}`);
      return run;
    }
    const kept = await remembered(run, log);
    // What somebody tries out is not the daily pass, whose lines alerts wait for.
    if (request.trial) log.info(`trial of team ${run.team}: ${run.status}`);
    else if (kept.status === "ok") log.info(logLineOf(kept));
    else log.error(logLineOf(kept));
    return kept;
  }

  /** A report that cannot be kept is no reason to call what was done undone. */
  async function remembered(run: Run, log: Logger): Promise<Run> {
    try {
      await world.history.add(run);
      return run;
    } catch (error) {
      log.warn(`the report of run ${run.runId} was not kept: ${runErrorOf(error).message}`);
      return { ...run, warnings: [...run.warnings, "history_failed"] };
    }
  }

  return {
    async runDue(log) {
      const runs = await run(EVERY_TEAM, log, TIMER_DEADLINE_MS);
      if ("unknown" in runs) return;
      // Whoever holds a team's lock runs it and reports.
      const bad = runs.filter((each) => each.status !== "ok" && !isBusy(each));
      if (bad.length === 0) return;
      throw new AggregateError(
        bad.map((each) => new Error(logLineOf(each))),
        `${bad.length} of ${runs.length} passes did not end well: ${bad.map(logLineOf).join("; ")}`,
      );
    },
    async runNow(body, log) {
      const parsed = parseRunRequest(body);
      if ("mistakes" in parsed) return { kind: "invalid", detail: parsed.mistakes };
      const { request } = parsed;
      const runs = await run(request, log, HTTP_DEADLINE_MS);
      if ("unknown" in runs) return { kind: "unknown_team", detail: runs.unknown };
      const busy = request.team === undefined ? undefined : runs.find(isBusy);
      return busy?.error ? { kind: "already_running", detail: busy.error.message } : { kind: "ran", runs };
    },
    async history(query) {
      const parsed = parseHistoryQuery(query);
      if ("mistakes" in parsed) return { kind: "invalid", detail: parsed.mistakes };
      return { kind: "found", runs: await world.history.list(parsed.query) };
    },
  };
}

function isBusy({ error }: Run): boolean {
  return error?.code === "already_running";
}
