import type { TokenClaims } from "../access-token.ts";
import { GraphError } from "./graph-error.ts";

/** Microsoft Graph's own application id, which names it as an audience too. */
const GRAPH_APPLICATION = "00000003-0000-0000-c000-000000000000";
const AUDIENCES = ["https://graph.microsoft.com", GRAPH_APPLICATION];

export interface TokenCheck {
  readToken(token: string): TokenClaims | undefined;
  /** This service's own url, which is an audience of its tokens as well. */
  url: string;
  now: Date;
}

/**
 * What the bearer token says.
 * @throws {GraphError} 401 InvalidAuthenticationToken: none, not one, for another service, or too old
 * @see https://learn.microsoft.com/graph/resolve-auth-errors
 */
export function authorize(authorization: string | undefined, check: TokenCheck): TokenClaims {
  const token = /^Bearer\s+(\S+)$/i.exec(authorization ?? "")?.[1];
  if (token === undefined) throw invalidToken("Access token is empty.");
  const claims = check.readToken(token);
  if (!claims) {
    throw invalidToken(
      token.includes(".")
        ? "Access token validation failure. Invalid signature."
        : "IDX14100: JWT is not well formed, there are no dots (.).\nThe token needs to be in JWS or JWE Compact Serialization Format.",
    );
  }
  const audience = claims.audience.replace(/\/$/, "");
  if (![...AUDIENCES, check.url].includes(audience)) {
    throw invalidToken("Access token validation failure. Invalid audience.");
  }
  if (claims.expiresAt <= check.now) throw invalidToken("Lifetime validation failed, the token is expired.");
  return claims;
}

function invalidToken(message: string): GraphError {
  return new GraphError(401, "InvalidAuthenticationToken", message, {
    "www-authenticate": `Bearer realm="", authorization_uri="https://login.microsoftonline.com/common/oauth2/authorize", client_id="${GRAPH_APPLICATION}"`,
  });
}
