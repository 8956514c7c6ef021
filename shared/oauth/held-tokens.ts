import type { StoredSecret } from "../secrets/secret-store.ts";
import type { KeeperOptions } from "./keeper-options.ts";
import type { Refreshed } from "./token-saver.ts";

/** An access token in memory. */
export interface HeldToken {
  accessToken: string;
  expiresAt: Date;
  obtainedAt: Date;
  /** Obtained because its predecessor was refused. */
  renewed: boolean;
  /** The refresh token it descends from, as it is in the store. */
  source: StoredSecret;
  /** Until then it serves in spite of its age: a refresh has just failed in passing. */
  restUntil?: Date;
}

/** The access tokens of this process. */
export interface HeldTokens {
  /** The token at hand, unless somebody has connected the account anew, or another one, since it was obtained. */
  present(connection: string): Promise<HeldToken | undefined>;
  hold(connection: string, refreshed: Refreshed, renewed: boolean): HeldToken;
  /** Spares the login service: a token that is still valid serves for half a minute more. */
  rest(connection: string, token: HeldToken): void;
}

const MINUTE_MS = 60_000;
const REFRESH_BEFORE_MS = 5 * MINUTE_MS;
/** Requests that ran side by side are all refused with the same token, and share the one that replaces it. */
const JUST_RENEWED_MS = MINUTE_MS / 2;
const REST_MS = MINUTE_MS / 2;

export function heldTokens({ secrets, service, clock }: KeeperOptions): HeldTokens {
  const held = new Map<string, HeldToken>();

  /**
   * Whether the store still holds the refresh token, or one that an instance of ours has got for it: such a one carries
   * on the tags of the consent. When the store cannot say, nothing is known to have changed.
   */
  async function isOffspring(connection: string, { source }: HeldToken): Promise<boolean> {
    let stored: StoredSecret | undefined;
    try {
      stored = await secrets.read(service.secrets.refreshToken(connection));
    } catch {
      return true;
    }
    if (!stored) return false;
    const consent = stored.tags?.["obtained"];
    return stored.value === source.value || (consent !== undefined && consent === source.tags?.["obtained"]);
  }

  return {
    async present(connection) {
      const token = held.get(connection);
      if (!token || (await isOffspring(connection, token))) return token;
      // A newer one may have come in the meantime.
      if (held.get(connection) === token) held.delete(connection);
      return undefined;
    },
    hold(connection, { tokens: { accessToken, expiresAt }, source }, renewed) {
      const token = { accessToken, expiresAt, obtainedAt: clock.now(), renewed, source };
      held.set(connection, token);
      return token;
    },
    rest(connection, token) {
      held.set(connection, { ...token, restUntil: new Date(clock.now().getTime() + REST_MS) });
    },
  };
}

/** Whether a token will do; `renew` says that the service has just refused the present one. */
export function isGood(
  { expiresAt, obtainedAt, renewed, restUntil }: HeldToken,
  renew: boolean,
  now: Date,
): boolean {
  if (renew) return renewed && now.getTime() - obtainedAt.getTime() < JUST_RENEWED_MS;
  if (restUntil && now < restUntil && now < expiresAt) return true;
  return expiresAt.getTime() - now.getTime() > REFRESH_BEFORE_MS;
}
