import { messageOf } from "../error-message.ts";
import type { StoredSecret } from "../secrets/secret-store.ts";
import type { KeeperOptions } from "./keeper-options.ts";
import { TokenNotSavedError } from "./token-errors.ts";
import type { RefreshedTokens } from "./token-exchange.ts";

/** A refresh token that was accepted, and what it was exchanged for. */
export interface Exchanged {
  used: StoredSecret;
  tokens: RefreshedTokens;
}

/** What came of a refresh. */
export interface Refreshed extends Exchanged {
  /** The refresh token that is in the store from now on: the one that was used, or its successor. */
  source: StoredSecret;
}

/** Stores the successors of refresh tokens. To be asked under the connection's lock. */
export interface TokenSaver {
  /**
   * Stores the successor, when there is one and it is time to.
   * @returns the refresh token that is in the store from now on; undefined when somebody has put another one there
   * @throws {TokenNotSavedError} the token that was used counts no more, and its successor could not be stored
   */
  keep(connection: string, exchanged: Exchanged): Promise<StoredSecret | undefined>;
  /**
   * Stores what could not be stored before.
   * @throws {TokenNotSavedError} it still cannot
   */
  settle(connection: string): Promise<void>;
}

/** A refresh token that need not be stored is stored no more often than this. */
const SAVE_EVERY_MS = 24 * 60 * 60 * 1000;

export function tokenSaver(options: KeeperOptions): TokenSaver {
  const { service, clock, logger } = options;
  /** When this process last stored a connection's refresh token. */
  const savedAt = new Map<string, Date>();
  /** Successors that could not be stored, of tokens that count no more. */
  const unsaved = new Map<string, Exchanged>();

  function isDue(connection: string, { used, tokens }: Exchanged): boolean {
    if (!tokens.refreshToken || tokens.refreshToken === used.value) return false;
    if (service.rotates) return true;
    // The vault knows since when it has had the present version, so a restart does not begin the 24 hours anew.
    const last = Math.max(used.storedOn?.getTime() ?? 0, savedAt.get(connection)?.getTime() ?? 0);
    return clock.now().getTime() - last >= SAVE_EVERY_MS;
  }

  async function save(connection: string, exchanged: Exchanged): Promise<StoredSecret | undefined> {
    try {
      const source = await replace(options, connection, exchanged);
      if (source) savedAt.set(connection, clock.now());
      unsaved.delete(connection);
      return source;
    } catch (error) {
      const reason = messageOf(error);
      const what = `The new refresh token of the connection ${connection} was not saved. ${reason}`;
      if (!service.rotates) {
        // The token that was used stays valid, so nothing is lost yet; the next refresh tries to save again.
        logger.warn(what);
        return exchanged.used;
      }
      unsaved.set(connection, exchanged);
      logger.error(`${what} It is in this process only: if that ends, the account must be connected again.`);
      throw notSaved(options, connection, error);
    }
  }

  return {
    keep: async (connection, exchanged) =>
      isDue(connection, exchanged) ? save(connection, exchanged) : exchanged.used,
    async settle(connection) {
      const left = unsaved.get(connection);
      if (left) await save(connection, left);
    },
  };
}

/** Undefined when another token has taken the place of the one that was used: the successor of the old one must not undo that. */
async function replace(
  { service, secrets, clock }: KeeperOptions,
  connection: string,
  { used, tokens: { refreshToken, refreshTokenExpiresAt } }: Exchanged,
): Promise<StoredSecret | undefined> {
  const name = service.secrets.refreshToken(connection);
  const present = await secrets.read(name, { fresh: true });
  if (!refreshToken || (present && present.value !== used.value)) return undefined;
  const storedOn = clock.now();
  // By the time of the consent, those that descend from it are told from others.
  const tags = { obtained: (used.storedOn ?? storedOn).toISOString(), ...used.tags };
  const details = { expiresOn: refreshTokenExpiresAt, tags };
  await secrets.set(name, refreshToken, details);
  return { value: refreshToken, storedOn, ...details };
}

function notSaved(
  { service: { provider }, secrets }: KeeperOptions,
  connection: string,
  cause: unknown,
): TokenNotSavedError {
  return new TokenNotSavedError({
    provider,
    connection,
    reason: `the new refresh token could not be stored in ${secrets.place}`,
    whatToDo: "Make sure that the app may write secrets there; the next run tries again.",
    cause,
  });
}
