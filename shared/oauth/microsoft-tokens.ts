import { SECRETS, microsoftRefreshToken } from "../secrets/secret-names.ts";
import { readMicrosoftRefusal } from "./aadsts.ts";
import type { MicrosoftSettings } from "./microsoft-settings.ts";
import type { TokenService } from "./token-service.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/**
 * Microsoft's tokens. Each refresh gives a new refresh token, and leaves the one that was used valid for 90 days from
 * its issue.
 * @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens#token-lifetime
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#refresh-the-access-token
 */
export function microsoftTokens(
  { loginUrl, tenant, clientId }: MicrosoftSettings,
  { scopes = [] }: { scopes?: readonly string[] } = {},
): TokenService {
  const authority = `${loginUrl.replace(/\/+$/, "")}/${encodeURIComponent(tenant)}`;
  const secret = SECRETS.microsoftClientSecret;
  return {
    provider: "microsoft",
    server: { issuer: `${authority}/v2.0`, token_endpoint: `${authority}/oauth2/v2.0/token` },
    clientId: { value: clientId, setting: "MICROSOFT_CLIENT_ID" },
    secrets: { client: secret, refreshToken: microsoftRefreshToken },
    scopes,
    rotates: false,
    refreshTokenLifeMs: 90 * DAY_MS,
    readRefusal: readMicrosoftRefusal,
    advice: {
      secret: `Store the Value (not the Secret ID) of a valid client secret of the app registration with \`npm run secrets:set -- ${secret}\`.`,
      app: "Compare MICROSOFT_CLIENT_ID and MICROSOFT_TENANT with the app registration.",
      other: "Look the code up at https://login.microsoftonline.com/error.",
      connectByHand: (connection) =>
        `Ask the owner of the account to consent, and store the new token.json with \`npm run secrets:import -- token.json --connection ${connection}\`.`,
    },
  };
}
