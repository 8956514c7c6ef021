import pLimit from "p-limit";
import type { Clock } from "../clock.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import type { Ledger, LedgerWrite } from "../ledger/ledger.ts";
import { LedgerConflictError } from "../ledger/ledger-conflict.ts";
import { keepUntil, notSent, notTaken, taken } from "./absence-ledger.ts";
import { isUndelivered } from "./delivery-backoff.ts";
import type { Outlet } from "./outlet.ts";
import type { Telling } from "./plan.ts";
import type { Told } from "./told.ts";

export interface DeliveryWorld {
  ledger: Ledger<Told>;
  clock: Clock;
  /** As they are now, by users' ids. @throws the storage client's error */
  registrations(ids: readonly string[]): Promise<ReadonlyMap<string, string | undefined>>;
}

export interface Delivery {
  taken: number;
  failed: number;
  /** Of those, how many have failed so often that a person must look. */
  undelivered: number;
  /** Why one of them failed, without anything secret. */
  failure: string | undefined;
  /** Another has written meanwhile: the rest is for the next tick. */
  isOvertaken: boolean;
}

/** POSTs in flight at one target. */
const AT_ONCE = 8;
/** Rows written together. */
const TOGETHER = 100;

/**
 * Tells one target: what is about to be told is written down first, what has come of it afterwards. A crash in between
 * leaves a doubt, and the same is told again. Nobody is told of who has been stopped since the plan was made.
 * @param options.signal  nothing more is begun once it aborts; what is under way ends
 * @throws {LedgerSilentError} or the storage client's error: what has not been written down is told again
 */
export async function deliver(
  tellings: readonly Telling[],
  outlet: Outlet,
  { signal }: { signal: AbortSignal },
  world: DeliveryWorld,
): Promise<Delivery> {
  const delivery: Delivery = { taken: 0, failed: 0, undelivered: 0, failure: undefined, isOvertaken: false };
  try {
    for (const some of together(tellings)) {
      if (signal.aborted) break;
      const registrations = await world.registrations(some.map(({ user }) => user.id));
      const still = some.filter(({ user }) => registrations.get(user.id) === user.registration);
      await deliverSome(still, { outlet, signal, world, delivery });
    }
  } catch (error) {
    if (!(error instanceof LedgerConflictError)) throw error;
    delivery.isOvertaken = true;
  }
  return delivery;
}

/** A few first: when the target is down they are the only ones that wait for it. */
function* together(tellings: readonly Telling[]): Generator<readonly Telling[]> {
  if (tellings.length > 0) yield tellings.slice(0, AT_ONCE);
  for (let start = AT_ONCE; start < tellings.length; start += TOGETHER) {
    yield tellings.slice(start, start + TOGETHER);
  }
}

interface Delivering {
  outlet: Outlet;
  signal: AbortSignal;
  world: DeliveryWorld;
  delivery: Delivery;
}

async function deliverSome(tellings: readonly Telling[], delivering: Delivering): Promise<void> {
  const { outlet, world, delivery } = delivering;
  // One that is down is not asked, so there is no doubt to be written down first.
  const { isDown } = outlet.absence;
  const versions = isDown
    ? tellings.map(({ version }) => version)
    : await write(
        outlet,
        world,
        tellings.map(({ user, intent, version }) => [user.id, intent, version]),
      );
  const limit = pLimit(AT_ONCE);
  const outcomes = await Promise.all(
    tellings.map((telling) =>
      limit(async () => (isDown ? leftAlone(telling, outlet) : outcomeOf(telling, delivering))),
    ),
  );
  for (const outcome of outcomes) count(delivery, outcome);
  await write(
    outlet,
    world,
    outcomes.map(({ entry }, index) => [tellings[index]?.user.id ?? "", entry, versions[index]]),
  );
}

/** What has come of one POST, and why the target has not taken it. */
interface Outcome {
  entry: LedgerEntry<Told>;
  failure?: string;
}

async function outcomeOf(telling: Telling, { outlet, signal, world }: Delivering): Promise<Outcome> {
  const { intent } = telling;
  if (outlet.absence.isDown) return leftAlone(telling, outlet);
  if (signal.aborted) return { entry: notSent(intent, LATE), failure: LATE };
  const answered = await outlet.tell(telling);
  outlet.absence.heed(answered);
  if (answered.taken) return { entry: taken(intent, world.clock.now()) };
  const { failure } = answered;
  return { entry: notTaken(intent, failure), failure };
}

const LATE = "its turn did not come in time";

function leftAlone({ intent }: Telling, { name }: Outlet): Outcome {
  const failure = `${name} does not work at the moment, so nothing was sent to it`;
  return { entry: notTaken(intent, failure), failure };
}

function count(delivery: Delivery, { entry: { intent }, failure }: Outcome): void {
  if (failure === undefined) delivery.taken += 1;
  else {
    delivery.failed += 1;
    delivery.failure ??= failure;
    if (intent && isUndelivered(intent)) delivery.undelivered += 1;
  }
}

function write(
  { scope }: Outlet,
  { ledger, clock }: DeliveryWorld,
  entries: readonly [subject: string, entry: LedgerEntry<Told>, version: string | undefined][],
): Promise<string[]> {
  const now = clock.now();
  const writes = entries.map(([subject, entry, version]): LedgerWrite<Told> => ({
    subject,
    entry,
    version,
    keepUntil: keepUntil(entry, now),
  }));
  return ledger.write(scope, writes);
}
