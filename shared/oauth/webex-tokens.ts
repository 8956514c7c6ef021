import { SECRETS, webexRefreshToken } from "../secrets/secret-names.ts";
import { type ErrorAnswer, type Refusal, type RefusalKind, OAUTH_ERRORS, wordsOf } from "./token-refusal.ts";
import type { TokenService } from "./token-service.ts";
import type { WebexSettings } from "./webex-settings.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * OAuth's codes as Webex uses them. A refresh sends the same fields each time, so `invalid_request` is about the only one
 * that differs: the refresh token.
 * @see https://github.com/webex/webex-js-sdk/pull/855
 */
const ERRORS: Readonly<Record<string, readonly [RefusalKind, string]>> = {
  invalid_request: ["expired", "the refresh token has expired or was revoked"],
  invalid_grant: ["expired", "the refresh token has expired or was revoked"],
  invalid_scope: ["missing", "not everything that is asked for has been consented to"],
  invalid_client: ["secret", "the integration's client secret is wrong"],
};

/**
 * Webex's tokens. Whether a refresh gives another refresh token is nowhere promised, so it is taken for one that can be
 * used once.
 * @see https://developer.webex.com/docs/integrations#using-the-refresh-token
 */
export function webexTokens({ url, clientId }: WebexSettings): TokenService {
  const secret = SECRETS.webexClientSecret;
  return {
    provider: "webex",
    server: { issuer: url, token_endpoint: `${url}/access_token` },
    clientId: { value: clientId, setting: "WEBEX_CLIENT_ID" },
    secrets: { client: secret, refreshToken: webexRefreshToken },
    scopes: [],
    rotates: true,
    refreshTokenLifeMs: 90 * DAY_MS,
    readRefusal: readWebexRefusal,
    advice: {
      secret: `Store the integration's client secret, as developer.webex.com shows it, with \`npm run secrets:set -- ${secret}\`.`,
      app: "Compare WEBEX_CLIENT_ID with the integration at developer.webex.com.",
      other: "Look at the integration at developer.webex.com.",
      connectByHand: (connection) =>
        `Ask the owner of the account to consent: open /api/oauth/webex/start?connection=${connection} with a function key.`,
    },
  };
}

function readWebexRefusal(answer: ErrorAnswer, secrets: readonly string[]): Refusal {
  const [kind, reason] = ERRORS[answer.error] ?? [OAUTH_ERRORS[answer.error] ?? "other", undefined];
  return { kind, reason: reason ?? wordsOf(answer, secrets), serviceCode: answer.error };
}
