import { randomUUID } from "node:crypto";
import type { Clock } from "../clock.ts";
import type { ConfigSource } from "../config/config-folder.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import { writeOpenExtensions } from "../graph/open-extension.ts";
import { findMessages } from "../graph/sent-messages.ts";
import { startDeadline } from "../http/deadline.ts";
import type { Ledger } from "../ledger/ledger.ts";
import type { Logger } from "../log.ts";
import { searchSent } from "../mail/imap-search.ts";
import type { Meter } from "../runs/meter.ts";
import type { Lease } from "../storage/blob-lease.ts";
import { applyPlan, type Effects, type Outcome, previewPlan } from "./apply.ts";
import { writeMark } from "./mark.ts";
import { graphOutbox, type Outbox, smtpOutbox } from "./outbox.ts";
import { planPass } from "./plan.ts";
import { readSnapshot, type Snapshot } from "./read.ts";
import { ConfigurationError, runErrorOf } from "./run-error.ts";
import type { RunRequest } from "./run-request.ts";
import { type Run, type RunError, statusOf } from "./run.ts";
import { searchBegun, type Search } from "./search-begun.ts";
import { type SendRoad, sendRoad } from "./send-road.ts";
import type { MarkedEvent, Registration } from "./session.ts";
import type { TeamFile } from "./team-file.ts";
import { openTeamLedger } from "./team-ledger.ts";
import { loadPatterns, type Team } from "./teams.ts";

/** What a pass works with; `wire.ts` binds it to the services. */
export interface PassWorld {
  clock: Clock;
  config: ConfigSource;
  /** The lock that keeps passes of one team apart, or undefined when another holds it. */
  lock(team: string): Promise<Lease | undefined>;
  graph(connection: string, options: { signal: AbortSignal; meter: Meter }): Promise<GraphRoad>;
  /** What was announced, and what was begun. */
  ledger: Ledger<Registration>;
  mailPassword(team: string, options: { fresh: boolean }): Promise<string>;
  /** Makes the link by which the owner of a connection's account consents again. */
  connectLink(connection: string): Promise<string>;
  /** Right of the `@` of our Message-IDs. */
  messageIdDomain: string;
  /** How long after a mail was sent it may not be found among the sent ones yet, milliseconds. */
  sentItemsDelayMs: number;
  /** For one pass, milliseconds. */
  deadlineMs: number;
}

export interface PassOptions {
  request: RunRequest;
  batch: string;
  /** Ends the pass sooner than its own deadline. */
  signal: AbortSignal;
  log: Logger;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Runs one team's pass to its report; never throws. */
export async function runTeamPass(team: Team, options: PassOptions, world: PassWorld): Promise<Run> {
  const startedAt = world.clock.now();
  const meter: Meter = { requests: 0, throttled: false };
  const report = (outcome: Partial<Run>): Run => {
    const run: Run = {
      runId: randomUUID(),
      batch: options.batch,
      team: team.team,
      status: "ok",
      dryRun: options.request.dryRun,
      startedAt: startedAt.toISOString(),
      finishedAt: world.clock.now().toISOString(),
      ...("file" in team ? { window: shown(windowOf(team.file, startedAt)) } : {}),
      requests: meter.requests,
      warnings: [],
      events: [],
      ...outcome,
    };
    if (meter.throttled) run.warnings = [...run.warnings, "throttled"];
    return { ...run, status: statusOf(run) };
  };
  try {
    if (!("file" in team)) throw team.error;
    const window = windowOf(team.file, startedAt);
    const outcome = await underLock(team.file, options, world, (signal) =>
      carryOut(team.file, window, { ...options, signal }, world, meter),
    );
    if (!outcome) return report({ error: alreadyRunning(team.team) });
    return report({ events: outcome.rows, warnings: outcome.warnings });
  } catch (error) {
    const described = runErrorOf(error);
    if (described.code === "unexpected") {
      options.log.error(`team ${team.team}: ${error instanceof Error ? error.stack : String(error)}`);
    }
    return report({ error: await withConnectLink(described, team, options.log, world) });
  }
}

function windowOf(file: TeamFile, from: Date): Snapshot["window"] {
  return { from, to: new Date(from.getTime() + file.calendar.days * DAY_MS) };
}

function shown({ from, to }: Snapshot["window"]): NonNullable<Run["window"]> {
  return { from: from.toISOString(), to: to.toISOString() };
}

/** What was consented to is not enough: the link asks for the rest. A token that is refused brings its link with it. */
async function withConnectLink(
  error: RunError,
  team: Team,
  log: Logger,
  world: PassWorld,
): Promise<RunError> {
  if (error.code !== "permission_missing" || !("file" in team)) return error;
  try {
    return { ...error, connect: await world.connectLink(team.file.connection) };
  } catch (failure) {
    log.warn(`no connect link could be made for team ${team.team}: ${runErrorOf(failure).message}`);
    return error;
  }
}

function alreadyRunning(team: string): NonNullable<Run["error"]> {
  return {
    code: "already_running",
    message: `A pass of ${team} is running already; its report will be in the list of runs. Try again when it has ended.`,
  };
}

/** A dry run changes nothing, so it needs no lock. */
async function underLock(
  file: TeamFile,
  { request, signal }: PassOptions,
  world: PassWorld,
  work: (signal: AbortSignal) => Promise<Outcome>,
): Promise<Outcome | undefined> {
  const deadline = startDeadline({ milliseconds: world.deadlineMs, clock: world.clock, signal });
  try {
    if (request.dryRun) return await work(deadline.signal);
    const lease = await world.lock(file.team);
    if (!lease) return undefined;
    try {
      return await work(AbortSignal.any([deadline.signal, lease.signal]));
    } finally {
      await lease.release();
    }
  } finally {
    deadline.clear();
  }
}

async function carryOut(
  file: TeamFile,
  window: Snapshot["window"],
  options: PassOptions,
  world: PassWorld,
  meter: Meter,
): Promise<Outcome> {
  const { request, signal, batch } = options;
  const patterns = await loadPatterns(world.config, file);
  // The ledger before the calendar: a run that overtakes this one is then noticed, and nobody it saw arrive is taken for gone.
  const [graph, ledger] = await Promise.all([
    world.graph(file.connection, { signal, meter }),
    openTeamLedger(world.ledger, file.team, world.clock),
  ]);
  const { calendar, mail } = file;
  const needsAccount = mail.from !== undefined;
  const snapshot = await readSnapshot(graph, { ...calendar, calendar: calendar.name, window, needsAccount });
  const road = roadOf(file, snapshot);
  const { events, contacts } = snapshot;
  const sightings = await searchBegun(events, ledger, searchOf(road, file, graph, world, signal));
  const plan = planPass(
    { events, contacts, entries: ledger.entries, sightings },
    {
      file,
      patterns,
      resend: new Set(request.resend),
      trial: request.trial,
      now: world.clock.now(),
      sentItemsDelayMs: world.sentItemsDelayMs,
      messageIdDomain: world.messageIdDomain,
      occasion: batch,
      place: placeOf(road, file),
    },
  );
  if (request.dryRun) return previewPlan(plan);
  return applyPlan(plan, {
    outbox: outboxOf(road, file, graph, world, options),
    ledger,
    now: () => world.clock.now(),
    signal,
    forgets: request.trial,
    markOn: markingOf(events, calendar.extension),
    writeMarks: (marks) => writeOpenExtensions(graph, marks, signal),
  });
}

type OpenRoad = Exclude<SendRoad, { road: "none" }>;

/** @throws {ConfigurationError} the sender is somebody else's, and the file does not say how its mail is sent */
function roadOf(file: TeamFile, { account }: Snapshot): OpenRoad {
  const road = sendRoad(file.mail, account ?? {});
  if (road.road === "none") throw new ConfigurationError(`teams/${file.team}.json: ${road.mistake}.`);
  return road;
}

function outboxOf(
  road: OpenRoad,
  file: TeamFile,
  graph: GraphRoad,
  world: PassWorld,
  { signal, log }: PassOptions,
): Outbox {
  if (road.road === "graph") return graphOutbox(graph, signal);
  return smtpOutbox({
    from: road.from,
    ...road.servers,
    password: (options) => world.mailPassword(file.team, options),
    clock: world.clock,
    signal,
    log,
  });
}

/** Where the mails of this pass are kept when they are sent. */
function placeOf(road: OpenRoad, { connection }: TeamFile): string {
  return road.road === "graph" ? `graph ${connection}` : `imap ${road.servers.imap.host} ${road.from}`;
}

/** How a mail that was begun is searched for; undefined where the account did not consent to being searched. */
function searchOf(
  road: OpenRoad,
  file: TeamFile,
  graph: GraphRoad,
  world: PassWorld,
  signal: AbortSignal,
): Search | undefined {
  const place = placeOf(road, file);
  if (road.road === "graph") {
    return file.mail.verifySent ? { place, find: (ids) => findMessages(graph, ids) } : undefined;
  }
  const find: Search["find"] = async (ids) => {
    const password = await world.mailPassword(file.team, { fresh: false });
    const server = { ...road.servers.imap, user: road.from, password };
    const sightings = await searchSent(server, ids, { signal, timeoutMs: 30_000 });
    // The copy in the sent folder is ours, made after the sending: a crash between the two leaves none.
    return new Map([...sightings].filter(([, { state }]) => state !== "not_found"));
  };
  return { place, find };
}

function markingOf(events: readonly MarkedEvent[], name: string): Effects["markOn"] {
  const marks = new Map(events.map(({ event, mark }) => [event.id, mark]));
  return (eventId, mark) => {
    const before = marks.get(eventId);
    const exists = before?.state === "unregistered" ? before.exists : before !== undefined;
    return { eventId, name, properties: writeMark(mark), exists };
  };
}
