import { createHmac, timingSafeEqual } from "node:crypto";

/** What an access token says, in words. */
export interface TokenClaims {
  /** The resource it is for, such as https://graph.microsoft.com. */
  audience: string;
  /** Delegated permissions, such as Calendars.Read. */
  scopes: string[];
  /** Application permissions, such as MailboxSettings.Read. */
  roles: string[];
  /** User principal name; absent in an app-only token. */
  account?: string;
  tenant: string;
  clientId: string;
  expiresAt: Date;
}

interface Payload {
  aud: string;
  scp?: string;
  roles?: string[];
  upn?: string;
  tid: string;
  appid: string;
  exp: number;
}

const HEADER = encode({ alg: "HS256", typ: "JWT" });

/**
 * Signs an access token with the claim names Microsoft uses. Microsoft signs with RS256; to a client an access token
 * is opaque, and the emulators that check it share the key.
 * @see https://learn.microsoft.com/entra/identity-platform/access-token-claims-reference
 */
export function issueToken(claims: TokenClaims, key: string): string {
  const payload: Payload = {
    aud: claims.audience,
    ...(claims.account === undefined ? {} : { scp: claims.scopes.join(" "), upn: claims.account }),
    ...(claims.roles.length > 0 ? { roles: claims.roles } : {}),
    tid: claims.tenant,
    appid: claims.clientId,
    exp: Math.floor(claims.expiresAt.getTime() / 1000),
  };
  const content = `${HEADER}.${encode(payload)}`;
  return `${content}.${sign(content, key)}`;
}

/** What a token signed with this key says, or undefined when it is none. An expired one is read too: who checks, decides. */
export function readToken(token: string, key: string): TokenClaims | undefined {
  const [header, payload, signature] = token.split(".");
  if (header !== HEADER || payload === undefined || signature === undefined) return undefined;
  const expected = Buffer.from(sign(`${header}.${payload}`, key));
  const given = Buffer.from(signature);
  if (expected.length !== given.length || !timingSafeEqual(expected, given)) return undefined;
  const { aud, scp, roles, upn, tid, appid, exp } = JSON.parse(
    Buffer.from(payload, "base64url").toString("utf8"),
  ) as Payload;
  return {
    audience: aud,
    scopes: scp?.split(" ").filter(Boolean) ?? [],
    roles: roles ?? [],
    ...(upn === undefined ? {} : { account: upn }),
    tenant: tid,
    clientId: appid,
    expiresAt: new Date(exp * 1000),
  };
}

function encode(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

function sign(content: string, key: string): string {
  return createHmac("sha256", key).update(content).digest("base64url");
}
