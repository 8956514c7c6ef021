import type { TimerHandler } from "@azure/functions";
import { registration, REGISTRATION_SCHEDULE as schedule } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";

/** Puts the registration pass of every team into the queue; throws when one could not be put there, so that the host records a failure. */
export const handler: TimerHandler = async ({ isPastDue }, context) => {
  const service = await registration.service();
  await service.enqueueDue({ schedule, isPastDue }, loggerOf(context));
};
