import * as z from "zod";
import { ShortName } from "../config/short-name.ts";
import { type Environment, parseSettings } from "../config/settings.ts";
import { GraphUrl } from "../graph/graph-url.ts";
import { OperatorSettings } from "../operator/operator-settings.ts";

/** Who is warned, and which connections the settings name. */
export interface ConnectionsSettings {
  /** Base URL of Microsoft Graph, without version. */
  graphUrl: string;
  /** How long runs, reports and rows of past events are kept, days. */
  historyDays: number;
  operatorAddress: string | undefined;
  /** The Microsoft connection that sends the warnings. */
  operatorMailConnection: string | undefined;
  mailboxConnection: string | undefined;
  webexAdminConnection: string | undefined;
}

const Settings = OperatorSettings.extend({
  GRAPH_URL: GraphUrl,
  HISTORY_DAYS: z.coerce
    .number("must be a number of days")
    .int("must be a whole number of days")
    .min(1, "must be at least 1")
    .default(90),
  MAILBOX_CONNECTION: ShortName.optional(),
  WEBEX_ADMIN_CONNECTION: ShortName.optional(),
}).transform((env): ConnectionsSettings => ({
  graphUrl: env.GRAPH_URL,
  historyDays: env.HISTORY_DAYS,
  operatorAddress: env.OPERATOR_ADDRESS,
  operatorMailConnection: env.OPERATOR_MAIL_CONNECTION,
  mailboxConnection: env.MAILBOX_CONNECTION,
  webexAdminConnection: env.WEBEX_ADMIN_CONNECTION,
}));

/** @throws {SettingsError} a setting is wrong */
export function connectionsSettingsFrom(env: Environment): ConnectionsSettings {
  return parseSettings(env, Settings);
}
