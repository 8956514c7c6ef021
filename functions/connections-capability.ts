import type { ConnectionsService } from "../shared/connections/wire.ts";
import type { Logger } from "../shared/log.ts";
import { RequestProblem } from "./answers.ts";
import { workerLog } from "./logger.ts";

/** The registry of connections is in the storage account; nothing else is needed to look after them. */
export const isConfigured = Boolean(
  process.env["AzureWebJobsStorage"] || process.env["AzureWebJobsStorage__accountName"],
);

const MISSING = "AzureWebJobsStorage or AzureWebJobsStorage__accountName";

if (!isConfigured) console.warn(`the watch over connections is off: set ${MISSING} to turn it on`);

let service: Promise<ConnectionsService> | undefined;

/**
 * The watch over connections, wired when it is first asked for and kept from then on.
 * @throws {RequestProblem} 503 when a setting is missing
 */
export async function connections(): Promise<ConnectionsService> {
  if (!isConfigured) {
    throw new RequestProblem(503, `The watch over connections is off. Set ${MISSING}, then restart.`);
  }
  service ??= wire();
  try {
    return await service;
  } catch (error) {
    // A mistake in the settings is looked at again next time, not remembered for the life of the worker.
    service = undefined;
    throw error;
  }
}

/** After a run that failed: tells the operator at once of connections that have just died. Never throws. */
export async function tellOfTrouble(log: Logger): Promise<void> {
  try {
    await (await connections()).tellOfTrouble(log);
  } catch {
    // The settings are wrong; the daily check and GET /api/connections say so.
  }
}

async function wire(): Promise<ConnectionsService> {
  const [{ wireConnections }, { forgetRuns }] = await Promise.all([
    import("../shared/connections/wire.ts"),
    import("../shared/registration/forget-runs.ts"),
  ]);
  return wireConnections(process.env, workerLog, {
    histories: [{ what: "reports of registration runs", forget: forgetRuns }],
  });
}
