import * as z from "zod";
import { type Environment, parseSettings } from "../config/settings.ts";

/** Which app registration asks Microsoft for tokens, and where. */
export interface MicrosoftSettings {
  /** Base URL of the cloud's login service. */
  loginUrl: string;
  /** `common`, `organizations`, `consumers`, or a tenant's id or domain. */
  tenant: string;
  /** The application (client) id; undefined as long as it is not set. */
  clientId: string | undefined;
}

const Settings = z
  .object({
    MICROSOFT_LOGIN_URL: z
      .url({ protocol: /^https$/, error: "must be an https URL" })
      .default("https://login.microsoftonline.com"),
    MICROSOFT_TENANT: z
      .string()
      .regex(/^[\w.-]+$/, "must be a tenant's id or domain, or common")
      .default("common"),
    MICROSOFT_CLIENT_ID: z.string().optional(),
  })
  .transform((env): MicrosoftSettings => ({
    loginUrl: env.MICROSOFT_LOGIN_URL,
    tenant: env.MICROSOFT_TENANT,
    clientId: env.MICROSOFT_CLIENT_ID,
  }));

/** @throws {SettingsError} a setting is wrong */
export function microsoftSettingsFrom(env: Environment): MicrosoftSettings {
  return parseSettings(env, Settings);
}
