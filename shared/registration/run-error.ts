import { describeRunError, type ErrorClass } from "../runs/run-error.ts";
import { PatternError } from "./pattern.ts";
import { CalendarAmbiguousError, CalendarNotFoundError } from "./read.ts";
import type { RunError } from "./run.ts";

/** The configuration is wrong in a way that only the whole of it shows. */
export class ConfigurationError extends Error {
  override readonly name = "ConfigurationError";
}

const CODES: [ErrorClass, string][] = [
  [ConfigurationError, "config_invalid"],
  [PatternError, "pattern_invalid"],
  [CalendarNotFoundError, "calendar_not_found"],
  [CalendarAmbiguousError, "calendar_ambiguous"],
];

/** What a pass that came to nothing says of itself: a stable code, and one line a coach understands. */
export function runErrorOf(error: unknown): RunError {
  return describeRunError(error, CODES);
}
