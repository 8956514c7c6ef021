import { app, type TimerHandler } from "@azure/functions";
import { tellOfTrouble } from "./connections-capability.ts";
import { loggerOf } from "./logger.ts";
import { registration } from "./registration-capability.ts";

/** NCRONTAB in UTC: Linux Flex plans have no time zone setting, and the host drops a function whose %SETTING% is unset. */
const SCHEDULE = process.env["REGISTRATION_SCHEDULE"] || "0 0 4 * * *";

/** Runs the registration pass of every team; throws when one did not end well, so that the host records a failure. */
const registrationPass: TimerHandler = async (_timer, context) => {
  const service = await registration.service();
  const log = loggerOf(context);
  try {
    await service.runDue(log);
  } catch (error) {
    await tellOfTrouble(log);
    throw error;
  }
};

if (registration.isConfigured)
  app.timer("registration-pass", { schedule: SCHEDULE, handler: registrationPass });
