import * as z from "zod";
import { ShortName } from "../config/short-name.ts";
import { mistakesOf } from "../runs/mistakes.ts";

/** What somebody asked to be synced. */
export interface SyncRequest {
  /** One space, or every one. */
  space?: string | undefined;
  /** Plan only. */
  dryRun: boolean;
  /** The hash of the held plan that is to be applied. */
  force?: string | undefined;
}

const SyncRequest = z
  .strictObject({
    space: z.string().max(100).optional(),
    dryRun: z.boolean().default(false),
    force: z
      .string()
      .regex(/^[0-9a-f]{64}$/u, "must be the hash of a held plan, as its report has it")
      .optional(),
  })
  .refine(({ dryRun, force }) => force === undefined || !dryRun, {
    path: ["force"],
    error: "applies a plan, and a dry run applies none: leave one of them out",
  });

const UndoRequest = z.strictObject({ runId: z.uuid("must be the runId of a report") });

const HistoryQuery = z.strictObject({
  space: ShortName.optional(),
  batch: z.string().max(100).optional(),
  limit: z.coerce.number().int().min(1).max(200).default(20),
  // The function key, which the platform has checked already.
  code: z.string().optional(),
});

export interface HistoryQuery {
  space?: string | undefined;
  /** What one trigger started together. */
  batch?: string | undefined;
  /** How many runs at the most. */
  limit: number;
}

/** What was asked for, or one text that names every mistake in it. */
export type Parsed<T> = { request: T } | { mistakes: string };

export function parseSyncRequest(body: unknown): Parsed<SyncRequest> {
  return parse(SyncRequest, body);
}

export function parseUndoRequest(body: unknown): Parsed<{ runId: string }> {
  return parse(UndoRequest, body);
}

export function parseHistoryQuery(query: unknown): Parsed<HistoryQuery> {
  return parse(HistoryQuery, query);
}

function parse<T>(schema: z.ZodType<T>, value: unknown): Parsed<T> {
  const parsed = schema.safeParse(value);
  return parsed.success ? { request: parsed.data } : { mistakes: mistakesOf(parsed.error) };
}
