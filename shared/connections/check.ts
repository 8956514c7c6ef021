import { startDeadline, withinDeadline } from "../http/deadline.ts";
import type { Logger } from "../log.ts";
import { type ConnectionUse, connectionUses } from "./connection-uses.ts";
import { nameAccount, namelessConnections, unknownConnections } from "./imported.ts";
import { loggable, warn, type Watch } from "./warn.ts";
import { planWarning } from "./watch.ts";
import { readClientSecrets, watchOfClientSecret, watchOfConnection } from "./watches.ts";
import type { ConnectionsWorld } from "./world.ts";

/** Within the functionTimeout of host.json. */
const DEADLINE_MS = 540_000;
/** Whoever asked for the run that failed is waiting, and the platform cuts an answer off after 230 s. */
const TELL_DEADLINE_MS = 30_000;
/** Rows of one kind that one check deletes; the next day's check goes on where this one stopped. */
const MOST_ROWS = 50_000;
const DAY_MS = 24 * 60 * 60 * 1000;

/** Does one step; what it throws is kept, and stops no other step. */
type Attempt = <T>(what: string, work: () => Promise<T>) => Promise<T | undefined>;

/**
 * The daily check: warns of what runs out or is dead, and deletes what is older than it may be.
 * @throws {AggregateError} when a step failed, after all have ended; carries no address
 */
export async function checkConnections(world: ConnectionsWorld, log: Logger): Promise<void> {
  const failures: string[] = [];
  const deadline = startDeadline({ milliseconds: DEADLINE_MS, clock: world.clock });
  const attempt: Attempt = async (what, work) => {
    try {
      deadline.signal.throwIfAborted();
      return await work();
    } catch (error) {
      failures.push(`${what}: ${loggable(error)}`);
      return undefined;
    }
  };
  try {
    const uses = (await attempt("reading the team and space files", () => connectionUses(world))) ?? [];
    await attempt("looking for imported connections", () => nameImported(world, uses, attempt));
    await attempt("trying OPERATOR_MAIL_CONNECTION", async () => world.mail?.prove());
    const watches = [
      ...((await attempt("reading the connections", () => connectionWatches(world, uses))) ?? []),
      ...((await attempt("reading the client secrets", () => clientSecretWatches(world))) ?? []),
    ];
    for (const watch of watches) {
      const told = await attempt("warning the operator", () => warn(watch, { ...world, log }));
      if (told === false) failures.push("warning the operator: a mail did not go out");
    }
    await cleanUp(world, log, deadline.signal, attempt);
  } finally {
    deadline.clear();
  }
  if (failures.length === 0) return;
  throw new AggregateError(
    failures.map((failure) => new Error(failure)),
    `The check of the connections did not do everything, and the next one tries again: ${failures.join("; ")}`,
  );
}

/**
 * Tells the operator of connections that have died since the last time, and of nothing else: for after a run that failed.
 * Never throws, and takes half a minute at the most; what it could not do, the daily check does.
 */
export async function tellOfTrouble(world: ConnectionsWorld, log: Logger): Promise<void> {
  try {
    await withinDeadline({ milliseconds: TELL_DEADLINE_MS, clock: world.clock }, () =>
      world.alone(() => tellOfDead(world, log)),
    );
  } catch (error) {
    log.warn(`the operator was not told of dead connections: ${loggable(error)}`);
  }
}

async function tellOfDead(world: ConnectionsWorld, log: Logger): Promise<void> {
  const now = world.clock.now();
  const records = await world.registry.list();
  const dead = records.filter((record) => {
    const warning = planWarning(record, now);
    return warning?.kind === "dead" && !warning.told;
  });
  if (dead.length === 0) return;
  const uses = await connectionUses(world);
  for (const record of dead) await warn(watchOfConnection(record, uses, world.registry), { ...world, log });
}

async function nameImported(
  world: ConnectionsWorld,
  uses: readonly ConnectionUse[],
  attempt: Attempt,
): Promise<void> {
  const { registry, secrets } = world;
  const records = await registry.list();
  const unknown = await unknownConnections(uses, records, secrets);
  for (const connection of [...namelessConnections(records), ...unknown]) {
    await attempt(`asking whose the connection ${connection} is`, () => nameAccount(connection, world));
  }
}

async function connectionWatches(
  { registry }: ConnectionsWorld,
  uses: readonly ConnectionUse[],
): Promise<Watch[]> {
  return (await registry.list()).map((record) => watchOfConnection(record, uses, registry));
}

async function clientSecretWatches({
  secrets,
  hasApp,
  clientSecretWarnings,
}: ConnectionsWorld): Promise<Watch[]> {
  const found = await readClientSecrets(secrets, hasApp);
  const watches = await Promise.all(
    found.map((client) => watchOfClientSecret(client, secrets.place, clientSecretWarnings)),
  );
  return watches.filter((watch) => watch !== undefined);
}

async function cleanUp(
  { cleanUps, clock, settings }: ConnectionsWorld,
  log: Logger,
  signal: AbortSignal,
  attempt: Attempt,
): Promise<void> {
  const now = clock.now();
  const before = new Date(now.getTime() - settings.historyDays * DAY_MS);
  for (const { what, run } of cleanUps) {
    await attempt(`deleting ${what}`, async () => {
      const count = await run({ now, before, most: MOST_ROWS, signal });
      const more = count >= MOST_ROWS ? "; the next check goes on" : "";
      if (count > 0) log.info(`deleted ${count} ${what}${more}`);
    });
  }
}
