import type { TimerHandler } from "@azure/functions";
import { registration, REGISTRATION_SCHEDULE as schedule } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";

/** Puts into the queue what the day still owes: Azure does not retry a timer. */
export const handler: TimerHandler = async (_timer, context) => {
  const service = await registration.service();
  await service.enqueueOwed({ schedule }, loggerOf(context));
};
