import type { z } from "zod";
import { mistakesOf } from "../schema-mistakes.ts";

/** A message in the queue is not one of ours. It is put aside after the usual number of tries. */
export class WorkMessageError extends Error {
  override readonly name = "WorkMessageError";

  /** Names every mistake. */
  constructor(queue: string, mistakes: z.ZodError) {
    super(
      `A message in the queue ${queue} is not one of ours, or of another version of this app: ${mistakesOf(mistakes)}.`,
    );
  }
}
