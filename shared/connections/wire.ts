import { type Clock, systemClock } from "../clock.ts";
import { openConfigSource } from "../config/open-config-source.ts";
import { publicUrlFrom } from "../config/public-url.ts";
import type { Environment } from "../config/settings.ts";
import type { Logger } from "../log.ts";
import { connectTickets, USED_TICKETS_TABLE } from "../oauth/connect-ticket.ts";
import { connectionRegistry } from "../oauth/connection-registry.ts";
import { redirectUriOf } from "../oauth/consent-flow.ts";
import { microsoftConsent } from "../oauth/consent-provider.ts";
import { CONSENT_STATES_TABLE } from "../oauth/consent-state.ts";
import { microsoftSettingsFrom } from "../oauth/microsoft-settings.ts";
import { microsoftTokens } from "../oauth/microsoft-tokens.ts";
import { microsoftAccessTokens } from "../oauth/open-access-tokens.ts";
import { webexSettingsFrom } from "../oauth/webex-settings.ts";
import { openOperatorMail } from "../operator/open-operator-mail.ts";
import { secretStoreFrom } from "../secrets/open-secret-store.ts";
import { deleteRows } from "../storage/delete-rows.ts";
import { type StorageAccount, storageAccountFrom } from "../storage/storage-account.ts";
import { clientSecretWarnings } from "./client-secret-warnings.ts";
import { type ConnectionsService, connectionsService } from "./service.ts";
import { connectionsSettingsFrom } from "./settings.ts";
import type { CleanUp, CleanUpLimits } from "./world.ts";
import { underLease } from "../storage/under-lease.ts";

export type { ConnectionsService } from "./service.ts";

/** What another keeps for HISTORY_DAYS, or for as long as it says itself. */
export interface History {
  /** What is deleted, in the plural. */
  what: string;
  /** @returns how many were deleted */
  forget(storage: StorageAccount, limits: CleanUpLimits): Promise<number>;
}

export interface WireConnectionsOptions {
  clock?: Clock;
  histories?: readonly History[];
}

/**
 * Binds the watch over connections to its services, as the settings say. Nothing is asked of them yet.
 * @throws {SettingsError} names what is missing or wrong
 */
export async function wireConnections(
  env: Environment,
  logger: Logger,
  { clock = systemClock, histories = [] }: WireConnectionsOptions = {},
): Promise<ConnectionsService> {
  const settings = connectionsSettingsFrom(env);
  const microsoft = microsoftSettingsFrom(env);
  const publicUrl = publicUrlFrom(env);
  const secrets = secretStoreFrom(env, { clock });
  const storage = storageAccountFrom(env, { clock });
  const tokens = microsoftAccessTokens(env, { secrets, storage, clock, logger, capability: "registration" });
  const tickets = connectTickets({ secrets, storage, clock, publicUrl });
  const { whoIs } = microsoftConsent(microsoftTokens(microsoft), { graphUrl: settings.graphUrl, clock });

  return connectionsService({
    clock,
    settings,
    secrets,
    config: openConfigSource(env, { clock }),
    registry: connectionRegistry(storage),
    clientSecretWarnings: clientSecretWarnings(storage),
    alone: (work) => underLease("connections/telling", { storage, clock }, work),
    hasApp: {
      microsoft: microsoft.clientId !== undefined,
      webex: webexSettingsFrom(env).clientId !== undefined,
    },
    redirectUri: (provider) => redirectUriOf(publicUrl, provider),
    connectLink: (request) => tickets.linkFor(request),
    account: async (connection) => (await whoIs(await tokens.get(connection))).account,
    mail: openOperatorMail(env, { tokens, clock }),
    publicUrl,
    cleanUps: [...consentCleanUps(storage), ...histories.map((history) => cleanUpOf(history, storage))],
  });
}

function consentCleanUps(storage: StorageAccount): CleanUp[] {
  return [
    { what: "sign-ins that were not finished", table: CONSENT_STATES_TABLE },
    { what: "used links to connect", table: USED_TICKETS_TABLE },
  ].map(({ what, table }) => ({
    what,
    run: ({ now, most, signal }) =>
      deleteRows(storage, { table, column: "expiresAt", before: now, most, signal }),
  }));
}

function cleanUpOf({ what, forget }: History, storage: StorageAccount): CleanUp {
  return { what, run: (limits) => forget(storage, limits) };
}
