import type { TimerHandler } from "@azure/functions";
import { absence } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";

/** Compares everybody's automatic replies with what was told of them; throws when that was not possible, so that the host records a failure. */
export const handler: TimerHandler = async (_timer, context) => {
  const service = await absence.service();
  await service.watch(loggerOf(context));
};
