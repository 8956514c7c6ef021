import type { TimerHandler } from "@azure/functions";
import { membership, MEMBERSHIP_SCHEDULE as schedule } from "./capabilities.ts";
import { loggerOf } from "./logger.ts";

/** Puts the sync of every space into the queue; throws when one could not be put there, so that the host records a failure. */
export const handler: TimerHandler = async ({ isPastDue }, context) => {
  const service = await membership.service();
  await service.enqueueDue({ schedule, isPastDue }, loggerOf(context));
};
