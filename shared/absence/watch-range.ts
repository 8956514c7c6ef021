import type { GraphRoad } from "../graph/graph-road.ts";
import { startDeadline } from "../http/deadline.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { ledgerInTime } from "../ledger/scope-ledger.ts";
import type { Logger } from "../log.ts";
import { failuresOf, throwAll } from "../failures.ts";
import type { Lease } from "../storage/blob-lease.ts";
import { encodeKey } from "../storage/row-key.ts";
import type { KeyRange } from "../storage/table-query.ts";
import type { Checks } from "./checks.ts";
import { deliver, type Delivery } from "./deliver.ts";
import { type DirectoryWorld, dueForLookUp, followAddress } from "./follow-address.ts";
import type { MonitoredUser } from "./monitored-user.ts";
import type { KeptUsers } from "./monitored-users.ts";
import type { Outlet } from "./outlet.ts";
import { planTick, type Telling, type TickPlan } from "./plan.ts";
import type { RepliesReading } from "./automatic-replies.ts";
import { isGone, readReplies, shutOut } from "./read-replies.ts";
import type { SpokenChoice } from "./spoken-text.ts";
import type { TargetKind, Told } from "./told.ts";

export interface RangeWorld extends DirectoryWorld {
  ledger: Ledger<Told>;
  checks: Checks;
  outlets: readonly Outlet[];
  message: SpokenChoice;
  /** @throws {AppTokenError | SecretStoreError} */
  graph(options: { signal: AbortSignal }): Promise<GraphRoad>;
  /** The app's token opened no mailbox: the next tick asks for another, unless that was done lately. */
  doubtToken(): void;
  /** The lock of a part of a tick; undefined when another holds it. */
  lock(partition: string): Promise<Lease | undefined>;
}

/** A stretch of the users, and the name under which they are locked. */
export interface Part extends KeyRange {
  partition: string;
}

/**
 * What took longer is asked for again in the next tick. By host.json 16 parts of 320 mailboxes stand in line for the
 * requests in flight, so the last of them waits for 256 batches: two minutes, when Graph takes two seconds for one.
 */
const READ_WITHIN_MS = 2.5 * 60_000;
/**
 * How long POSTs are begun. With what went before, the mediator's end before the 10 minutes after which host.json ends a
 * function. Webhooks that take their time must not keep the mediator waiting for the next tick: with the last answer they
 * end before it.
 */
const BEGIN_WITHIN_MS: Readonly<Record<TargetKind, number>> = { mediator: 6.5 * 60_000, webhook: 30_000 };

/** What a tick came to for a stretch of users. */
interface Tally {
  watched: number;
  /** The ids of those who could not be asked about this time. */
  missing: readonly string[];
  /** Those who are gone, and whose turn it is to be looked for. */
  gone: readonly MonitoredUser[];
  deliveries: Delivery[];
  problems: Error[];
}

/**
 * Compares what a stretch of mailboxes shows with what the targets hold, and tells them what differs. When nothing does,
 * nothing is written or locked: a lock would be a write, too.
 * @throws {AggregateError} says what went wrong, after all that could be done is
 * @throws {LedgerSilentError} or the storage client's error: nothing was done
 */
export async function watchRange(part: Part, log: Logger, world: RangeWorld): Promise<void> {
  const kept = await world.users.read(part);
  if (kept.unreadable > 0) log.warn(`${kept.unreadable} rows of the table monitored cannot be read`);
  const tally: Tally = { watched: kept.users.length, missing: [], gone: [], deliveries: [], problems: [] };
  const plan = await look(part, kept, log, tally, world);
  const isQuiet = plan.tell.length === 0 && plan.seen.length === 0;
  if (!isQuiet) await carryOut(part, plan, kept, tally, log, world);
  const { from, to, partition } = part;
  const missed = tally.missing.map(encodeKey);
  await world.checks.note(partition, { from, to, missed }, { isWriting: !isQuiet });
  tally.problems.push(...(await failuresOf(tally.gone, (user) => followAddress(user, world))));
  const line = lineOf(part, tally);
  tellOf(part, tally, line, log);
  throwAll(tally.problems, `Not all of the tick was done (${line})`);
}

/** Reads all that the plan is made of. */
async function look(
  { from, to }: Part,
  { users }: KeptUsers,
  log: Logger,
  tally: Tally,
  world: RangeWorld,
): Promise<TickPlan> {
  const { clock, outlets, message } = world;
  const ledger = ledgerInTime(world.ledger, clock);
  // The ledger before the mailboxes: who has told something since is noticed when it is written.
  const targets = await Promise.all(
    outlets.map(async ({ scope, kind }) => ({
      scope,
      kind,
      entries: await ledger.read(scope, { from, to }),
    })),
  );
  const readings = await readAll(users, log, tally, world);
  const gone = users.filter(({ id }) => isGone(readings.get(id)));
  tally.gone = dueForLookUp(gone, world);
  return planTick({ users, readings, targets, message, now: clock.now() });
}

/** What the mailboxes show; when nobody can be asked nothing, and what waits to be told is told all the same. */
async function readAll(
  users: KeptUsers["users"],
  log: Logger,
  tally: Tally,
  { clock, graph, doubtToken }: RangeWorld,
): Promise<ReadonlyMap<string, RepliesReading>> {
  const deadline = startDeadline({ milliseconds: READ_WITHIN_MS, clock });
  try {
    const { readings, missing, why } = await readReplies(await graph({ signal: deadline.signal }), users);
    tally.missing = missing;
    const line = `${missing.length} of ${users.length} mailboxes could not be read: ${why}`;
    if (missing.length > 0 && missing.length === users.length) tally.problems.push(new Error(line));
    else if (missing.length > 0) log.warn(line);
    const problems = [...readings.values()].map((reading) =>
      "unreadable" in reading ? reading.unreadable : undefined,
    );
    // A few that were busy say nothing of the others.
    const closed = missing.length < problems.length ? shutOut(problems) : undefined;
    if (closed !== undefined) {
      doubtToken();
      tally.problems.push(new Error(closed));
    }
    return readings;
  } catch (error) {
    tally.missing = users.map(({ id }) => id);
    tally.problems.push(error instanceof Error ? error : new Error(String(error)));
    return new Map();
  } finally {
    deadline.clear();
  }
}

async function carryOut(
  part: Part,
  { seen, tell }: TickPlan,
  kept: KeptUsers,
  tally: Tally,
  log: Logger,
  world: RangeWorld,
): Promise<void> {
  const { partition } = part;
  const lease = await world.lock(partition);
  if (!lease) {
    log.info(`absence part ${partition}: another is telling; the next tick looks again`);
    return;
  }
  try {
    const work = [
      () => kept.save(seen),
      ...world.outlets.map((outlet) => async () => {
        const its = tell.filter(({ scope }) => scope === outlet.scope);
        tally.deliveries.push(await deliverTo(outlet, its, lease.signal, world));
      }),
    ];
    tally.problems.push(...(await failuresOf(work, (each) => each())));
  } finally {
    await lease.release();
  }
}

async function deliverTo(
  outlet: Outlet,
  tellings: readonly Telling[],
  lost: AbortSignal,
  { clock, ledger, users }: RangeWorld,
): Promise<Delivery> {
  const deadline = startDeadline({ milliseconds: BEGIN_WITHIN_MS[outlet.kind], clock, signal: lost });
  try {
    return await deliver(tellings, outlet, deadline, {
      clock,
      ledger: ledgerInTime(ledger, clock),
      registrations: (ids) => users.registrations(ids),
    });
  } finally {
    deadline.clear();
  }
}

/** What it came to; no name or address of anybody. */
function lineOf({ partition }: Part, { watched, missing, deliveries }: Tally): string {
  const [taken, failed, given] = [
    sum(deliveries, "taken"),
    sum(deliveries, "failed"),
    sum(deliveries, "undelivered"),
  ];
  const many = given > 0 ? `, ${given} after many tries` : "";
  return `absence part ${partition}: ${watched} watched, ${missing.length} not read, ${taken} told, ${failed} not taken${many}`;
}

/** One line, which alerts look for; where something went wrong it is that of who catches it. */
function tellOf({ partition }: Part, { deliveries, problems }: Tally, line: string, log: Logger): void {
  if (deliveries.some(({ isOvertaken }) => isOvertaken)) {
    log.info(`absence part ${partition}: another was quicker; the next tick looks again`);
  }
  if (problems.length > 0) return;
  const reasons = deliveries.flatMap(({ failure }) => failure ?? []).join("; ");
  if (sum(deliveries, "undelivered") > 0) log.error(`ROLLCALL_ABSENCE_UNDELIVERED ${line}: ${reasons}`);
  else if (sum(deliveries, "failed") > 0)
    log.warn(`ROLLCALL_ABSENCE_DELAYED ${line}; they are told again later: ${reasons}`);
  else log.info(`ROLLCALL_ABSENCE_OK ${line}`);
}

function sum(deliveries: readonly Delivery[], of: "taken" | "failed" | "undelivered"): number {
  return deliveries.reduce((total, delivery) => total + delivery[of], 0);
}
