import type { Clock } from "../clock.ts";
import { publicUrlFrom } from "../config/public-url.ts";
import type { Environment } from "../config/settings.ts";
import type { Logger } from "../log.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { underLease } from "../storage/under-lease.ts";
import { type AccessTokens, accessTokens } from "./access-token.ts";
import { connectTickets } from "./connect-ticket.ts";
import { connectionRegistry } from "./connection-registry.ts";
import type { KeeperOptions } from "./keeper-options.ts";
import { microsoftSettingsFrom } from "./microsoft-settings.ts";
import { microsoftTokens } from "./microsoft-tokens.ts";
import type { Capability } from "./provider.ts";
import type { TokenService } from "./token-service.ts";
import { webexSettingsFrom } from "./webex-settings.ts";
import { webexTokens } from "./webex-tokens.ts";

export interface OpenAccessTokensOptions {
  secrets: SecretStore;
  storage: StorageAccount;
  clock: Clock;
  logger: Logger;
  /** What the tokens are used for: a link to connect an account asks for what that needs. */
  capability: Capability;
}

/**
 * Opens the keeper of Microsoft's tokens. Nothing is read or asked yet.
 * @throws {SettingsError} a setting is wrong
 */
export function microsoftAccessTokens(env: Environment, options: OpenAccessTokensOptions): AccessTokens {
  return accessTokens(keeperOptions(env, microsoftTokens(microsoftSettingsFrom(env)), options));
}

/**
 * The same for Webex's.
 * @throws {SettingsError} a setting is wrong
 */
export function webexAccessTokens(env: Environment, options: OpenAccessTokensOptions): AccessTokens {
  return accessTokens(keeperOptions(env, webexTokens(webexSettingsFrom(env)), options));
}

/** The lock under which alone the refresh token of a connection is refreshed or replaced. */
export function connectionLockName(provider: string, connection: string): string {
  return `token/${provider}/${connection}`;
}

function keeperOptions(
  env: Environment,
  service: TokenService,
  { secrets, storage, clock, logger, capability }: OpenAccessTokensOptions,
): KeeperOptions {
  const { provider } = service;
  const tickets = connectTickets({ secrets, storage, clock, publicUrl: publicUrlFrom(env) });
  return {
    service,
    secrets,
    registry: connectionRegistry(storage),
    lock: (connection, waitMs, work) =>
      underLease(connectionLockName(provider, connection), { storage, clock, waitMs }, work),
    clock,
    logger,
    connectUrl: (connection) => tickets.linkFor({ provider, connection, capability }),
  };
}
