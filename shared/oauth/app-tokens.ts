import type { Clock } from "../clock.ts";
import { withinDeadline } from "../http/deadline.ts";
import { SECRETS } from "../secrets/secret-names.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { AppTokenError, isSecretRefused } from "./app-token-error.ts";

/** The access token of the app itself, with the permissions an administrator has granted it. */
export interface AppTokens {
  /**
   * A token with more than five minutes left.
   * @param options.refused  a token that the service has just refused (401): another one, however young it is
   * @throws {AppTokenError} says why there is none, and what to do
   * @throws {SecretStoreError} the client secret could not be read
   */
  get(options?: { refused?: string | undefined }): Promise<string>;
}

export interface AppToken {
  token: string;
  /** From its issue, milliseconds. */
  lifeMs: number;
}

export interface AppTokensOptions {
  /** Asks the login service for a token. */
  issue: (clientSecret: string) => Promise<AppToken>;
  secrets: SecretStore;
  clock: Clock;
}

const LEAST_LEFT_MS = 5 * 60_000;
const ANSWER_WITHIN_MS = 30_000;

/** Keeps one token, and asks for one at a time: many requests under way meet the end of a token together. */
export function appTokens({ issue, secrets, clock }: AppTokensOptions): AppTokens {
  let held: { token: string; endsAt: number } | undefined;
  let asking: Promise<string> | undefined;

  async function ask(): Promise<string> {
    const askedAt = clock.now().getTime();
    const { token, lifeMs } = await withSecret((secret) =>
      withinDeadline({ milliseconds: ANSWER_WITHIN_MS, clock }, () => issue(secret)),
    );
    held = { token, endsAt: askedAt + lifeMs };
    return token;
  }

  /** A secret that was refused may have been replaced since it was read. */
  async function withSecret<T>(work: (secret: string) => Promise<T>): Promise<T> {
    const secret = await readSecret(false);
    try {
      return await work(secret);
    } catch (error) {
      if (!isSecretRefused(error)) throw AppTokenError.from(error, secret);
      const fresh = await readSecret(true);
      if (fresh === secret) throw AppTokenError.from(error, secret);
      return work(fresh).catch((again: unknown) => {
        throw AppTokenError.from(again, fresh);
      });
    }
  }

  async function readSecret(fresh: boolean): Promise<string> {
    const name = SECRETS.microsoftClientSecret;
    const secret = await secrets.get(name, { fresh });
    if (secret) return secret;
    throw AppTokenError.withoutSecret(name, secrets.place);
  }

  return {
    async get({ refused } = {}) {
      const isGood = held !== undefined && held.endsAt - clock.now().getTime() > LEAST_LEFT_MS;
      if (held && isGood && held.token !== refused) return held.token;
      asking ??= ask().finally(() => {
        asking = undefined;
      });
      return asking;
    },
  };
}
