import * as z from "zod";
import { mistakesOf } from "../schema-mistakes.ts";
import type { LedgerEntry } from "./entry.ts";

/** An entry, or why it cannot be read, without what it says: it may name people. */
export type ParsedEntry<Fact> = { entry: LedgerEntry<Fact> } | { why: string };

/** Makes a reader of the JSON that entries are kept as: once for many, for it takes longer than to read one. */
export function entryParser<Fact>(fact: z.ZodType<Fact>): (text: string) => ParsedEntry<Fact> {
  const generation = z.int().nonnegative();
  const Intent = z.object({
    generation,
    fact,
    reference: z.string(),
    place: z.string().optional(),
    intendedAt: z.iso.datetime(),
  });
  const Entry = z.object({
    generation,
    known: z.optional(fact),
    reference: z.string().optional(),
    isMirrored: z.boolean().optional(),
    isUnverified: z.boolean().optional(),
    intent: Intent.optional(),
    doubts: z.array(Intent).optional(),
  });
  return (text) => {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      return { why: "it is not JSON" };
    }
    const { data, error } = Entry.safeParse(json);
    if (error) return { why: mistakesOf(error, { at: ["entry"] }) };
    return { entry: { ...data, known: data.known } };
  };
}

/** What is wrong with an entry, and what to do about it. */
export function unreadable(scope: string, subject: string, why: string): string {
  return `What the ledger keeps of ${subject} in ${scope} cannot be read: ${why}. If a newer version of this app wrote it, deploy that one again; otherwise delete the row of the table ledger whose subject it is: then nothing counts as known of it.`;
}
