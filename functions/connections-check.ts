import { app, type TimerHandler } from "@azure/functions";
import { connections } from "./connections-capability.ts";
import { loggerOf } from "./logger.ts";

/** NCRONTAB in UTC: after the registration passes, whose use of a connection keeps it alive. */
const SCHEDULE = "0 0 6 * * *";

/** Warns of connections and client secrets that run out or are dead, and deletes what is older than it may be. */
const connectionsCheck: TimerHandler = async (_timer, context) => {
  const service = await connections.service();
  await service.check(loggerOf(context));
};

if (connections.isConfigured)
  app.timer("connections-check", { schedule: SCHEDULE, handler: connectionsCheck });
