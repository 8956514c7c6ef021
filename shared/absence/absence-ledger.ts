import * as z from "zod";
import type { LedgerEntry } from "../ledger/entry.ts";
import type { Told } from "./told.ts";

/** As the ledger keeps it. */
export const ToldFact: z.ZodType<Told> = z.object({
  registration: z.string(),
  away: z.boolean(),
  digest: z.string(),
  at: z.iso.datetime(),
  tries: z.number().int().optional(),
  failure: z.string().optional(),
});

/** What a target holds it may hold for years: whoever never goes away is not told of anew. */
const KEEP_MS = 10 * 365 * 24 * 60 * 60 * 1000;

export function keepUntil(now: Date): Date {
  return new Date(now.getTime() + KEEP_MS);
}

/** The target took it. */
export function taken({ known, generation, intent }: LedgerEntry<Told>): LedgerEntry<Told> {
  if (!intent) return { known, generation };
  const { registration, away, digest, at } = intent.fact;
  return {
    generation: intent.generation,
    known: { registration, away, digest, at },
    reference: intent.reference,
  };
}

/** The target did not take it, or has not said so. */
export function notTaken(entry: LedgerEntry<Told>, failure: string): LedgerEntry<Told> {
  const { intent } = entry;
  return intent ? { ...entry, intent: { ...intent, fact: { ...intent.fact, failure } } } : entry;
}
