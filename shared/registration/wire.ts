import * as z from "zod";
import { type Clock, systemClock } from "../clock.ts";
import { openConfigSource } from "../config/open-config-source.ts";
import { type Environment, parseSettings } from "../config/settings.ts";
import { publicUrlFrom } from "../config/public-url.ts";
import { openGraphRoad } from "../graph/graph-road.ts";
import { mailboxes } from "../graph/mailboxes.ts";
import { tableLedger } from "../ledger/ledger.ts";
import type { Logger } from "../log.ts";
import { connectTickets } from "../oauth/connect-ticket.ts";
import { microsoftAccessTokens } from "../oauth/open-access-tokens.ts";
import { secretStoreFrom } from "../secrets/open-secret-store.ts";
import { mailPassword } from "../secrets/secret-names.ts";
import { type SecretStore, SecretStoreError } from "../secrets/secret-store.ts";
import { leases } from "../storage/blob-lease.ts";
import { messageQueue, poisonQueue } from "../storage/message-queue.ts";
import { storageAccountFrom } from "../storage/storage-account.ts";
import { RegistrationFact } from "./registration-fact.ts";
import { metered } from "../runs/meter.ts";
import { runHistoryIn } from "../runs/run-history.ts";
import { REGISTRATION_RUNS, type Run } from "./run.ts";
import { type RegistrationService, registrationService, type RegistrationWorld } from "./service.ts";
import { PASSES_QUEUE } from "./work-message.ts";
import { GraphUrl } from "../graph/graph-url.ts";

export type { RegistrationService } from "./service.ts";

const Settings = z.object({
  GRAPH_URL: GraphUrl,
  SENT_ITEMS_DELAY_MINUTES: z.coerce.number().min(0).max(240).default(10),
});

/** A crash keeps a team's next pass, and its connection, waiting no longer than this. */
const LOCK_SECONDS = 60;
/** Ends before an HTTP answer would be cut off, with time left to report. */
const PASS_DEADLINE_MS = 170_000;

/**
 * Binds registration to its services, as the settings say. Nothing is asked of them yet.
 * @throws {SettingsError} names what is missing or wrong
 */
export async function wireRegistration(
  env: Environment,
  logger: Logger,
  options: WireOptions = {},
): Promise<RegistrationService> {
  // A first pass needs them all. Here they are read at once, and not each when a request before it has been answered.
  void Promise.allSettled([
    import("@azure/storage-blob"),
    import("@azure/data-tables"),
    import("@microsoft/microsoft-graph-client"),
  ]);
  return registrationService(registrationWorld(env, logger, options));
}

interface WireOptions {
  clock?: Clock;
}

/** The services themselves, for whoever puts others in their place. */
export function registrationWorld(
  env: Environment,
  logger: Logger,
  { clock = systemClock }: WireOptions = {},
): RegistrationWorld {
  const settings = parseSettings(env, Settings);
  const secrets = secretStoreFrom(env, { clock });
  const storage = storageAccountFrom(env, { clock });
  const publicUrl = publicUrlFrom(env);
  const tickets = connectTickets({ secrets, storage, clock, publicUrl });
  const capability = "registration";
  const tokens = microsoftAccessTokens(env, { secrets, storage, clock, logger, capability });
  const mailboxOf = mailboxes({ clock });

  const lease = leases(storage, { seconds: LOCK_SECONDS, clock });

  return {
    env,
    clock,
    publicUrl,
    queue: messageQueue(storage, PASSES_QUEUE),
    poison: poisonQueue(storage, PASSES_QUEUE),
    connectionLease: (connection) => lease(`registration/connection/${connection}`),
    config: openConfigSource(env, { clock }),
    history: runHistoryIn<Run>(storage, REGISTRATION_RUNS, ({ team }) => team),
    messageIdDomain: new URL(publicUrl).hostname,
    deadlineMs: PASS_DEADLINE_MS,
    sentItemsDelayMs: settings.SENT_ITEMS_DELAY_MINUTES * 60_000,
    ledger: tableLedger(storage, RegistrationFact),
    mailPassword: (team, { fresh }) => passwordOf(secrets, team, fresh),
    connectLink: (connection) => tickets.linkFor({ provider: "microsoft", connection, capability }),
    lock: (team) => lease(`registration/${team}`),
    graph: (connection, options) =>
      openGraphRoad({
        graphUrl: settings.GRAPH_URL,
        ...mailboxOf(connection),
        clock,
        ...metered(tokens, connection, options),
      }),
  };
}

async function passwordOf(secrets: SecretStore, team: string, fresh: boolean): Promise<string> {
  const name = mailPassword(team);
  const password = await secrets.get(name, { fresh });
  if (password !== undefined) return password;
  throw new SecretStoreError(
    `There is no secret ${name} in ${secrets.place}. Store the sender's mail password there: npm run secrets:set -- ${name}`,
  );
}
