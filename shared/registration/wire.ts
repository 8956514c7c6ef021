import pLimit, { type LimitFunction } from "p-limit";
import * as z from "zod";
import { type Clock, systemClock } from "../clock.ts";
import { openConfigSource } from "../config/open-config-source.ts";
import { type Environment, parseSettings } from "../config/settings.ts";
import { publicUrlFrom } from "../config/public-url.ts";
import { openGraphRoad } from "../graph/graph-road.ts";
import type { Logger } from "../log.ts";
import { connectTickets } from "../oauth/connect-ticket.ts";
import { microsoftAccessTokens } from "../oauth/open-access-tokens.ts";
import { secretStoreFrom } from "../secrets/open-secret-store.ts";
import { mailPassword } from "../secrets/secret-names.ts";
import { type SecretStore, SecretStoreError } from "../secrets/secret-store.ts";
import { acquireLease } from "../storage/blob-lease.ts";
import { storageAccountFrom } from "../storage/storage-account.ts";
import { runHistory } from "./run-history.ts";
import { type RegistrationService, registrationService } from "./service.ts";
import { GraphUrl } from "../graph/graph-url.ts";

export type { RegistrationService } from "./service.ts";

const Settings = z.object({
  CONFIG_DIR: z.string().default("config"),
  GRAPH_URL: GraphUrl,
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
export async function wireRegistration(
  env: Environment,
  logger: Logger,
  { clock = systemClock }: { clock?: Clock } = {},
): Promise<RegistrationService> {
  const settings = parseSettings(env, Settings);
  const secrets = secretStoreFrom(env, { clock });
  const storage = storageAccountFrom(env, { clock });
  const publicUrl = publicUrlFrom(env);
  const tickets = connectTickets({ secrets, storage, clock, publicUrl });
  const capability = "registration";
  const tokens = microsoftAccessTokens(env, { secrets, storage, clock, logger, capability });
  const limits = new Map<string, LimitFunction>();
  const limitOf = (connection: string): LimitFunction => {
    const limit = limits.get(connection) ?? pLimit(REQUESTS_PER_MAILBOX);
    limits.set(connection, limit);
    return limit;
  };

  return registrationService({
    env,
    clock,
    config: openConfigSource(settings.CONFIG_DIR, env, { clock }),
    history: runHistory(storage),
    messageIdDomain: new URL(publicUrl).hostname,
    deadlineMs: PASS_DEADLINE_MS,
    mailPassword: (team, { fresh }) => passwordOf(secrets, team, fresh),
    connectLink: (connection) => tickets.linkFor({ provider: "microsoft", connection, capability }),
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
