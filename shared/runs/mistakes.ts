import type { z } from "zod";

/** Every mistake with its path, in one text. */
export function mistakesOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => (issue.path.length > 0 ? `${issue.path.join(".")}: ${issue.message}` : issue.message))
    .join("; ");
}
