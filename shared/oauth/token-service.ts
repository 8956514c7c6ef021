import type { AuthorizationServer } from "oauth4webapi";
import type { Provider } from "./provider.ts";
import type { AppAdvice, ErrorAnswer, Refusal } from "./token-refusal.ts";

/** How the tokens of one provider are refreshed and kept. */
export interface TokenService {
  provider: Provider;
  /** Its issuer and its token endpoint. */
  server: AuthorizationServer;
  clientId: { value: string | undefined; setting: string };
  /** The names of its secrets. */
  secrets: { client: string; refreshToken: (connection: string) => string };
  /** What access tokens are for; all that was consented to when empty. */
  scopes: readonly string[];
  /**
   * Whether a refresh ends the refresh token that was used. If so the new one is stored before anything is done with the
   * access token; if not, once a day will do, since a vault keeps every version for ever. A process that dies between the
   * answer and the store takes such a token with it: then the account has to be connected again.
   */
  rotates: boolean;
  /** From the issue of a refresh token to its end, milliseconds, where the answer does not say. */
  refreshTokenLifeMs: number;
  readRefusal: (answer: ErrorAnswer, secrets: readonly string[]) => Refusal;
  advice: AppAdvice;
}
