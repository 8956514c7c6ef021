import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Azurite, startAzurite } from "../../infra/local/emulators/azurite.ts";
import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import type { Mailbox } from "../../infra/local/emulators/graph/mailbox.ts";
import type { AccountSeed, EventSeed, ExtensionProperties } from "../../infra/local/emulators/graph/seed.ts";
import { PERSONAL_TENANT } from "../../infra/local/emulators/microsoft-login/directory.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { ensureCertificates, LOCAL_CERTIFICATES, type ServerCertificate } from "../../infra/local/tls.ts";
import { systemClock as clock } from "../../shared/clock.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import { microsoftRefreshToken } from "../../shared/secrets/secret-names.ts";
import { type StorageAccount, storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { ADA, CALENDAR, CONTACTS, GRACE, invited } from "../worlds/seeds.ts";
import { CLIENT_ID, CLIENT_SECRET, SCOPES } from "../oauth/login-world.ts";

/** A team, whose mailbox it reads, and how many sessions it has today. */
export interface TeamSeed {
  team: string;
  connection: string;
  sessions: number;
}

/** What several hosts of the app find: the machine's time, one storage account, and teams whose notices are all due. */
export interface HostWorld {
  settings: Record<string, string>;
  certificate: ServerCertificate;
  login: MicrosoftLogin;
  graph: Graph;
  storage: StorageAccount;
  /** The ids of a team's sessions. */
  sessionsOf(team: string): string[];
  /** The ids of the sessions that were announced by the connection's account, once for each notice. */
  announcedBy(connection: string): string[];
  /** What is remembered on a team's sessions, where something is. */
  marksOf(team: string): ExtensionProperties[];
  close(): Promise<void>;
}

const MINUTE_MS = 60_000;
const PATTERN = "Subject: {{event_id}}\n{{start_time}} {{end_time}}\n{{adults}}\n{{students}}\n";
/** The timer fires when it is told to: its own time is half a year away. */
const SCHEDULE = `0 0 0 1 ${((new Date().getUTCMonth() + 6) % 12) + 1} *`;

export async function startHostWorld(teams: readonly TeamSeed[]): Promise<HostWorld> {
  const services = await startServices(teams);
  const { login, graph, azurite } = services;
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-hosts-"));
  const settings = {
    AzureWebJobsStorage: azurite.connectionString,
    CONFIG_DIR: path.join(folder, "config"),
    SECRETS_FILE: path.join(folder, "secrets.json"),
    MICROSOFT_CLIENT_ID: CLIENT_ID,
    MICROSOFT_LOGIN_URL: login.url,
    GRAPH_URL: graph.url,
    PUBLIC_URL: "https://rollcall.example",
    REGISTRATION_SCHEDULE: SCHEDULE,
    SENT_ITEMS_DELAY_MINUTES: "0",
  };
  await writeTeams(settings.CONFIG_DIR, teams);
  const secrets = secretStoreFrom(settings, { clock });
  await secrets.set("microsoft-client-secret", CLIENT_SECRET);
  const scopes = [...SCOPES, "Mail.ReadBasic"].join(" ");
  for (const connection of new Set(teams.map((each) => each.connection))) {
    const token = await login.grant(CLIENT_ID, accountOf(connection), scopes);
    await secrets.set(microsoftRefreshToken(connection), token);
  }
  const connections = new Map(teams.map(({ team, connection }) => [team, connection]));
  const mailboxOf = (team: string): Mailbox => graph.mailbox(accountOf(connections.get(team) ?? ""));
  const sessionsOf = (team: string): string[] =>
    mailboxOf(team)
      .events.filter(({ details }) => details.subject.includes(topicOf(team)))
      .map(({ id }) => id);
  return {
    ...services,
    settings,
    storage: storageAccountFrom(settings, { clock }),
    sessionsOf,
    announcedBy: (connection) => graph.mailbox(accountOf(connection)).sent.map(({ subject }) => subject),
    marksOf: (team) =>
      sessionsOf(team)
        .map((eventId) => mailboxOf(team).extensions(eventId)["org.mantabots"])
        .filter((mark) => mark !== undefined),
    async close() {
      await Promise.all([login, graph, azurite].map((service) => service.close()));
      await rm(folder, { recursive: true, force: true });
    },
  };
}

type Services = Pick<HostWorld, "certificate" | "login" | "graph"> & { azurite: Azurite };

async function startServices(teams: readonly TeamSeed[]): Promise<Services> {
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const accounts = [...Map.groupBy(teams, ({ connection }) => connection)].map(accountSeed);
  const login = await startMicrosoftLogin({
    certificate,
    tenants: [],
    accounts: accounts.map(({ account, displayName }) => ({
      userPrincipalName: account,
      displayName,
      tenant: PERSONAL_TENANT,
    })),
    clients: [{ id: CLIENT_ID, name: "Rollcall", secrets: [{ value: CLIENT_SECRET }], redirectUris: [] }],
  });
  const { readToken } = login;
  // What was sent can be found at once: SENT_ITEMS_DELAY_MINUTES is 0.
  const graph = await startGraph({ certificate, readToken, seed: { accounts }, sentItemsDelayMs: 0 });
  return { certificate, login, graph, azurite: await startAzurite() };
}

export function accountOf(connection: string): string {
  return `${connection}@clubs.example`;
}

function accountSeed([connection, teams]: [string, TeamSeed[]]): AccountSeed {
  return {
    account: accountOf(connection),
    displayName: connection,
    contacts: CONTACTS,
    calendars: [{ name: CALENDAR, events: teams.flatMap(sessionsFrom) }],
  };
}

/** From two hours from now on, ten minutes each. */
function sessionsFrom({ team, sessions }: TeamSeed): EventSeed[] {
  const at = (tens: number): string =>
    new Date(Date.now() + (120 + 10 * tens) * MINUTE_MS).toISOString().slice(0, 19);
  return Array.from({ length: sessions }, (_, index) => ({
    subject: `${topicOf(team)} ${index + 1}`,
    start: at(index),
    end: at(index + 1),
    timeZone: "UTC",
    attendees: [invited(ADA), invited(GRACE)],
  }));
}

/** None is contained in another's. */
function topicOf(team: string): string {
  return `Session of ${team}.`;
}

async function writeTeams(config: string, teams: readonly TeamSeed[]): Promise<void> {
  await mkdir(path.join(config, "teams"), { recursive: true });
  await writeFile(path.join(config, "pattern.txt"), PATTERN);
  for (const { team, connection } of teams) {
    const file = {
      team,
      connection,
      mail: { to: "host@example.org", pattern: "pattern.txt", verify_sent: true },
      calendar: { name: CALENDAR, topic: topicOf(team), full_day: "False" },
    };
    await writeFile(path.join(config, "teams", `${team}.json`), JSON.stringify(file));
  }
}
