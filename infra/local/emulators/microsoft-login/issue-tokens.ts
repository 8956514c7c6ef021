import { issueToken } from "../access-token.ts";
import type { TokenClaims } from "../access-token.ts";
import type { AccountSeed, ClientSeed } from "./directory.ts";
import { issueIdToken, objectId } from "./identity-token.ts";
import { newSecret } from "./memory.ts";
import type { Code, Grant } from "./memory.ts";
import { formatScope } from "./scope.ts";
import type { Scope } from "./scope.ts";
import type { LoginService } from "./service.ts";

/**
 * What an account's grant is worth: an access token for `scope`, and, as the grant allows, a refresh token and an
 * id token. The refresh token is for all that was granted, whatever this access token is for.
 */
export function delegatedTokens(
  service: LoginService,
  account: AccountSeed,
  { clientId, scope: granted, ...grant }: Grant & Pick<Code, "nonce">,
  scope: Scope,
): Record<string, unknown> {
  const answer: Record<string, unknown> = {
    ...bearer(service, {
      audience: scope.resource,
      scopes: scope.permissions,
      roles: [],
      account: account.userPrincipalName,
      tenant: account.tenant,
      clientId,
    }),
    scope: formatScope(scope),
  };
  if (granted.identity.includes("offline_access")) {
    answer["refresh_token"] = rememberRefreshToken(service, account, clientId, granted);
  }
  if (granted.identity.includes("openid")) {
    answer["id_token"] = issueIdToken(service, account, clientId, grant.nonce);
    const info = JSON.stringify({ uid: objectId(account), utid: account.tenant });
    answer["client_info"] = Buffer.from(info).toString("base64url");
  }
  return answer;
}

export function rememberRefreshToken(
  { now, state }: LoginService,
  account: AccountSeed,
  clientId: string,
  scope: Scope,
): string {
  const value = newSecret("1.refresh");
  state.value.refreshTokens[value] = {
    account: account.userPrincipalName,
    clientId,
    scope,
    issuedAt: now().toISOString(),
  };
  return value;
}

/** An access token of the client itself, with the roles an administrator has granted it. */
export function appTokens(
  service: LoginService,
  client: ClientSeed,
  tenant: string,
  audience: string,
): Record<string, unknown> {
  return bearer(service, { audience, scopes: [], roles: client.roles ?? [], tenant, clientId: client.id });
}

function bearer(
  { now, state, accessTokenSeconds }: LoginService,
  claims: Omit<TokenClaims, "expiresAt">,
): Record<string, unknown> {
  const expiresAt = new Date(now().getTime() + accessTokenSeconds * 1000);
  return {
    token_type: "Bearer",
    expires_in: accessTokenSeconds,
    ext_expires_in: accessTokenSeconds,
    access_token: issueToken({ ...claims, expiresAt }, state.value.tokenKey),
  };
}
