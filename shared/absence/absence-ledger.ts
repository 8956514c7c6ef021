import * as z from "zod";
import type { LedgerEntry } from "../ledger/entry.ts";
import type { Told } from "./told.ts";

/** As the ledger keeps it. */
export const ToldFact: z.ZodType<Told> = z.object({
  registration: z.string(),
  away: z.boolean(),
  digest: z.string(),
  at: z.iso.datetime(),
  deliveredAt: z.iso.datetime().optional(),
  says: z.string().optional(),
  tries: z.number().int().optional(),
  failure: z.string().optional(),
});

const DAY_MS = 24 * 60 * 60 * 1000;
/** What a target holds it may hold for years: whoever never goes away is not told of anew. */
const KEEP_MS = 10 * 365 * DAY_MS;
/** What waits to be told is written anew at each try, so this is the time after the last: for who is stopped meanwhile. */
const KEEP_WAITING_MS = 30 * DAY_MS;

/** Until when an entry is kept that is written now. */
export function keepUntil({ intent }: LedgerEntry<Told>, now: Date): Date {
  return new Date(now.getTime() + (intent ? KEEP_WAITING_MS : KEEP_MS));
}

/** The target took it at this time. */
export function taken({ known, generation, intent }: LedgerEntry<Told>, now: Date): LedgerEntry<Told> {
  if (!intent) return { known, generation };
  const { registration, away, digest, at } = intent.fact;
  return {
    generation: intent.generation,
    known: { registration, away, digest, at, deliveredAt: now.toISOString() },
    reference: intent.reference,
  };
}

/** The target did not take it, or has not said so. */
export function notTaken(entry: LedgerEntry<Told>, failure: string): LedgerEntry<Told> {
  return changed(entry, { failure });
}

/** It has not been sent this time, so that was no try. */
export function notSent(entry: LedgerEntry<Told>, failure: string): LedgerEntry<Told> {
  return changed(entry, { failure, tries: (entry.intent?.fact.tries ?? 1) - 1 });
}

function changed(entry: LedgerEntry<Told>, changes: Partial<Told>): LedgerEntry<Told> {
  const { intent } = entry;
  return intent ? { ...entry, intent: { ...intent, fact: { ...intent.fact, ...changes } } } : entry;
}
