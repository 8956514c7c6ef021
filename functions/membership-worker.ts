import type { StorageQueueHandler } from "@azure/functions";
import { membership } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";
import { isBad } from "./membership-answers.ts";
import { tellOfTrouble } from "./tell-of-trouble.ts";

/** Syncs the space of one message. A sync that fails is reported; what is thrown brings the message back. */
export const handler: StorageQueueHandler = async (message, context) => {
  const service = await membership.service();
  const log = loggerOf(context);
  const runs = await service.work(message, log);
  if (runs.some(isBad)) await tellOfTrouble(log);
};
