import type { Intent } from "../ledger/entry.ts";
import type { Told } from "./told.ts";

const MINUTE = 60_000;
/** After no try, the first, second, third, fourth, and every further one, minutes. */
const PAUSES = [0, 1, 2, 4, 8, 15];
const LAST_PAUSE = 15;
/** A tick may come some seconds sooner after the one before than a minute; it is not to wait for the next. */
const TICK_JITTER = 30_000;
/** Two hosts' clocks, at the most. */
const CLOCKS_DIFFER = MINUTE;
const UNDELIVERED_AFTER = 5;

/** When news that a target has not taken is tried again. */
export function nextTryAt({ intendedAt, fact }: Intent<Told>): Date {
  const pause = PAUSES[triesOf(fact)] ?? LAST_PAUSE;
  return new Date(Date.parse(intendedAt) + pause * MINUTE);
}

/** Whether this tick tries again. A try that lies ahead was made before the clock was set back: nobody waits for that. */
export function isDue(intent: Intent<Told>, now: Date): boolean {
  const isAhead = Date.parse(intent.intendedAt) - now.getTime() > CLOCKS_DIFFER;
  return isAhead || now.getTime() >= nextTryAt(intent).getTime() - TICK_JITTER;
}

/** Whether it has failed so often that people should know. It is tried again all the same. */
export function isUndelivered({ fact }: Intent<Told>): boolean {
  return triesOf(fact) >= UNDELIVERED_AFTER;
}

/** How many tries have been begun; anyone may have edited the number. */
export function triesOf({ tries = 1 }: Told): number {
  return Math.max(0, tries);
}
