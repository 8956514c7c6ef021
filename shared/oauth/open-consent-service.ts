import * as z from "zod";
import { type Clock, systemClock } from "../clock.ts";
import type { ConfigSource } from "../config/config-folder.ts";
import { openConfigSource } from "../config/open-config-source.ts";
import { publicUrlFrom } from "../config/public-url.ts";
import { type Environment, parseSettings } from "../config/settings.ts";
import { ShortName } from "../config/short-name.ts";
import { secretStoreFrom } from "../secrets/open-secret-store.ts";
import { storageAccountFrom } from "../storage/storage-account.ts";
import { underLease } from "../storage/under-lease.ts";
import { connectTickets } from "./connect-ticket.ts";
import { connectionRegistry } from "./connection-registry.ts";
import { consentFlow } from "./consent-flow.ts";
import { microsoftConsent, webexConsent } from "./consent-provider.ts";
import { WEBEX_ADMIN_SCOPES } from "./consent-scopes.ts";
import { type ConsentService, consentService } from "./consent-service.ts";
import { type ConsentRequest, consentStates } from "./consent-state.ts";
import { microsoftSettingsFrom } from "./microsoft-settings.ts";
import { microsoftTokens } from "./microsoft-tokens.ts";
import { connectionLockName } from "./open-access-tokens.ts";
import { sessionKey } from "./session-key.ts";
import { webexSettingsFrom } from "./webex-settings.ts";
import { webexTokens } from "./webex-tokens.ts";
import { GraphUrl } from "../graph/graph-url.ts";

const Settings = z.object({
  GRAPH_URL: GraphUrl,
  WEBEX_ADMIN_CONNECTION: ShortName.optional(),
});

interface OpenConsentOptions {
  /** Scopes that the configuration of a connection needs beyond the capability's own. */
  configuredScopes(request: ConsentRequest, config: ConfigSource): Promise<readonly string[]>;
  clock?: Clock;
}

/**
 * Binds connecting accounts to its services, as the settings say. Nothing is asked of them yet.
 * @throws {SettingsError} names what is missing or wrong
 */
export function openConsentService(
  env: Environment,
  { configuredScopes, clock = systemClock }: OpenConsentOptions,
): ConsentService {
  const { GRAPH_URL, WEBEX_ADMIN_CONNECTION } = parseSettings(env, Settings);
  const config = openConfigSource(env, { clock });
  const publicUrl = publicUrlFrom(env);
  const secrets = secretStoreFrom(env, { clock });
  const storage = storageAccountFrom(env, { clock });
  const webex = webexSettingsFrom(env);
  const providers = {
    microsoft: microsoftConsent(microsoftTokens(microsoftSettingsFrom(env)), { graphUrl: GRAPH_URL, clock }),
    webex: webexConsent(webexTokens(webex), { url: webex.url, clock }),
  };
  const tickets = connectTickets({ secrets, storage, clock, publicUrl });
  const flow = consentFlow({
    providers,
    tickets,
    secrets,
    clock,
    publicUrl,
    states: consentStates({ storage, clock }),
    registry: connectionRegistry(storage),
    key: sessionKey({ secrets, storage, clock }),
    async furtherScopes(request) {
      const isAdmin = request.provider === "webex" && request.connection === WEBEX_ADMIN_CONNECTION;
      return [...(isAdmin ? WEBEX_ADMIN_SCOPES : []), ...(await configuredScopes(request, config))];
    },
    exclusively: (provider, connection, work) =>
      underLease(connectionLockName(provider, connection), { storage, clock }, work),
  });
  return consentService({ flow, tickets, providers, publicUrl });
}
