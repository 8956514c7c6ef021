import { capability, STORAGE } from "./capability.ts";
import { workerLog } from "./logger.ts";

export const registration = capability("registration", [STORAGE, ["MICROSOFT_CLIENT_ID"]], async () => {
  const { wireRegistration } = await import("../shared/registration/wire.ts");
  return wireRegistration(process.env, workerLog);
});
