import type { StorageQueueHandler } from "@azure/functions";
import { absence } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";

/** Does the part of a tick that a message names. */
export const handler: StorageQueueHandler = async (message, context) => {
  const service = await absence.service();
  const isRetry = Number(context.triggerMetadata?.["dequeueCount"] ?? 1) > 1;
  await service.work(message, { isRetry }, loggerOf(context));
};
