import type { Clock } from "../clock.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import { startDeadline } from "../http/deadline.ts";
import type { Ledger } from "../ledger/ledger.ts";
import { ledgerInTime } from "../ledger/scope-ledger.ts";
import type { Logger } from "../log.ts";
import { throwAll } from "../runs/send-all.ts";
import type { Lease } from "../storage/blob-lease.ts";
import type { KeyRange } from "../storage/table-query.ts";
import type { Checks } from "./checks.ts";
import { deliver, type Delivery } from "./deliver.ts";
import type { KeptUsers, MonitoredUsers } from "./monitored-users.ts";
import type { Outlet } from "./outlet.ts";
import { planTick, type TickPlan } from "./plan.ts";
import { readReplies } from "./read-replies.ts";
import type { SpokenChoice } from "./spoken-text.ts";
import type { Told } from "./told.ts";

export interface RangeWorld {
  clock: Clock;
  users: MonitoredUsers;
  ledger: Ledger<Told>;
  checks: Checks;
  outlets: readonly Outlet[];
  message: SpokenChoice;
  /** @throws {AppTokenError | SecretStoreError} */
  graph(options: { signal: AbortSignal }): Promise<GraphRoad>;
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
/** With what went before, less than the 10 minutes after which host.json ends a function. */
const END_WITHIN_MS = 6.5 * 60_000;

/** What a tick came to for a stretch of users. */
interface Tally {
  watched: number;
  /** Mailboxes that could not be asked about this time. */
  missing: number;
  deliveries: Delivery[];
  problems: Error[];
}

/**
 * Compares what a stretch of mailboxes shows with what the targets hold, and tells them what differs. When nothing does,
 * nothing is written or locked: a lock would be a write, too.
 * @throws {AggregateError} says what went wrong, after all that could be done is
 * @throws {AppTokenError | SecretStoreError | LedgerSilentError} or the storage client's error: nothing was done
 */
export async function watchRange(part: Part, log: Logger, world: RangeWorld): Promise<void> {
  const kept = await world.users.read(part);
  if (kept.unreadable > 0) log.warn(`${kept.unreadable} rows of the table monitored cannot be read`);
  const tally: Tally = { watched: kept.users.length, missing: 0, deliveries: [], problems: [] };
  const plan = await look(part, kept, log, tally, world);
  const isQuiet = plan.tell.length === 0 && plan.seen.length === 0;
  if (!isQuiet) await carryOut(part, plan, kept, tally, log, world);
  const { from, to, partition } = part;
  // Where nothing could be read, nobody was checked.
  if (tally.missing === 0 || tally.missing < tally.watched) {
    await world.checks.note(partition, { from, to }, { isWriting: !isQuiet });
  }
  tellOf(part, tally, log);
  throwAll(tally.problems, "Not all of the tick was done");
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
  const deadline = startDeadline({ milliseconds: READ_WITHIN_MS, clock });
  try {
    // The ledger before the mailboxes: who has told something since is noticed when it is written.
    const targets = await Promise.all(
      outlets.map(async ({ scope, kind }) => ({
        scope,
        kind,
        entries: await ledger.read(scope, { from, to }),
      })),
    );
    const graph = await world.graph({ signal: deadline.signal });
    const { readings, missing, why } = await readReplies(graph, users);
    tally.missing = missing;
    const line = `${missing} of ${users.length} mailboxes could not be read: ${why}`;
    if (missing > 0 && missing === users.length) tally.problems.push(new Error(line));
    else if (missing > 0) log.warn(line);
    return planTick({ users, readings, targets, message, now: clock.now() });
  } finally {
    deadline.clear();
  }
}

async function carryOut(
  { partition }: Part,
  { seen, tell }: TickPlan,
  kept: KeptUsers,
  tally: Tally,
  log: Logger,
  world: RangeWorld,
): Promise<void> {
  const { clock, ledger, outlets } = world;
  const lease = await world.lock(partition);
  if (!lease) {
    log.info(`absence part ${partition}: another is telling; the next tick looks again`);
    return;
  }
  const deadline = startDeadline({ milliseconds: END_WITHIN_MS, clock, signal: lease.signal });
  try {
    const work = [
      kept.save(seen),
      ...outlets.map(async (outlet) => {
        const its = tell.filter(({ scope }) => scope === outlet.scope);
        const options = { signal: deadline.signal };
        tally.deliveries.push(
          await deliver(its, outlet, options, { ledger: ledgerInTime(ledger, clock), clock }),
        );
      }),
    ];
    for (const settled of await Promise.allSettled(work)) {
      if (settled.status === "rejected") tally.problems.push(asError(settled.reason));
    }
  } finally {
    deadline.clear();
    await lease.release();
  }
}

/** One line, which alerts look for; no name or address of anybody. */
function tellOf({ partition }: Part, { watched, missing, deliveries, problems }: Tally, log: Logger): void {
  const sum = (of: (delivery: Delivery) => number): number =>
    deliveries.reduce((total, delivery) => total + of(delivery), 0);
  const [taken, failed, given] = [
    sum((each) => each.taken),
    sum((each) => each.failed),
    sum((each) => each.undelivered),
  ];
  const line = `absence part ${partition}: ${watched} watched, ${missing} not read, ${taken} told, ${failed} not taken`;
  const reasons = deliveries.flatMap(({ failure }) => failure ?? []).join("; ");
  if (deliveries.some(({ isOvertaken }) => isOvertaken)) {
    log.info(`absence part ${partition}: another was quicker; the next tick looks again`);
  }
  if (problems.length > 0) log.error(`ROLLCALL_ABSENCE_FAILED ${line}`);
  else if (given > 0)
    log.error(`ROLLCALL_ABSENCE_UNDELIVERED ${line}, ${given} after many tries: ${reasons}`);
  else if (failed > 0) log.warn(`ROLLCALL_ABSENCE_DELAYED ${line}; they are told again later: ${reasons}`);
  else log.info(`ROLLCALL_ABSENCE_OK ${line}`);
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error(String(reason));
}
