import { createHash, createPrivateKey, createPublicKey, createSign, generateKeyPairSync } from "node:crypto";
import type { KeyObject } from "node:crypto";
import type { AccountSeed, Authority } from "./directory.ts";
import type { LoginService } from "./service.ts";

/** Unlike an access token this one is for the client to read, so it is signed as the metadata says: RS256. */
export function issueIdToken(
  service: LoginService,
  account: AccountSeed,
  clientId: string,
  nonce: string | undefined,
): string {
  const key = signingKey(service);
  const issuedAt = Math.floor(service.now().getTime() / 1000);
  const content = [
    { alg: "RS256", typ: "JWT", kid: keyId(key) },
    {
      aud: clientId,
      iss: `${service.url()}/${account.tenant}/v2.0`,
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + 3600,
      name: account.displayName,
      preferred_username: account.userPrincipalName,
      email: account.userPrincipalName,
      oid: objectId(account),
      sub: createHash("sha256")
        .update(`${clientId} ${objectId(account)}`)
        .digest("base64url"),
      tid: account.tenant,
      ver: "2.0",
      ...(nonce === undefined ? {} : { nonce }),
    },
  ]
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${content}.${createSign("RSA-SHA256").update(content).sign(key, "base64url")}`;
}

/** The answer of /discovery/v2.0/keys. */
export function publicKeys(service: LoginService): object {
  const key = signingKey(service);
  const jwk = createPublicKey(key).export({ format: "jwk" });
  return { keys: [{ ...jwk, use: "sig", alg: "RS256", kid: keyId(key) }] };
}

/**
 * OpenID Connect metadata. For common and organizations the issuer is a template, as Microsoft's is.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc#fetch-the-openid-configuration-document
 */
export function openidConfiguration(service: LoginService, segment: string, authority: Authority): object {
  const base = `${service.url()}/${segment}`;
  const tenant = authority.kind === "tenant" ? authority.tenant.id : "{tenantid}";
  return {
    issuer: `${service.url()}/${tenant}/v2.0`,
    authorization_endpoint: `${base}/oauth2/v2.0/authorize`,
    token_endpoint: `${base}/oauth2/v2.0/token`,
    jwks_uri: `${base}/discovery/v2.0/keys`,
    response_modes_supported: ["query"],
    response_types_supported: ["code"],
    scopes_supported: ["openid", "profile", "email", "offline_access"],
    subject_types_supported: ["pairwise"],
    id_token_signing_alg_values_supported: ["RS256"],
    token_endpoint_auth_methods_supported: ["client_secret_post", "client_secret_basic"],
  };
}

/** A stable GUID for an account that was seeded without one. */
export function objectId({ id, userPrincipalName }: AccountSeed): string {
  if (id !== undefined) return id;
  const hex = createHash("sha256").update(userPrincipalName.toLowerCase()).digest("hex");
  return hex.slice(0, 32).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function signingKey({ state }: LoginService): KeyObject {
  state.value.identityKey ??= generateKeyPairSync("rsa", { modulusLength: 2048 })
    .privateKey.export({ type: "pkcs8", format: "pem" })
    .toString();
  return createPrivateKey(state.value.identityKey);
}

function keyId(key: KeyObject): string {
  const spki = createPublicKey(key).export({ type: "spki", format: "der" });
  return createHash("sha256").update(spki).digest("base64url").slice(0, 27);
}
