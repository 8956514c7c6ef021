import type { Logger } from "../shared/log.ts";
import { capability, STORAGE } from "./capability.ts";
import { workerLog } from "./logger.ts";

/** The registry of connections is in the storage account; nothing else is needed to look after them. */
export const connections = capability("the watch over connections", [STORAGE], async () => {
  const [{ wireConnections }, { forgetRuns }] = await Promise.all([
    import("../shared/connections/wire.ts"),
    import("../shared/registration/forget-runs.ts"),
  ]);
  return wireConnections(process.env, workerLog, {
    histories: [{ what: "reports of registration runs", forget: forgetRuns }],
  });
});

/** After a run that failed: tells the operator at once of connections that have just died. Never throws. */
export async function tellOfTrouble(log: Logger): Promise<void> {
  try {
    const service = await connections.service();
    await service.tellOfTrouble(log);
  } catch {
    // The settings are wrong; the daily check and GET /api/connections say so.
  }
}
