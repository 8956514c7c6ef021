import { app, type TimerHandler } from "@azure/functions";
import { isConfigured, loggerOf, registration } from "./registration-capability.ts";

/** NCRONTAB in UTC: Linux Flex plans have no time zone setting, and the host drops a function whose %SETTING% is unset. */
const SCHEDULE = process.env["REGISTRATION_SCHEDULE"] || "0 0 4 * * *";

/** Runs the registration pass of every team; throws when one did not end well, so that the host records a failure. */
const registrationPass: TimerHandler = async (_timer, context) => {
  const service = await registration();
  await service.runDue(loggerOf(context));
};

if (isConfigured) app.timer("registration-pass", { schedule: SCHEDULE, handler: registrationPass });
