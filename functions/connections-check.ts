import type { TimerHandler } from "@azure/functions";
import { connections } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";

/** Warns of connections and client secrets that run out or are dead, and deletes what is older than it may be. */
export const handler: TimerHandler = async (_timer, context) => {
  const service = await connections.service();
  await service.check(loggerOf(context));
};
