import * as z from "zod";
import { mistakesOf } from "../schema-mistakes.ts";

/** What was asked for, or one text that names every mistake in it. */
export type Parsed<T> = { request: T } | { mistakes: string };

/** A request as somebody sent it. */
export function parseRequest<T>(form: z.ZodType<T>, request: unknown): Parsed<T> {
  const parsed = form.safeParse(request);
  return parsed.success ? { request: parsed.data } : { mistakes: mistakesOf(parsed.error) };
}

/** What every question for past runs may hold, beside what they were of. */
export const HistoryFields = {
  /** What one trigger started together. */
  batch: z.string().max(100).optional(),
  /** How many runs at the most. */
  limit: z.coerce.number().int().min(1).max(200).default(20),
  // The function key, which the platform has checked already.
  code: z.string().optional(),
};
