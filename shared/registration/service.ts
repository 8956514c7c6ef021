import { parseNcrontab } from "../config/ncrontab.ts";
import type { Logger } from "../log.ts";
import { type CatchUpWorld, enqueueOwed } from "./catch-up.ts";
import { batchDue } from "../runs/due-batch.ts";
import { enqueueBatch } from "./fan-out.ts";
import { newestFirst } from "../runs/run-history.ts";
import { replayTeam, runsPutAside } from "./poison.ts";
import { type ForcedRuns, runNow, type RunNowWorld } from "./run-now.ts";
import { EVERY_TEAM, parseHistoryQuery, parseReplayRequest, parseRunRequest } from "./run-request.ts";
import type { Run } from "./run.ts";
import { loadTeams } from "./teams.ts";
import { workOn, type WorkWorld } from "./worker.ts";

/** What the triggers ask of registration. */
export interface RegistrationService {
  /**
   * Puts every team's pass into the queue, as the timer starts it.
   * @param timer.schedule  as NCRONTAB
   * @param timer.isPastDue  as the host says: it comes late for its time
   * @throws {AggregateError} when a team could not be queued, after all others are
   */
  enqueueDue(timer: { schedule: string; isPastDue: boolean }, log: Logger): Promise<void>;
  /**
   * Puts into the queue what the last occurrence of the schedule still owes.
   * @throws {AggregateError} as enqueueDue
   */
  enqueueOwed(timer: { schedule: string }, log: Logger): Promise<void>;
  /**
   * Works at one message of the queue.
   * @returns the reports of what was run
   * @throws when it has to come again
   */
  work(message: unknown, log: Logger): Promise<Run[]>;
  /** A run that somebody asked for; `body` as it was sent. */
  runNow(body: unknown, log: Logger): Promise<RunOutcome>;
  /** Past runs; `query` as it was sent. */
  history(query: unknown): Promise<HistoryOutcome>;
  /** Puts the messages of a team that were put aside back into the queue; `body` as it was sent. */
  replay(body: unknown): Promise<ReplayOutcome>;
}

export type RunOutcome =
  | Exclude<ForcedRuns, { kind: "queued" }>
  /** `location`: where the outcome of the rest will be. */
  | { kind: "queued"; runs: Run[]; location: string }
  | { kind: "invalid"; detail: string };

export type HistoryOutcome = { kind: "found"; runs: Run[] } | { kind: "invalid"; detail: string };

export type ReplayOutcome =
  | { kind: "replayed"; replayed: number }
  | { kind: "nothing_there" | "invalid"; detail: string };

export interface RegistrationWorld extends RunNowWorld, WorkWorld, CatchUpWorld {
  /** Without a slash at its end. */
  publicUrl: string;
}

export function registrationService(world: RegistrationWorld): RegistrationService {
  return {
    async enqueueDue({ schedule, isPastDue }, log) {
      const batch = batchDue(parseNcrontab(schedule), world.clock.now(), isPastDue);
      const teams = await loadTeams(world.config, world.env, EVERY_TEAM);
      if (teams.length === 0) log.warn(`there is no team file in ${world.config.place}: nothing to do`);
      await enqueueBatch(teams, batch, log, world);
      log.info(`${teams.length} teams are queued as ${batch}`);
    },
    async enqueueOwed({ schedule }, log) {
      await enqueueOwed(parseNcrontab(schedule), log, world);
    },
    work: (message, log) => workOn(message, log, world),
    async runNow(body, log) {
      const parsed = parseRunRequest(body);
      if ("mistakes" in parsed) return { kind: "invalid", detail: parsed.mistakes };
      const outcome = await runNow(parsed.request, log, world);
      if (outcome.kind !== "queued") return outcome;
      const location = `${world.publicUrl}/api/registrations/runs?batch=${outcome.batch}&limit=200`;
      return { kind: "queued", runs: outcome.runs, location };
    },
    async history(query) {
      const parsed = parseHistoryQuery(query);
      if ("mistakes" in parsed) return { kind: "invalid", detail: parsed.mistakes };
      const { team: subject, batch, limit } = parsed.request;
      const lists = await Promise.all([
        world.history.list({ subject, batch, limit }),
        runsPutAside(parsed.request, world),
      ]);
      const runs = lists.flat().toSorted(newestFirst).slice(0, limit);
      return { kind: "found", runs };
    },
    async replay(body) {
      const parsed = parseReplayRequest(body);
      if ("mistakes" in parsed) return { kind: "invalid", detail: parsed.mistakes };
      const { team } = parsed.request;
      const replayed = await replayTeam(team, world);
      if (replayed > 0) return { kind: "replayed", replayed };
      const detail = `No message of team “${team}” was put aside: there is nothing to put back. To run its pass, POST /api/registrations/run.`;
      return { kind: "nothing_there", detail };
    },
  };
}
