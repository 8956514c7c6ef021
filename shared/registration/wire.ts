import pLimit, { type LimitFunction } from "p-limit";
import { z } from "zod";
import { systemClock } from "../clock.ts";
import { configFolder } from "../config/config-folder.ts";
import { type Environment, parseSettings } from "../config/settings.ts";
import { openGraphRoad } from "../graph/graph-road.ts";
import type { Logger } from "../log.ts";
import { accessTokens } from "../oauth/access-token.ts";
import { microsoftSettingsFrom } from "../oauth/microsoft-settings.ts";
import { secretStoreFrom } from "../secrets/open-secret-store.ts";
import { mailPassword } from "../secrets/secret-names.ts";
import { type SecretStore, SecretStoreError } from "../secrets/secret-store.ts";
import { acquireLease } from "../storage/blob-lease.ts";
import { storageAccountFrom } from "../storage/storage-account.ts";
import { runHistory } from "./run-history.ts";
import { type RegistrationService, registrationService } from "./service.ts";

export type { RegistrationService } from "./service.ts";

const Settings = z.object({
  CONFIG_DIR: z.string().default("config"),
  GRAPH_URL: z
    .url({ protocol: /^https$/u, error: "must be an https URL" })
    .default("https://graph.microsoft.com")
    .transform((url) => url.replace(/\/+$/u, "")),
  PUBLIC_URL: z.url("must be a URL").optional(),
  WEBSITE_HOSTNAME: z.string().optional(),
});

/** A crash keeps a team's next pass waiting no longer than this. */
const LOCK_SECONDS = 60;
/** Ends before an HTTP answer would be cut off, with time left to report. */
const PASS_DEADLINE_MS = 170_000;
/** @see https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits */
const REQUESTS_PER_MAILBOX = 4;

/**
 * Binds registration to its services, as the settings say. Nothing is asked of them yet.
 * @throws {SettingsError} names what is missing or wrong
 */
export async function wireRegistration(env: Environment, logger: Logger): Promise<RegistrationService> {
  const settings = parseSettings(env, Settings);
  const clock = systemClock;
  const secrets = secretStoreFrom(env, { clock });
  const storage = storageAccountFrom(env, { clock });
  const tokens = accessTokens({ secrets, settings: microsoftSettingsFrom(env), clock, logger });
  const limits = new Map<string, LimitFunction>();
  const limitOf = (connection: string): LimitFunction => {
    const limit = limits.get(connection) ?? pLimit(REQUESTS_PER_MAILBOX);
    limits.set(connection, limit);
    return limit;
  };

  return registrationService({
    env,
    clock,
    config: configFolder(settings.CONFIG_DIR),
    history: runHistory(storage),
    messageIdDomain: domainOf(settings),
    deadlineMs: PASS_DEADLINE_MS,
    mailPassword: (team, { fresh }) => passwordOf(secrets, team, fresh),
    lock: async (team) =>
      acquireLease(await storage.container("locks"), `registration/${team}`, {
        seconds: LOCK_SECONDS,
        clock,
      }),
    graph: (connection, { signal, meter }) => {
      const onRequest = (): void => {
        meter.requests += 1;
      };
      return openGraphRoad({
        graphUrl: settings.GRAPH_URL,
        token: ({ renew }) => tokens.get(connection, { signal, onRequest, renew }),
        limit: limitOf(connection),
        clock,
        signal,
        onRequest,
        onThrottled: () => {
          meter.throttled = true;
        },
      });
    },
  });
}

async function passwordOf(secrets: SecretStore, team: string, fresh: boolean): Promise<string> {
  const name = mailPassword(team);
  const password = await secrets.get(name, { fresh });
  if (password !== undefined) return password;
  throw new SecretStoreError(
    `There is no secret ${name} in ${secrets.place}. Store the sender's mail password there: npm run secrets:set -- ${name}`,
  );
}

function domainOf(settings: {
  PUBLIC_URL?: string | undefined;
  WEBSITE_HOSTNAME?: string | undefined;
}): string {
  if (settings.PUBLIC_URL) return new URL(settings.PUBLIC_URL).hostname;
  return settings.WEBSITE_HOSTNAME ?? "localhost";
}
