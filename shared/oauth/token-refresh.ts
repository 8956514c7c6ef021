import { messageOf } from "../error-message.ts";
import type { StoredSecret } from "../secrets/secret-store.ts";
import { LeaseLostError } from "../storage/blob-lease.ts";
import { LeaseBusyError } from "../storage/under-lease.ts";
import { connectionHealth } from "./connection-health.ts";
import type { KeeperOptions } from "./keeper-options.ts";
import { ClientSecretRefusedError, ConsentExpiredError, TokenUnavailableError } from "./token-errors.ts";
import { refreshAccessToken } from "./token-exchange.ts";
import {
  type TokenOwner,
  clientSecretMissingError,
  notConnectedError,
  settingMissingError,
} from "./token-refusal.ts";
import { type Exchanged, type Refreshed, tokenSaver } from "./token-saver.ts";

export interface RefreshOptions {
  /** Whether to wait for an instance that is at it; otherwise that it is at it is the error. */
  mayWait: boolean;
  onRequest?: (() => void) | undefined;
}

/** Refreshes the tokens of connections, one instance of the app at a time. */
export interface TokenRefresher {
  /**
   * @throws {TokenError} one of its kinds
   * @throws {SecretStoreError} the secrets could not be read
   */
  refresh(connection: string, options: RefreshOptions): Promise<Refreshed>;
}

/** An instance that crashed keeps the lock for 15 s, and one that works for some 30 s at the most. */
const WAIT_MS = 60_000;

export function tokenRefresher(options: KeeperOptions): TokenRefresher {
  const { service, lock } = options;
  const { provider } = service;
  const saver = tokenSaver(options);
  const health = connectionHealth(options);

  async function underLock(
    connection: string,
    signal: AbortSignal,
    onRequest: RefreshOptions["onRequest"],
  ): Promise<Refreshed> {
    const owner = ownerOf(options, connection);
    const name = service.secrets.refreshToken(connection);
    await saver.settle(connection);
    const present = await readNewest(options, name);
    if (!present) throw await notConnectedError(owner, name);
    const exchanged = await exchange(options, owner, present, { signal, onRequest });
    const source = await saver.keep(connection, exchanged);
    // Somebody has connected the account anew meanwhile: what was got belongs to what is no more.
    return source ? { ...exchanged, source } : underLock(connection, signal, onRequest);
  }

  /** Still under the lock, which a consent takes as well: what is written down is of the token that was used. */
  async function written(connection: string, work: () => Promise<Refreshed>): Promise<Refreshed> {
    let refreshed: Refreshed;
    try {
      refreshed = await work();
    } catch (error) {
      await health.failed(connection, error);
      throw error;
    }
    await health.worked(connection, refreshed);
    return refreshed;
  }

  return {
    async refresh(connection, { mayWait, onRequest }) {
      const waitMs = mayWait ? WAIT_MS : 0;
      try {
        return await lock(connection, waitMs, (signal) =>
          written(connection, () => underLock(connection, signal, onRequest)),
        );
      } catch (error) {
        if (!(error instanceof LeaseBusyError || error instanceof LeaseLostError)) throw error;
        const reason = "another instance of the app is refreshing it";
        throw new TokenUnavailableError({ provider, connection, reason, cause: error });
      }
    },
  };
}

/**
 * The refresh token as the store has it now: another instance may have replaced it a moment ago. When the store is away,
 * the last known one will do, unless it may have been used up.
 */
async function readNewest(
  { secrets, service }: KeeperOptions,
  name: string,
): Promise<StoredSecret | undefined> {
  try {
    return await secrets.read(name, { fresh: true });
  } catch (error) {
    if (service.rotates) throw error;
    return secrets.read(name);
  }
}

interface ExchangeOptions {
  signal: AbortSignal;
  onRequest: (() => void) | undefined;
}

/** Refreshes with the secrets at hand; one that is refused is read again once, for an operator may have replaced it. */
async function exchange(
  options: KeeperOptions,
  owner: TokenOwner,
  present: StoredSecret,
  { signal, onRequest }: ExchangeOptions,
): Promise<Exchanged> {
  const { service, secrets, clock, fetch } = options;
  const { client: clientName } = service.secrets;
  const tokenName = service.secrets.refreshToken(owner.connection);
  const clientId = service.clientId.value;
  if (!clientId) throw settingMissingError(owner, service.clientId.setting);
  let used = present;
  let client = await secrets.read(clientName);
  if (!client) throw clientSecretMissingError(owner, clientName);
  const readAgain = new Set<string>();

  async function replacement(name: string, refused: StoredSecret, error: Error): Promise<StoredSecret> {
    if (readAgain.has(name)) throw error;
    readAgain.add(name);
    const stored = await secrets.read(name, { fresh: true });
    if (!stored || stored.value === refused.value) throw error;
    return stored;
  }

  for (;;) {
    const credentials = { clientId, clientSecret: client.value, refreshToken: used.value };
    try {
      const request = { ...credentials, service, owner, clock, signal, fetch, onRequest };
      return { used, tokens: await refreshAccessToken(request) };
    } catch (error) {
      if (error instanceof ClientSecretRefusedError) client = await replacement(clientName, client, error);
      else if (error instanceof ConsentExpiredError) used = await replacement(tokenName, used, error);
      else throw error;
    }
  }
}

function ownerOf({ service, connectUrl, logger }: KeeperOptions, connection: string): TokenOwner {
  const { provider, advice } = service;
  if (!connectUrl) return { provider, connection, advice };
  return {
    provider,
    connection,
    advice,
    async connectUrl() {
      try {
        return await connectUrl(connection);
      } catch (error) {
        // What is wrong with the connection is to be told, with a link or without.
        const reason = messageOf(error);
        logger.warn(`No connect link could be made for the connection ${connection}. ${reason}`);
        return undefined;
      }
    },
  };
}
