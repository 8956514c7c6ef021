import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import type { TestContext } from "node:test";
import type { AccountSeed, ContactSeed, EventSeed } from "../../infra/local/emulators/graph/seed.ts";
import type { Clock } from "../../shared/clock.ts";
import { microsoftRefreshToken } from "../../shared/secrets/secret-names.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import type { SecretStore } from "../../shared/secrets/secret-store.ts";
import { CALENDAR, CONTACTS, PATTERN } from "./seeds.ts";
import { CLIENT_ID, CLIENT_SECRET, COACH, SENDER, type Services, startServices } from "./services.ts";

/** Some fields of a team file; what is missing is as in the usual one. */
export interface TeamFields {
  mail?: object;
  calendar?: object;
  [field: string]: unknown;
}

export interface StageSeed {
  contacts?: ContactSeed[];
  /** In the calendar of the usual team. */
  events?: EventSeed[];
  /** The team `robots`. */
  team?: TeamFields;
  /** More teams, by the name of their file; a text is written as it is. */
  teams?: Record<string, TeamFields | string>;
  /** Files of the configuration beside the team files; `conf/mail-pattern.txt` is there anyway. */
  files?: Record<string, string>;
  account?: Partial<AccountSeed>;
  /** The team `robots` mails through its own provider. */
  ownSender?: boolean;
  settings?: Record<string, string>;
  /** The account has consented to this, too. */
  alsoScope?: string;
}

/** All that the app finds when it starts. */
export interface Stage extends Services {
  /** The settings of the app. */
  env: Record<string, string>;
  /** Where the app keeps its secrets; not through the app's own memory of them. */
  secrets: SecretStore;
  writeConfig(file: string, content: string | object): Promise<void>;
}

const SCOPES = "offline_access User.Read Calendars.ReadWrite Contacts.Read Mail.Send";

/**
 * Sets the services, the secrets and the configuration up, with an account that has consented. When the test ends, each
 * exchange with Graph is held against what Microsoft publishes, on both sides.
 */
export async function aStage(t: TestContext, seed: StageSeed, clock: Clock): Promise<Stage> {
  const folder = await mkdtemp(path.join(tmpdir(), "rollcall-world-"));
  t.after(() => rm(folder, { recursive: true, force: true }));
  const services = await startServices(t, clock, accountOf(seed));
  const { graph, login } = services;
  const env: Record<string, string> = {
    AzureWebJobsStorage: services.connectionString,
    CONFIG_DIR: path.join(folder, "config"),
    SECRETS_FILE: path.join(folder, "secrets.json"),
    MICROSOFT_CLIENT_ID: CLIENT_ID,
    MICROSOFT_LOGIN_URL: login.url,
    GRAPH_URL: graph.url,
    PUBLIC_URL: "https://rollcall.example",
    ...seed.settings,
  };
  const secrets = secretStoreFrom(env, { clock });
  await secrets.set("microsoft-client-secret", CLIENT_SECRET);
  await secrets.set(
    microsoftRefreshToken("default"),
    await login.grant(CLIENT_ID, COACH, `${SCOPES} ${seed.alsoScope ?? ""}`.trim()),
  );
  if (seed.ownSender) await secrets.set("mail-password-robots", SENDER.password);

  const writeConfig = async (file: string, content: string | object): Promise<void> => {
    const target = path.join(folder, "config", file);
    await mkdir(path.dirname(target), { recursive: true });
    await writeFile(target, typeof content === "string" ? content : JSON.stringify(content));
  };
  await writeConfig("conf/mail-pattern.txt", PATTERN);
  for (const [file, content] of Object.entries(seed.files ?? {})) await writeConfig(file, content);
  for (const [team, content] of Object.entries(teamsOf(seed, services))) {
    await writeConfig(`teams/${team}.json`, content);
  }
  return { ...services, env, secrets, writeConfig };
}

function accountOf({ contacts = CONTACTS, events = [], account = {} }: StageSeed): AccountSeed {
  return {
    account: COACH,
    displayName: "Camille Martin",
    contacts,
    ...account,
    calendars: [{ name: "Calendar" }, { name: CALENDAR, events }, ...(account.calendars ?? [])],
  };
}

function teamsOf(
  { team = {}, teams = {}, ownSender }: StageSeed,
  { smtp, imap }: Services,
): Record<string, object | string> {
  const from = {
    address: SENDER.user,
    smtp_server: { host: smtp.host, port: smtp.port },
    imap_server: { host: imap.host, port: imap.port },
  };
  const robots = aTeam({ ...team, mail: { ...(ownSender ? { from } : {}), ...team.mail } });
  const others = Object.entries(teams).map(([name, fields]) => [
    name,
    typeof fields === "string" ? fields : aTeam(fields),
  ]);
  return { robots, ...(Object.fromEntries(others) as Record<string, object | string>) };
}

/** A team file. */
export function aTeam(fields: TeamFields = {}): object {
  return {
    team: "TestBots",
    ...fields,
    mail: { to: "host@example.org", pattern: "conf/mail-pattern.txt", ...fields.mail },
    calendar: { name: CALENDAR, ...fields.calendar },
  };
}
