import type { Clock } from "../clock.ts";
import { untilAborted } from "../http/deadline.ts";
import type { Logger } from "../log.ts";
import { SECRETS, microsoftRefreshToken } from "../secrets/secret-names.ts";
import type { SecretStore, StoredSecret } from "../secrets/secret-store.ts";
import { consentAgain } from "./aadsts.ts";
import type { MicrosoftSettings } from "./microsoft-settings.ts";
import { type RefreshRequest, type RefreshedTokens, refreshAccessToken } from "./token-exchange.ts";
import {
  AppNotConfiguredError,
  ClientSecretRefusedError,
  ConsentExpiredError,
  NotConnectedError,
  TokenUnavailableError,
} from "./token-errors.ts";

/** The one keeper of Microsoft's tokens: nothing else touches a refresh token. */
export interface AccessTokens {
  /**
   * An access token for a connection, refreshed when it has less than five minutes left.
   * @throws {TokenError} one of its kinds, which names the connection and what to do
   * @throws {SecretStoreError} the secrets could not be read
   * @throws the signal's reason when it aborts; a refresh under way goes on for those who also wait for it
   */
  get(connection: string, options?: AccessTokenOptions): Promise<string>;
}

export interface AccessTokenOptions {
  signal?: AbortSignal;
  /** Called for each HTTP request to the login service that this call starts. */
  onRequest?: () => void;
  /** The service has just refused the present token (401): ask for another, however young it is. */
  renew?: boolean;
}

export interface AccessTokensOptions {
  secrets: SecretStore;
  settings: MicrosoftSettings;
  clock: Clock;
  logger: Logger;
  /** What the access tokens are for; all that was consented to unless given. */
  scopes?: readonly string[];
  /** The page where the owner of a connection's account consents, when there is one. */
  connectUrl?: (connection: string) => string;
  fetch?: typeof fetch;
}

interface Held {
  accessToken: string;
  expiresAt: Date;
  obtainedAt: Date;
  /** Obtained because its predecessor was refused. */
  renewed: boolean;
}

const MINUTE_MS = 60_000;
const REFRESH_BEFORE_MS = 5 * MINUTE_MS;
/** Requests that ran side by side are all refused with the same token, and share the one that replaces it. */
const JUST_RENEWED_MS = MINUTE_MS / 2;
/**
 * A rotated refresh token of Microsoft's is not saved more often than this: a Key Vault keeps every version for ever,
 * and Microsoft leaves the token that was used valid, for 90 days from its issue.
 * @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
 */
const SAVE_EVERY_MS = 24 * 60 * MINUTE_MS;
const REFRESH_TOKEN_LIFE_MS = 90 * 24 * 60 * MINUTE_MS;

/** Nothing is read or asked before the first `get`. */
export function accessTokens(options: AccessTokensOptions): AccessTokens {
  const { clock } = options;
  const held = new Map<string, Held>();
  const inFlight = new Map<string, Promise<Held>>();
  const saved = new Map<string, Date>();

  async function obtain(connection: string, renewed: boolean, onRequest?: () => void): Promise<Held> {
    const { used, tokens } = await exchange(options, connection, onRequest);
    await keepRotated(options, { connection, used, tokens, saved });
    const { accessToken, expiresAt } = tokens;
    const token = { accessToken, expiresAt, obtainedAt: clock.now(), renewed };
    held.set(connection, token);
    return token;
  }

  /** One refresh at a time per connection. It listens to no caller's signal, and has a deadline of its own. */
  function obtainOnce(connection: string, renewed: boolean, onRequest?: () => void): Promise<Held> {
    const running = inFlight.get(connection);
    if (running) return running;
    const started = obtain(connection, renewed, onRequest).finally(() => inFlight.delete(connection));
    inFlight.set(connection, started);
    return started;
  }

  return {
    async get(connection, { signal, onRequest, renew = false } = {}) {
      signal?.throwIfAborted();
      const present = held.get(connection);
      if (present && isGood(present, renew, clock.now())) return present.accessToken;
      try {
        const token = await untilAborted(obtainOnce(connection, renew, onRequest), signal);
        return token.accessToken;
      } catch (error) {
        const stillValid = present && !renew && present.expiresAt > clock.now();
        if (stillValid && error instanceof TokenUnavailableError) return present.accessToken;
        throw error;
      }
    },
  };
}

function isGood({ expiresAt, obtainedAt, renewed }: Held, renew: boolean, now: Date): boolean {
  if (renew) return renewed && now.getTime() - obtainedAt.getTime() < JUST_RENEWED_MS;
  return expiresAt.getTime() - now.getTime() > REFRESH_BEFORE_MS;
}

interface Exchanged {
  /** The refresh token that was accepted. */
  used: StoredSecret;
  tokens: RefreshedTokens;
}

/** Refreshes with the secrets at hand; one that is refused is read again once, for an operator may have replaced it. */
async function exchange(
  options: AccessTokensOptions,
  connection: string,
  onRequest: (() => void) | undefined,
): Promise<Exchanged> {
  const { secrets, settings, clock, scopes, fetch } = options;
  const connectUrl = options.connectUrl?.(connection);
  const clientId = settings.clientId ?? notConfigured(connection, "MICROSOFT_CLIENT_ID");
  const names = { client: SECRETS.microsoftClientSecret, refresh: microsoftRefreshToken(connection) };
  let client = (await secrets.read(names.client)) ?? secretMissing(connection, names.client);
  let used = (await secrets.read(names.refresh)) ?? notConnected(connection, connectUrl);
  const readAgain = new Set<string>();

  async function replacement(name: string, refused: StoredSecret): Promise<StoredSecret | undefined> {
    if (readAgain.has(name)) return undefined;
    readAgain.add(name);
    const present = await secrets.read(name, { fresh: true });
    return present?.value === refused.value ? undefined : present;
  }

  for (;;) {
    const request: RefreshRequest = {
      ...settings,
      clientId,
      clientSecret: client.value,
      refreshToken: used.value,
      scopes,
      connection,
      connectUrl,
      clock,
      fetch,
      onRequest,
    };
    try {
      return { used, tokens: await refreshAccessToken(request) };
    } catch (error) {
      if (error instanceof ClientSecretRefusedError) {
        client = (await replacement(names.client, client)) ?? rethrow(error);
      } else if (error instanceof ConsentExpiredError) {
        used = (await replacement(names.refresh, used)) ?? rethrow(error);
      } else throw error;
    }
  }
}

interface Rotation extends Exchanged {
  connection: string;
  /** When this process last saved a connection's refresh token. */
  saved: Map<string, Date>;
}

/** Saves a rotated refresh token when it is time to. */
async function keepRotated(options: AccessTokensOptions, rotation: Rotation): Promise<void> {
  const { secrets, clock, logger } = options;
  const { connection, used, tokens, saved } = rotation;
  if (!tokens.refreshToken || tokens.refreshToken === used.value) return;
  const now = clock.now();
  // The vault knows since when it has had the present version, so a restart does not begin the 24 hours anew.
  const last = Math.max(used.storedOn?.getTime() ?? 0, saved.get(connection)?.getTime() ?? 0);
  if (now.getTime() - last < SAVE_EVERY_MS) return;
  const name = microsoftRefreshToken(connection);
  try {
    // Somebody may have connected another account a moment ago; the offspring of the old one must not undo that.
    const present = await secrets.read(name, { fresh: true });
    if (present && present.value !== used.value) return;
    const expiresOn = new Date(now.getTime() + REFRESH_TOKEN_LIFE_MS);
    await secrets.set(name, tokens.refreshToken, { expiresOn });
    saved.set(connection, now);
  } catch (error) {
    // The token that was used stays valid, so nothing is lost yet; the next refresh tries to save again.
    const reason = error instanceof Error ? error.message : String(error);
    logger.warn(`The new refresh token of the connection ${connection} was not saved. ${reason}`);
  }
}

function notConfigured(connection: string, setting: string): never {
  throw new AppNotConfiguredError({
    connection,
    reason: `the setting ${setting} is missing`,
    whatToDo: `Set ${setting} to the application (client) id of the app registration.`,
  });
}

function secretMissing(connection: string, name: string): never {
  throw new AppNotConfiguredError({
    connection,
    reason: `the secret ${name} is missing`,
    whatToDo: `Store the client secret of the app registration with \`npm run secrets:set -- ${name}\`.`,
  });
}

function notConnected(connection: string, connectUrl: string | undefined): never {
  throw new NotConnectedError({
    connection,
    reason: `nobody has consented for it yet (there is no secret ${microsoftRefreshToken(connection)})`,
    whatToDo: consentAgain({ connection, connectUrl }),
  });
}

function rethrow(error: unknown): never {
  throw error;
}
