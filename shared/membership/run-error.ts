import { DeadlineError } from "../http/deadline.ts";
import { describeRunError, type ErrorClass } from "../runs/run-error.ts";
import {
  WebexAnswerError,
  WebexServiceError,
  WebexThrottledError,
  WebexUnreachableError,
} from "../webex/webex-error.ts";
import type { RunError } from "./run.ts";
import { SpaceFileError } from "./space-file.ts";

/** What was asked for cannot be done, for a reason that the reader can mend. */
export class SpaceRunError extends Error {
  override readonly name = "SpaceRunError";
  readonly code:
    | "config_invalid"
    | "plan_changed"
    | "interrupted"
    | "out_of_time"
    | "space_changed"
    | "undone_already";
  constructor(code: SpaceRunError["code"], message: string) {
    super(message);
    this.code = code;
  }
}

const CODES: [ErrorClass, string][] = [
  [SpaceFileError, "config_invalid"],
  [DeadlineError, "out_of_time"],
  [WebexThrottledError, "throttled"],
  [WebexUnreachableError, "webex_unreachable"],
  [WebexAnswerError, "webex_unreachable"],
];

/** What a run that came to nothing says of itself: a stable code, and one line that helps. */
export function runErrorOf(error: unknown): RunError {
  if (error instanceof SpaceRunError) return { code: error.code, message: error.message };
  if (error instanceof WebexServiceError) return webexErrorOf(error);
  return describeRunError(error, CODES);
}

function webexErrorOf({ status, message }: WebexServiceError): RunError {
  if (status === 401 || status === 403) {
    return {
      code: "permission_missing",
      message: `The Webex account, or what it consented to, does not allow this; connect it again as an administrator, and accept every permission. (${message})`,
    };
  }
  if (status === 429 || status === 423) return { code: "throttled", message };
  return { code: status >= 500 ? "webex_unavailable" : "webex_refused", message };
}
