import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { type Graph, startGraph } from "../../infra/local/emulators/graph/graph.ts";
import type { AccountSeed, ContactSeed, EventSeed } from "../../infra/local/emulators/graph/seed.ts";
import { type MicrosoftLogin, startMicrosoftLogin } from "../../infra/local/emulators/microsoft-login.ts";
import { ensureCertificates, LOCAL_CERTIFICATES } from "../../infra/local/tls.ts";
import { microsoftRefreshToken, SECRETS } from "../../shared/secrets/secret-names.ts";
import { type CloudVault, cloudVault } from "./cloud-vault.ts";
import { CALENDAR, CLIENT, HOST_ADDRESS, LATENCY_MS, SCOPES } from "./mailbox-world.ts";

/** So many teams, and the accounts they share. */
export interface ScaleSize {
  teams: number;
  connections: number;
}

/** The Microsoft accounts of many teams, each of which has one session that is due; and the settings that point Rollcall at them. */
export interface ScaleWorld {
  teams: readonly string[];
  settings: Record<string, string>;
  /** To Microsoft Graph and its login together, so far. */
  requests(): number;
  /** How many of them, or of the parts of their batches, Graph answered with 429. */
  throttled(): number;
  /** At any mailbox. */
  mostInFlight(): number;
  /** How often each team was announced, so far. */
  notices(): Map<string, number>;
  close(): Promise<void>;
}

/** The accounts of one alone would meet Graph's limit of 455 requests to extensions in 10 seconds, and not the workers'. */
const TENANTS = Array.from({ length: 20 }, (_, index) => ({
  id: `6d2c5f0a-4b1e-4c8f-8f57-${String(index).padStart(12, "0")}`,
  domain: `clubs${index}.onmicrosoft.example`,
}));
const HOUR = 60 * 60 * 1000;
const PATTERN = "Subject: {{team}}\n{{date}} {{start_time}} {{end_time}}\n{{adults}}\n{{students}}\n";

const CONTACTS: ContactSeed[] = Array.from({ length: 10 }, (_, index) => ({
  displayName: `Student ${index}`,
  jobTitle: "Team Member",
  addresses: [`student${index}@example.org`],
}));

export async function scaleWorld(size: ScaleSize): Promise<ScaleWorld> {
  const { certificate } = await ensureCertificates(LOCAL_CERTIFICATES);
  const teams = Array.from({ length: size.teams }, (_, index) => `team-${index}`);
  const connectionOf = (team: number): string => `connection-${team % size.connections}`;
  const connections = [...new Set(teams.map((_, index) => connectionOf(index)))];
  const mailboxes = connections.map((connection, index): AccountSeed => {
    const own = teams.filter((_, team) => team % size.connections === index);
    return {
      account: accountOf(connection),
      displayName: connection,
      calendars: [{ name: CALENDAR, events: own.map(sessionOf) }],
      contacts: CONTACTS,
    };
  });
  const login = await startMicrosoftLogin({
    certificate,
    tenants: TENANTS,
    accounts: mailboxes.map(({ account, displayName }, index) => ({
      userPrincipalName: account,
      displayName,
      tenant: tenantAt(index),
    })),
    clients: [{ id: CLIENT.id, name: "Rollcall", secrets: [{ value: CLIENT.secret }], redirectUris: [] }],
  });
  const graph = await startGraph({
    certificate,
    readToken: login.readToken,
    seed: { accounts: mailboxes },
  });
  const vault = await vaultOf(connections, login);
  const azurite = await startAzurite();
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-scale-"));
  await writeConfig(
    folder,
    teams.map((team, index) => [team, connectionOf(index)] as const),
  );
  login.faults.latencyMs = LATENCY_MS;
  graph.faults.latencyMs = LATENCY_MS;
  return {
    teams,
    settings: {
      AzureWebJobsStorage: azurite.connectionString,
      CONFIG_DIR: folder,
      MICROSOFT_CLIENT_ID: CLIENT.id,
      MICROSOFT_LOGIN_URL: login.url,
      GRAPH_URL: graph.url,
      // Only when it is told to.
      REGISTRATION_SCHEDULE: "0 0 0 1 1 *",
      ...vault.settings,
    },
    requests: () => login.exchanges.length + graph.stats.requests,
    throttled: () => graph.stats.throttled,
    mostInFlight: () => Math.max(...graph.stats.maxInFlight.values()),
    notices: () => noticesIn(graph, mailboxes),
    async close() {
      const services = [login, graph, vault, azurite];
      await Promise.all([...services.map((each) => each.close()), rm(folder, { recursive: true })]);
    },
  };
}

function tenantAt(index: number): string {
  return TENANTS[index % TENANTS.length]?.id ?? "";
}

function accountOf(connection: string): string {
  return `${connection}@clubs.example`;
}

/** Its subject is the team's own, so that the five teams of a calendar keep out of each other's way. */
function sessionOf(team: string): EventSeed {
  const start = Math.ceil(Date.now() / HOUR) * HOUR + 4 * HOUR;
  const wallClock = (instant: number): string => new Date(instant).toISOString().slice(0, 19);
  return {
    subject: topicOf(team),
    start: wallClock(start),
    end: wallClock(start + HOUR),
    timeZone: "UTC",
    attendees: CONTACTS.flatMap(({ displayName, addresses = [] }) =>
      addresses.map((address) => ({ name: displayName, address })),
    ),
  };
}

/** None is contained in another's. */
function topicOf(team: string): string {
  return `Session of ${team}.`;
}

async function vaultOf(connections: readonly string[], login: MicrosoftLogin): Promise<CloudVault> {
  const secrets: Record<string, string> = { [SECRETS.microsoftClientSecret]: CLIENT.secret };
  for (const connection of connections) {
    const token = await login.grant(CLIENT.id, accountOf(connection), SCOPES);
    secrets[microsoftRefreshToken(connection)] = token;
  }
  return cloudVault(secrets, { login, tenant: tenantAt(0) });
}

async function writeConfig(
  folder: string,
  teams: readonly (readonly [team: string, connection: string])[],
): Promise<void> {
  await mkdir(path.join(folder, "teams"));
  await writeFile(path.join(folder, "pattern.txt"), PATTERN);
  for (const [team, connection] of teams) {
    const file = {
      team,
      connection,
      mail: { to: HOST_ADDRESS, pattern: "pattern.txt" },
      calendar: { name: CALENDAR, topic: topicOf(team) },
    };
    await writeFile(path.join(folder, "teams", `${team}.json`), JSON.stringify(file));
  }
}

function noticesIn(graph: Graph, mailboxes: readonly AccountSeed[]): Map<string, number> {
  const notices = new Map<string, number>();
  for (const { account } of mailboxes) {
    for (const { subject } of graph.mailbox(account).sent) {
      notices.set(subject, (notices.get(subject) ?? 0) + 1);
    }
  }
  return notices;
}
