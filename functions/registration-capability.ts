import type { InvocationContext } from "@azure/functions";
import type { Logger } from "../shared/log.ts";
import type { RegistrationService } from "../shared/registration/wire.ts";
import { RequestProblem } from "./answers.ts";

/** What registration cannot do without; each entry is a list of settings of which one is enough. */
const REQUIRED = [["AzureWebJobsStorage", "AzureWebJobsStorage__accountName"], ["MICROSOFT_CLIENT_ID"]];

const missing = REQUIRED.filter((names) => names.every((name) => !process.env[name])).map((names) =>
  names.join(" or "),
);

/** Whether registration is configured; when not, it registers no timer, and its routes answer 503. */
export const isConfigured = missing.length === 0;

if (!isConfigured) console.warn(`registration is off: set ${missing.join(" and ")} to turn it on`);

let service: Promise<RegistrationService> | undefined;

/**
 * The registration service, wired when it is first asked for and kept from then on.
 * @throws {RequestProblem} 503 when a setting is missing
 */
export async function registration(): Promise<RegistrationService> {
  if (!isConfigured) {
    throw new RequestProblem(503, `Registration is off. Set ${missing.join(" and ")}, then restart.`);
  }
  service ??= import("../shared/registration/wire.ts").then((wire) =>
    wire.wireRegistration(process.env, console),
  );
  try {
    return await service;
  } catch (error) {
    // A mistake in the settings is looked at again next time, not remembered for the life of the worker.
    service = undefined;
    throw error;
  }
}

/** The invocation's own log, in our words. */
export function loggerOf(context: InvocationContext): Logger {
  return {
    info: (message) => context.log(message),
    warn: (message) => context.warn(message),
    error: (message) => context.error(message),
  };
}
