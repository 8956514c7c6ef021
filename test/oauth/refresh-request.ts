import assert from "node:assert/strict";
import { inspect } from "node:util";
import { microsoftTokens } from "../../shared/oauth/microsoft-tokens.ts";
import { refreshAccessToken, type RefreshRequest } from "../../shared/oauth/token-exchange.ts";
import { TokenError } from "../../shared/oauth/token-errors.ts";
import { CLIENT_ID, CLIENT_SECRET, type LoginWorld, SCOPES } from "./login-world.ts";

interface Changes {
  loginUrl?: string;
  tenant?: string;
  connectUrl?: () => Promise<string>;
}

export function requestIn(
  { login, clock, refreshToken }: LoginWorld,
  { loginUrl = login.url, tenant = "common", connectUrl }: Changes = {},
): RefreshRequest {
  const service = microsoftTokens({ loginUrl, tenant, clientId: CLIENT_ID }, { scopes: SCOPES });
  return {
    service,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    refreshToken,
    owner: { provider: "microsoft", connection: "default", advice: service.advice, connectUrl },
    clock,
  };
}

/** The error of a refresh that must fail; whatever is printed of it, no secret is. */
export async function failureOf(request: RefreshRequest): Promise<TokenError> {
  const error = await refreshAccessToken(request).then(
    () => assert.fail("it succeeded"),
    (error: unknown) => error,
  );
  assert.ok(error instanceof TokenError, inspect(error));
  const printed = inspect(error, { depth: 10, showHidden: true });
  for (const secret of [request.refreshToken, request.clientSecret])
    assert.ok(!printed.includes(secret), printed);
  assert.match(error.message, /^Microsoft gave no access token for the connection default: /);
  assert.doesNotMatch(error.message, /\n/);
  return error;
}
