import type { ConfigSource } from "../../shared/config/config-folder.ts";
import type { ClientSecretWarnings, Told } from "../../shared/connections/client-secret-warnings.ts";
import { type ConnectionsService, connectionsService } from "../../shared/connections/service.ts";
import { connectionsSettingsFrom } from "../../shared/connections/settings.ts";
import type { ConnectionsWorld } from "../../shared/connections/world.ts";
import type { ConnectionRecord, ConnectionRegistry } from "../../shared/oauth/connection-registry.ts";
import { connectionsInMemory } from "../fakes/connections-in-memory.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";
import { type RememberingLogger, rememberingLogger } from "../fakes/remembering-logger.ts";
import { type SecretsInMemory, secretsInMemory } from "../fakes/secrets-in-memory.ts";

export const NOW = new Date("2026-11-03T06:00:00Z");
export const ACCOUNT = "coach@mantabots.example";
const DAY_MS = 24 * 60 * 60 * 1000;

export function inDays(days: number): Date {
  return new Date(NOW.getTime() + days * DAY_MS);
}

/** A connection of 90 days that was used just now, unless told otherwise. */
export function aConnection(changes: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return {
    provider: "microsoft",
    connection: "default",
    account: ACCOUNT,
    scopes: ["User.Read", "Mail.Send"],
    obtainedAt: inDays(-30),
    refreshedAt: NOW,
    expiresAt: inDays(90),
    warnedDays: [],
    ...changes,
  };
}

export interface SentMail {
  messageId: string;
  subject: string;
  text: string;
}

export interface WatchedWorld {
  clock: FakeClock;
  registry: ConnectionRegistry;
  secrets: SecretsInMemory;
  log: RememberingLogger;
  /** What the operator got. */
  mails: SentMail[];
  service: ConnectionsService;
  /** Thrown by the next tries to mail. */
  mailFailures: Error[];
  /** How often the operator's connection was tried without a mail. */
  proofs: () => number;
}

export interface WatchedSeed {
  connections?: ConnectionRecord[];
  secrets?: Record<string, string>;
  /** Team files, by name. */
  teams?: Record<string, unknown>;
  /** Space files, by name. */
  spaces?: Record<string, unknown>;
  settings?: Record<string, string>;
  parts?: Partial<ConnectionsWorld>;
}

/** The watch over connections, between parts that are in memory. The operator is mailed through `office`. */
export function aWatch(seed: WatchedSeed = {}): WatchedWorld {
  const clock = fakeClock(NOW);
  const registry = connectionsInMemory(...(seed.connections ?? []));
  const secrets = secretsInMemory(clock, seed.secrets);
  const log = rememberingLogger();
  const mails: SentMail[] = [];
  const mailFailures: Error[] = [];
  let proofs = 0;
  const service = connectionsService({
    clock,
    settings: connectionsSettingsFrom(seed.settings ?? {}),
    config: configOf({ teams: seed.teams ?? {}, spaces: seed.spaces ?? {} }),
    secrets,
    registry,
    clientSecretWarnings: warningsInMemory(),
    alone: oneAtATime(),
    hasApp: { microsoft: true, webex: false },
    redirectUri: (provider) => `https://rollcall.example/api/oauth/${provider}/callback`,
    connectLink: async ({ provider, connection, capability }) =>
      `https://rollcall.example/api/connect/${provider}-${connection}-${capability}`,
    account: async () => ACCOUNT,
    mail: {
      connection: "office",
      async prove() {
        proofs += 1;
      },
      async send(mail) {
        const failure = mailFailures.shift();
        if (failure) throw failure;
        mails.push(mail);
      },
    },
    publicUrl: "https://rollcall.example",
    cleanUps: [],
    ...seed.parts,
  });
  return { clock, registry, secrets, log, mails, mailFailures, service, proofs: () => proofs };
}

function configOf(folders: Record<string, Record<string, unknown>>): ConfigSource {
  return {
    place: "memory",
    list: async (folder) => Object.keys(folders[folder] ?? {}).map((name) => `${name}.json`),
    read: async (file) => {
      const [folder = "", name = ""] = file.split("/");
      const content = folders[folder]?.[name.replace(/\.json$/u, "")];
      return typeof content === "string" ? content : JSON.stringify(content);
    },
  };
}

function warningsInMemory(): ClientSecretWarnings {
  const known = new Map<string, Told>();
  return {
    get: async (secret) => known.get(secret) ?? { warnedDays: [] },
    put: async (secret, told) => void known.set(secret, told),
  };
}

function oneAtATime(): ConnectionsWorld["alone"] {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const next = last.then(work);
    last = next.catch(() => undefined);
    return next;
  };
}
