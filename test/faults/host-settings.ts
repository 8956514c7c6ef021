import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";
import { PATTERN } from "./notice-text.ts";
import type { Sender } from "./schedule.ts";
import { CALENDAR, CLIENT, SENDER, type ServiceName } from "./services.ts";
import { connectionStringOf } from "./storage/server.ts";

export interface HostPlaces {
  /** Where the services are for this host. */
  ports: Record<ServiceName, number>;
  /** The name under which the storage account is reached, by this host alone. */
  account: string;
  /** For the configuration; the host's own. */
  folder: string;
  secretsFile: string;
  sender: Sender;
}

/** How far a pass looks ahead. */
export const WINDOW_DAYS = 3;
const TEAM = "robots";

/** Writes the configuration of the only team. @returns the settings of the app */
export function settingsOf(places: HostPlaces): Record<string, string> {
  const { ports, account, folder, secretsFile } = places;
  mkdirSync(path.join(folder, "teams"), { recursive: true });
  writeFileSync(path.join(folder, "pattern.txt"), PATTERN);
  writeFileSync(path.join(folder, "teams", `${TEAM}.json`), JSON.stringify(teamFileOf(places)));
  return {
    AzureWebJobsStorage: connectionStringOf(account, ports.storage),
    CONFIG_DIR: folder,
    SECRETS_FILE: secretsFile,
    MICROSOFT_CLIENT_ID: CLIENT.id,
    MICROSOFT_LOGIN_URL: `https://localhost:${ports.login}`,
    GRAPH_URL: `https://localhost:${ports.graph}`,
    PUBLIC_URL: "https://rollcall.example",
  };
}

/** By the hour and in UTC, so that a mail says all that there is to know. */
function teamFileOf({ sender, ports }: HostPlaces): object {
  const from = {
    address: SENDER.user,
    smtp_server: { host: "localhost", port: ports.smtp },
    imap_server: { host: "localhost", port: ports.imap },
  };
  const mail = {
    to: "host@example.org",
    pattern: "pattern.txt",
    ...(sender === "verified" ? { verify_sent: true } : {}),
    ...(sender === "smtp" ? { from } : {}),
  };
  const calendar = { name: CALENDAR, days: WINDOW_DAYS, full_day: "False", time_zone: "UTC" };
  return { team: "Robots", mail, calendar };
}
