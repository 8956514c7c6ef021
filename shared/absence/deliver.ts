import pLimit from "p-limit";
import type { Clock } from "../clock.ts";
import type { LedgerEntry } from "../ledger/entry.ts";
import type { Ledger, LedgerWrite } from "../ledger/ledger.ts";
import { LedgerConflictError } from "../ledger/ledger-conflict.ts";
import { keepUntil, notTaken, taken } from "./absence-ledger.ts";
import { isUndelivered } from "./delivery-backoff.ts";
import type { Outlet } from "./outlet.ts";
import type { Telling } from "./plan.ts";
import type { Told } from "./told.ts";

export interface DeliveryWorld {
  ledger: Ledger<Told>;
  clock: Clock;
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
 * leaves a doubt, and the same is told again.
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
      await deliverSome(some, { outlet, signal, world, delivery });
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
  const { outlet, signal, world, delivery } = delivering;
  if (outlet.absence.isDown) {
    await write(
      outlet,
      world,
      tellings.map(({ user, intent, version }) => [user.id, notTaken(intent, leftAlone(outlet)), version]),
    );
    count(
      delivery,
      tellings,
      tellings.map(() => leftAlone(outlet)),
    );
    return;
  }
  const versions = await write(
    outlet,
    world,
    tellings.map(({ user, intent, version }) => [user.id, intent, version]),
  );
  const limit = pLimit(AT_ONCE);
  const failures = await Promise.all(
    tellings.map((telling) => limit(() => failureOf(telling, outlet, signal))),
  );
  count(delivery, tellings, failures);
  await write(
    outlet,
    world,
    tellings.map(({ user, intent }, index) => {
      const failure = failures[index];
      return [user.id, failure === undefined ? taken(intent) : notTaken(intent, failure), versions[index]];
    }),
  );
}

/** @returns undefined when the target took it */
async function failureOf(telling: Telling, outlet: Outlet, signal: AbortSignal): Promise<string | undefined> {
  if (outlet.absence.isDown) return leftAlone(outlet);
  if (signal.aborted) return "its turn did not come in time";
  const answered = await outlet.tell(telling);
  outlet.absence.heed(answered);
  return answered.taken ? undefined : answered.failure;
}

function leftAlone({ name }: Outlet): string {
  return `${name} does not work at the moment, so nothing was sent to it`;
}

function count(
  delivery: Delivery,
  tellings: readonly Telling[],
  failures: readonly (string | undefined)[],
): void {
  for (const [index, failure] of failures.entries()) {
    if (failure === undefined) delivery.taken += 1;
    else {
      delivery.failed += 1;
      delivery.failure ??= failure;
      const begun = tellings[index]?.intent.intent;
      if (begun && isUndelivered(begun)) delivery.undelivered += 1;
    }
  }
}

function write(
  { scope }: Outlet,
  { ledger, clock }: DeliveryWorld,
  entries: readonly [subject: string, entry: LedgerEntry<Told>, version: string | undefined][],
): Promise<string[]> {
  const until = keepUntil(clock.now());
  const writes = entries.map(([subject, entry, version]): LedgerWrite<Told> => ({
    subject,
    entry,
    version,
    keepUntil: until,
  }));
  return ledger.write(scope, writes);
}
