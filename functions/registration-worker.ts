import type { StorageQueueHandler } from "@azure/functions";
import { registration } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";
import { tellOfTrouble } from "./tell-of-trouble.ts";

/** Runs the passes of one message. A pass that fails is reported; what is thrown brings the message back. */
export const handler: StorageQueueHandler = async (message, context) => {
  const service = await registration.service();
  const log = loggerOf(context);
  const runs = await service.work(message, log);
  if (runs.some((run) => run.status !== "ok")) await tellOfTrouble(log);
};
