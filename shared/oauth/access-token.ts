import { untilAborted } from "../http/deadline.ts";
import { type HeldToken, heldTokens, isGood } from "./held-tokens.ts";
import type { KeeperOptions } from "./keeper-options.ts";
import { TokenError, TokenUnavailableError } from "./token-errors.ts";
import { tokenRefresher } from "./token-refresh.ts";

/** The one keeper of a provider's tokens: nothing else touches a refresh token. */
export interface AccessTokens {
  /**
   * An access token for a connection, refreshed when it has less than five minutes left, or when another refresh token
   * has been stored by somebody else.
   * @throws {TokenError} one of its kinds, which names the connection and what to do
   * @throws {SecretStoreError} the secrets could not be read
   * @throws the storage client's error when the lock could not be asked for
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

interface Ask {
  renew: boolean;
  /** Nobody needs to wait for another instance while there is a token that is still valid. */
  mayWait: boolean;
  onRequest: (() => void) | undefined;
}

/** Nothing is read or asked before the first `get`. */
export function accessTokens(options: KeeperOptions): AccessTokens {
  const { clock } = options;
  const refresher = tokenRefresher(options);
  const held = heldTokens(options);
  const inFlight = new Map<string, Promise<HeldToken>>();

  async function obtain(connection: string, ask: Ask): Promise<HeldToken> {
    return held.hold(connection, await refresher.refresh(connection, ask), ask.renew);
  }

  /** One refresh at a time per connection. It listens to no caller's signal, and has a deadline of its own. */
  function obtainOnce(connection: string, ask: Ask): Promise<HeldToken> {
    const running = inFlight.get(connection);
    if (running) return running;
    const started = obtain(connection, ask).finally(() => inFlight.delete(connection));
    inFlight.set(connection, started);
    return started;
  }

  return {
    async get(connection, { signal, onRequest, renew = false } = {}) {
      signal?.throwIfAborted();
      const token = await untilAborted(held.present(connection), signal);
      if (token && isGood(token, renew, clock.now())) return token.accessToken;
      const valid = token && !renew && token.expiresAt > clock.now() ? token : undefined;
      try {
        const ask = { renew, mayWait: valid === undefined, onRequest };
        return (await untilAborted(obtainOnce(connection, ask), signal)).accessToken;
      } catch (error) {
        signal?.throwIfAborted();
        if (!valid || valid.expiresAt <= clock.now() || !isPassing(error)) throw error;
        held.rest(connection, valid);
        return valid.accessToken;
      }
    },
  };
}

/** Whether the next try may have more luck: everything but a refusal that only a person can change. */
function isPassing(error: unknown): boolean {
  return !(error instanceof TokenError) || error instanceof TokenUnavailableError;
}
