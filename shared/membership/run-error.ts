import { DeadlineError } from "../http/deadline.ts";
import { describeRunError, type ErrorClass } from "../runs/run-error.ts";
import { WebexServiceError } from "../webex/webex-error.ts";
import type { RunError } from "./run.ts";

/** What was asked for cannot be done, for a reason that the reader can mend. */
export class SpaceRunError extends Error {
  override readonly name = "SpaceRunError";
  readonly code: "config_invalid" | "plan_changed" | "space_changed" | "undone_already";
  constructor(code: SpaceRunError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

const CODES: [ErrorClass, string][] = [[DeadlineError, "out_of_time"]];

/** What a run that came to nothing says of itself: a stable code, and one line that helps. */
export function runErrorOf(error: unknown): RunError {
  if (error instanceof SpaceRunError) return { code: error.code, message: error.message };
  if (error instanceof WebexServiceError && error.status === 401) {
    return {
      code: "permission_missing",
      message: `The Webex account, or what it consented to, does not allow this; connect it again as an administrator, and accept every permission. (${error.message})`,
    };
  }
  // Other refusals are an obstacle to a run, or are told of in the row of the change that they concern.
  if (error instanceof WebexServiceError && error.status === 429) {
    return { code: "throttled", message: error.message };
  }
  return describeRunError(error, CODES);
}
