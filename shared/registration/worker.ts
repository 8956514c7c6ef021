import type { Environment } from "../config/settings.ts";
import { startDeadline } from "../http/deadline.ts";
import type { Logger } from "../log.ts";
import type { MessageQueue } from "../storage/message-queue.ts";
import { BUSY_MS, END_WITHIN_MS } from "../runs/worker-time.ts";
import type { ConnectionLeases } from "../runs/connection-lease.ts";
import { isBusy, reportRun } from "./report-run.ts";
import type { RunHistory } from "../runs/run-history.ts";
import { runIdOf } from "../runs/run-id.ts";
import { EVERY_TEAM, type RunRequest } from "./run-request.ts";
import type { Run } from "./run.ts";
import { type PassWorld, runTeamPass } from "./team-pass.ts";
import { loadTeam, type Team } from "./teams.ts";
import { tryAgain } from "./try-again.ts";
import { parseWorkMessage, type WorkMessage } from "./work-message.ts";

export interface WorkWorld extends PassWorld, ConnectionLeases {
  env: Environment;
  history: RunHistory<Run>;
  queue: MessageQueue;
}

/** A pass may take 3 minutes. */
const BEGIN_WITHIN_MS = END_WITHIN_MS - 3 * 60_000;

interface Work {
  message: WorkMessage;
  request: RunRequest;
  /** Aborts when the connection's lease is lost, or the time is over. */
  signal: AbortSignal;
  log: Logger;
  world: WorkWorld;
}

/**
 * Runs the passes of one message, in turn, while nobody else works for their connection. What cannot be done now goes
 * back into the queue as a message of its own. A pass that fails is a report, and no reason to throw.
 * @returns the reports of what was run
 * @throws {WorkMessageError} it is not one of ours
 * @throws the storage client's error: it was not worked at, or not to its end, and has to come again
 */
export async function workOn(body: unknown, log: Logger, world: WorkWorld): Promise<Run[]> {
  const message = parseWorkMessage(body);
  const lease = await world.connectionLease(message.connection);
  if (!lease) {
    log.info(`the connection ${message.connection} is busy: its passes wait for half a minute`);
    await world.queue.send(message, { delayMs: BUSY_MS });
    return [];
  }
  const deadline = startDeadline({
    milliseconds: END_WITHIN_MS,
    clock: world.clock,
    signal: lease.signal,
  });
  const request = message.request ?? EVERY_TEAM;
  const work: Work = { message, request, signal: deadline.signal, log, world };
  let done: Awaited<ReturnType<typeof inTurn>>;
  try {
    done = await inTurn(work);
  } finally {
    deadline.clear();
    await lease.release();
  }
  // The lease is free by now, so that whoever gets the rest can begin at once.
  if (done.left.length > 0) await world.queue.send({ ...message, teams: done.left });
  return done.runs;
}

async function inTurn(work: Work): Promise<{ runs: Run[]; left: string[] }> {
  const { message, signal, world } = work;
  const until = world.clock.now().getTime() + BEGIN_WITHIN_MS;
  const runs: Run[] = [];
  for (const [index, name] of message.teams.entries()) {
    if (signal.aborted || world.clock.now().getTime() >= until) {
      return { runs, left: message.teams.slice(index) };
    }
    const run = await runOne(name, work);
    if (run) runs.push(run);
  }
  return { runs, left: [] };
}

/** @returns undefined when there was nothing to run, or not here and now */
async function runOne(name: string, work: Work): Promise<Run | undefined> {
  const { message, log, world } = work;
  const { batch, attempt } = message;
  const runId = runIdOf({ batch, subject: name, attempt });
  const ended = await world.history.find(name, runId);
  if (ended) {
    // Whoever ran it may have stopped between its report and the lists it belongs into.
    await world.history.add(ended);
    log.info(`team ${name}: run ${runId} has ended already`);
    return undefined;
  }
  const team = await loadTeam(world.config, world.env, work.request, name);
  if (!team) log.warn(`team ${name}: its file is gone, so there is nothing to run`);
  return team && runHere(team, runId, work);
}

async function runHere(team: Team, runId: string, work: Work): Promise<Run | undefined> {
  const { message, request, signal, log, world } = work;
  if ("file" in team && team.file.connection !== message.connection) {
    const { connection } = team.file;
    log.info(`team ${team.team}: its connection is ${connection}; its pass goes there`);
    await world.queue.send({ ...message, connection, teams: [team.team] });
    return undefined;
  }
  const options = { request, batch: message.batch, signal, log };
  const run = { ...(await runTeamPass(team, options, world)), runId };
  if (isBusy(run)) {
    log.info(`team ${team.team}: a pass is running already; this one waits for half a minute`);
    await world.queue.send({ ...message, teams: [team.team] }, { delayMs: BUSY_MS });
    return undefined;
  }
  // Before its report: a crash in between repeats the pass, rather than leaves it without its next try.
  await tryAgain(run, message, { queue: world.queue, log });
  return reportRun(run, { request, history: world.history, log });
}
