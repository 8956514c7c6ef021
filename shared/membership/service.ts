import type { ConfigSource } from "../config/config-folder.ts";
import { parseNcrontab } from "../config/ncrontab.ts";
import type { Logger } from "../log.ts";
import { batchDue } from "../runs/due-batch.ts";
import { approvalAnswer, approvalView, type ApprovalAnswer } from "./approval-answers.ts";
import { approve, viewApproval } from "./approve.ts";
import { enqueueBatch } from "./fan-out.ts";
import { pastRuns } from "./past-runs.ts";
import type { Run } from "./run.ts";
import { type ForcedRuns, isBusy, runNow } from "./run-now.ts";
import { parseHistoryQuery, parseSyncRequest, parseUndoRequest, type SyncRequest } from "./run-request.ts";
import { type ConfiguredSpace, loadSpaces } from "./spaces.ts";
import { workOn, type WorkWorld } from "./worker.ts";

/** What the triggers ask of membership. */
export interface MembershipService {
  /**
   * Puts every space's sync into the queue, as the timer starts it.
   * @param timer.schedule  as NCRONTAB
   * @param timer.isPastDue  as the host says: it comes late for its time
   * @throws {AggregateError} when a space could not be queued, after all others are
   */
  enqueueDue(timer: { schedule: string; isPastDue: boolean }, log: Logger): Promise<void>;
  /**
   * Works at one message of the queue.
   * @returns the report, when the run has ended
   * @throws when it has to come again
   */
  work(message: unknown, log: Logger): Promise<Run[]>;
  /** A sync that somebody asked for; `body` as it was sent. */
  syncNow(body: unknown, log: Logger): Promise<SyncOutcome>;
  /** Takes a run back; `body` as it was sent. */
  undo(body: unknown, log: Logger): Promise<UndoOutcome>;
  /** Past runs, and those under way; `query` as it was sent. */
  history(query: unknown): Promise<HistoryOutcome>;
  /** Shows the plan that an approval link is about, and changes nothing. */
  viewApproval(token: string): Promise<ApprovalAnswer>;
  /** Applies that plan. */
  approve(token: string, log: Logger): Promise<ApprovalAnswer>;
}

/** `location`: where the outcome of the rest will be. */
type Ran = { kind: "ran"; runs: Run[] } | { kind: "queued"; runs: Run[]; location: string };
type Refused<Kind extends string> = { kind: Kind; detail: string };

export type SyncOutcome =
  | Ran
  /** `not_held`: no space has the plan that was to be applied. */
  | Refused<"invalid" | "unknown_space" | "not_held">;

export type UndoOutcome = Ran | Refused<"invalid" | "unknown_run" | "undone_already" | "already_running">;

export type HistoryOutcome = { kind: "found"; runs: Run[] } | Refused<"invalid">;

export interface MembershipWorld extends WorkWorld {
  config: ConfigSource;
  /** Without a slash at its end. */
  publicUrl: string;
}

/** What the triggers ask, done with these services. Nothing is asked of them yet. */
export function membershipService(world: MembershipWorld): MembershipService {
  return {
    async enqueueDue({ schedule, isPastDue }, log) {
      const batch = batchDue(parseNcrontab(schedule), world.clock.now(), isPastDue);
      const spaces = await loadSpaces(world.config);
      if (spaces.length === 0) log.warn(`there is no space file in ${world.config.place}: nothing to do`);
      await enqueueBatch(spaces, batch, log, world);
      log.info(`${spaces.length} spaces are queued as ${batch}`);
    },
    work: (message, log) => workOn(message, log, world),
    syncNow: (body, log) => syncNow(body, log, world),
    undo: (body, log) => undo(body, log, world),
    async history(query) {
      const parsed = parseHistoryQuery(query);
      if ("mistakes" in parsed) return { kind: "invalid", detail: parsed.mistakes };
      return { kind: "found", runs: await pastRuns(parsed.request, world) };
    },
    viewApproval: async (token) => approvalView(await viewApproval(token, world)),
    approve: async (token, log) => approvalAnswer(await approve(token, log, world), world.publicUrl),
  };
}

async function syncNow(body: unknown, log: Logger, world: MembershipWorld): Promise<SyncOutcome> {
  const parsed = parseSyncRequest(body);
  if ("mistakes" in parsed) return { kind: "invalid", detail: parsed.mistakes };
  const { space, dryRun, force } = parsed.request;
  const spaces = await loadSpaces(world.config);
  const asked = await askedFor(parsed.request, spaces, world);
  if (asked.length === 0) {
    if (space !== undefined) return unknownSpace(space, spaces, world.config);
    if (force !== undefined) return { kind: "not_held", detail: NOT_HELD };
    log.warn(`there is no space file in ${world.config.place}: nothing to do`);
  }
  return ranOf(await runNow(asked, { kind: "sync", dryRun, force }, log, world), world);
}

/** A hash is of one space's plan, so it tells which space is meant. */
async function askedFor(
  { space, force }: SyncRequest,
  spaces: readonly ConfiguredSpace[],
  { documents }: MembershipWorld,
): Promise<ConfiguredSpace[]> {
  if (space !== undefined) return spaces.filter((each) => each.space === space);
  if (force === undefined) return [...spaces];
  const waiting = await Promise.all(spaces.map((each) => documents.held(each.space)));
  return spaces.filter((_each, index) => waiting[index]?.hash === force);
}

const NOT_HELD =
  "No plan of this hash waits for approval: nothing was done. GET /api/memberships/runs has the plans that are held, with their hashes.";

async function undo(body: unknown, log: Logger, world: MembershipWorld): Promise<UndoOutcome> {
  const parsed = parseUndoRequest(body);
  if ("mistakes" in parsed) return { kind: "invalid", detail: parsed.mistakes };
  const { runId } = parsed.request;
  const kept = await world.documents.inverse(runId);
  const name = kept?.space ?? (await underWay(runId, world));
  const spaces = (await loadSpaces(world.config)).filter(({ space }) => space === name);
  if (spaces.length === 0) {
    const detail = `There is no run ${runId} that has changed anything in a space of ${world.config.place}; GET /api/memberships/runs lists the runs.`;
    return { kind: "unknown_run", detail };
  }
  if (kept?.undoneBy !== undefined) {
    const detail = `Run ${runId} was taken back already, by run ${kept.undoneBy}.`;
    return { kind: "undone_already", detail };
  }
  const forced = await runNow(spaces, { kind: "undo", undoes: runId }, log, world);
  const busy = forced.runs.find(isBusy);
  if (busy?.error) return { kind: "already_running", detail: busy.error.message };
  return ranOf(forced, world);
}

/** The space of a run that has not ended: whoever takes it back ends it first. */
async function underWay(runId: string, { documents }: MembershipWorld): Promise<string | undefined> {
  return (await documents.running()).find((run) => run.runId === runId)?.space;
}

function unknownSpace(
  space: string,
  spaces: readonly ConfiguredSpace[],
  { place }: ConfigSource,
): SyncOutcome {
  const known = spaces.map((each) => each.space).join(", ") || "none";
  return {
    kind: "unknown_space",
    detail: `There is no space “${space}”. The spaces in ${place} are: ${known}.`,
  };
}

function ranOf({ runs, batch, isQueued }: ForcedRuns, { publicUrl }: MembershipWorld): Ran {
  if (!isQueued) return { kind: "ran", runs };
  return { kind: "queued", runs, location: `${publicUrl}/api/memberships/runs?batch=${batch}&limit=200` };
}
