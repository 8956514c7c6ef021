import * as z from "zod";
import { type Environment, parseSettings } from "../config/settings.ts";

/** Which integration asks Webex for tokens, and where. */
export interface WebexSettings {
  /** Base URL of the API, with its version and without a slash at its end; OAuth's endpoints are below it, too. */
  url: string;
  /** The integration's client id; undefined as long as it is not set. */
  clientId: string | undefined;
}

const Settings = z
  .object({
    WEBEX_URL: z
      .url({ protocol: /^https$/u, error: "must be an https URL" })
      .default("https://webexapis.com/v1"),
    WEBEX_CLIENT_ID: z.string().optional(),
  })
  .transform((env): WebexSettings => ({
    url: env.WEBEX_URL.replace(/\/+$/u, ""),
    clientId: env.WEBEX_CLIENT_ID,
  }));

/** @throws {SettingsError} a setting is wrong */
export function webexSettingsFrom(env: Environment): WebexSettings {
  return parseSettings(env, Settings);
}
