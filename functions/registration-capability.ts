import type { RegistrationService } from "../shared/registration/wire.ts";
import { RequestProblem } from "./answers.ts";
import { workerLog } from "./logger.ts";

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
    wire.wireRegistration(process.env, workerLog),
  );
  try {
    return await service;
  } catch (error) {
    // A mistake in the settings is looked at again next time, not remembered for the life of the worker.
    service = undefined;
    throw error;
  }
}
