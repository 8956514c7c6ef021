import type { z } from "zod";
import { mistakesOf } from "../schema-mistakes.ts";

/** The environment as the process was given it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Settings are missing or wrong; names every one of them. */
export class SettingsError extends Error {
  override readonly name = "SettingsError";
}

/**
 * Reads the settings of one capability or client. An empty setting counts as unset: that is how a portal's form and a
 * deployment template leave one out.
 * @throws {SettingsError} names every bad setting at once, never its value
 */
export function parseSettings<Schema extends z.ZodType>(env: Environment, schema: Schema): z.infer<Schema> {
  const set = Object.fromEntries(
    Object.entries(env).filter(([, value]) => value !== undefined && value !== ""),
  );
  const parsed = schema.safeParse(set);
  if (parsed.success) return parsed.data;
  throw new SettingsError(`Settings to correct: ${mistakesOf(parsed.error)}.`);
}
