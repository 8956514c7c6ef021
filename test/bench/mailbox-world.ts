import { randomUUID } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import type { AttendeeSeed, ContactSeed, EventSeed } from "../../infra/local/emulators/graph/seed.ts";
import { PERSONAL_TENANT } from "../../infra/local/emulators/microsoft-login/directory.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";
import { writeMark } from "../../shared/registration/mark.ts";
import { microsoftRefreshToken, SECRETS } from "../../shared/secrets/secret-names.ts";

/** What stands between each request to Microsoft and its answer, milliseconds. */
export const LATENCY_MS = 50;

export const CLIENT = { id: "0f6d3c1e-58a1-4f0b-9a3e-6f4a2d8c7b15", secret: "bench~client~secret" };
export const SCOPES = "offline_access User.Read Calendars.ReadWrite Contacts.Read Mail.Send";
export const CALENDAR = "Team Calendar";
export const EXTENSION = "org.mantabots";
export const ACCOUNT = "coach@mantabots.example";
export const HOST_ADDRESS = "gym@example.org";

const TENANT = { id: "6d2c5f0a-4b1e-4c8f-8f57-2b9f4f1f0a3d", domain: "mantabots.onmicrosoft.example" };
const HOUR = 60 * 60 * 1000;
const ATTENDEES = 8;

const TEAM_FILE = {
  team: "MantaBots",
  mail: { to: HOST_ADDRESS, pattern: "pattern.txt" },
  calendar: {
    name: CALENDAR,
    topic: "Team Session",
    days: 1,
    full_day: "False",
    time_zone: "America/New_York",
  },
};
const PATTERN =
  "Subject: {{team}} on {{date}}\n{{start_time}} {{end_time}}\n{{adults}}\n{{mentors}}\n{{students}}\n";

/** One team's Microsoft account, with its services on loopback, and the settings that point Rollcall at them. */
export interface MailboxWorld {
  login: MicrosoftLogin;
  graph: Graph;
  tenant: string;
  secrets: Record<string, string>;
  refreshToken: string;
  settings: Record<string, string>;
  /** To Microsoft Graph and its login together, so far. */
  requests(): number;
  close(): Promise<void>;
}

export interface MailboxSize {
  /** Sessions in the next 24 hours. */
  events: number;
  contacts: number;
  /** Whether their notices have been sent. */
  announced: boolean;
}

export async function mailboxWorld(size: MailboxSize): Promise<MailboxWorld> {
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const login = await startMicrosoftLogin({
    certificate,
    tenants: [TENANT],
    accounts: [{ userPrincipalName: ACCOUNT, displayName: "Camille Martin", tenant: PERSONAL_TENANT }],
    clients: [{ id: CLIENT.id, name: "Rollcall", secrets: [{ value: CLIENT.secret }], redirectUris: [] }],
  });
  const contacts = Array.from({ length: size.contacts }, (_, index) => contactAt(index));
  const graph = await startGraph({
    certificate,
    readToken: login.readToken,
    seed: {
      accounts: [
        {
          account: ACCOUNT,
          displayName: "Camille Martin",
          calendars: [{ name: CALENDAR, events: sessions(size) }],
          contacts,
        },
      ],
    },
  });
  login.faults.latencyMs = LATENCY_MS;
  graph.faults.latencyMs = LATENCY_MS;
  const refreshToken = await login.grant(CLIENT.id, ACCOUNT, SCOPES);
  const secrets = {
    [SECRETS.microsoftClientSecret]: CLIENT.secret,
    [microsoftRefreshToken("default")]: refreshToken,
  };
  const folder = await configFolder(secrets);
  return {
    login,
    graph,
    tenant: TENANT.id,
    secrets,
    refreshToken,
    settings: {
      CONFIG_DIR: path.join(folder, "config"),
      SECRETS_FILE: path.join(folder, "secrets.json"),
      MICROSOFT_CLIENT_ID: CLIENT.id,
      MICROSOFT_LOGIN_URL: login.url,
      GRAPH_URL: graph.url,
    },
    requests: () => login.exchanges.length + graph.stats.requests,
    async close() {
      await Promise.all([login.close(), graph.close(), rm(folder, { recursive: true })]);
    },
  };
}

async function configFolder(secrets: Record<string, string>): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-bench-"));
  await mkdir(path.join(folder, "config", "teams"), { recursive: true });
  // A name of its own: the storage account, and what it remembers of a team, is the same for all.
  const team = `team-${randomUUID()}.json`;
  await writeFile(path.join(folder, "config", "teams", team), JSON.stringify(TEAM_FILE));
  await writeFile(path.join(folder, "config", "pattern.txt"), PATTERN);
  await writeFile(path.join(folder, "secrets.json"), JSON.stringify(secrets), { mode: 0o600 });
  return folder;
}

/** Spread over the window, each an hour long, each with its own eight people. */
function sessions({ events, contacts, announced }: MailboxSize): EventSeed[] {
  const first = Math.ceil(Date.now() / HOUR) * HOUR;
  return Array.from({ length: events }, (_, index) => {
    const start = new Date(first + Math.floor((index * 20 * HOUR) / events / 1000) * 1000);
    const end = new Date(start.getTime() + HOUR);
    const people = Array.from({ length: Math.min(ATTENDEES, contacts) }, (_, seat) =>
      contactAt((index + seat) % contacts),
    );
    const registered = { students: people.map(personOf), adults: [], mentors: [] };
    return {
      subject: `Team Session ${index}`,
      start: start.toISOString().slice(0, 19),
      end: end.toISOString().slice(0, 19),
      timeZone: "UTC",
      attendees: people.map(inviteeOf),
      ...(announced
        ? {
            extensions: {
              [EXTENSION]: writeMark({
                registration: { timeslot: { start, end }, registered },
                generation: 1,
              }),
            },
          }
        : {}),
    };
  });
}

function contactAt(index: number): ContactSeed & { addresses: [string] } {
  return {
    displayName: `Student ${index}`,
    jobTitle: "Team Member",
    categories: ["Student"],
    addresses: [`student${index}@example.org`],
  };
}

function personOf({ displayName, addresses: [mail] }: ReturnType<typeof contactAt>): {
  name: string;
  mail: string;
} {
  return { name: displayName, mail };
}

function inviteeOf({ displayName, addresses: [address] }: ReturnType<typeof contactAt>): AttendeeSeed {
  return { name: displayName, address };
}
