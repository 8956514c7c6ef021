import type { Logger } from "../shared/log.ts";
import { connections } from "./capabilities.ts";

/** After a run that failed: tells the operator at once of connections that have just died. Never throws. */
export async function tellOfTrouble(log: Logger): Promise<void> {
  try {
    const service = await connections.service();
    await service.tellOfTrouble(log);
  } catch {
    // The settings are wrong; the daily check and GET /api/connections say so.
  }
}
