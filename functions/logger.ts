import type { InvocationContext } from "@azure/functions";
import type { Logger } from "../shared/log.ts";
import { redactingLogger } from "../shared/redact.ts";

/** The invocation's own log, in our words, and without anything secret. */
export function loggerOf(context: InvocationContext): Logger {
  return redactingLogger({
    info: (message) => context.log(message),
    warn: (message) => context.warn(message),
    error: (message) => context.error(message),
  });
}

/** The worker's log, for what belongs to no invocation. */
export const workerLog: Logger = redactingLogger(console);
