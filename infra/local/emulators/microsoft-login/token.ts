import { randomUUID } from "node:crypto";
import type { EmulatorAnswer, EmulatorRequest } from "../exchange.ts";
import { authenticateClient } from "./client-authentication.ts";
import type { AccountSeed, Authority, ClientSeed } from "./directory.ts";
import { LoginFailure } from "./failures.ts";
import { appTokens, delegatedTokens } from "./issue-tokens.ts";
import type { Grant } from "./memory.ts";
import { parseScope } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { checkAccount, expandDefault, missingConsent } from "./service.ts";
import type { LoginService } from "./service.ts";
import { verifies } from "../authorization-code.ts";

const CODE_MINUTES = 10;
const REFRESH_TOKEN_DAYS = 90;

/**
 * The token endpoint.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#redeem-a-code-for-an-access-token
 */
export async function answerToken(
  service: LoginService,
  segment: string,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  const correlationId = request.headers["client-request-id"];
  try {
    const body = grantTokens(service, segment, request);
    await service.state.save();
    return { status: 200, headers: tokenHeaders(), body };
  } catch (error) {
    if (!(error instanceof LoginFailure)) throw error;
    const body = error.body(service.now(), typeof correlationId === "string" ? correlationId : undefined);
    return { status: error.status, headers: tokenHeaders(body.trace_id), body };
  }
}

function tokenHeaders(requestId: string = randomUUID()): Record<string, string> {
  return { "cache-control": "no-store, no-cache", pragma: "no-cache", "x-ms-request-id": requestId };
}

function grantTokens(service: LoginService, segment: string, request: EmulatorRequest): object {
  const authority = service.directory.authority(segment);
  if (!request.headers["content-type"]?.startsWith("application/x-www-form-urlencoded")) {
    throw new LoginFailure(900144, { parameter: "grant_type" });
  }
  const form = request.form();
  const grantType = required(form, "grant_type");
  const client = authenticateClient(service, authority, form, request.headers);
  switch (grantType) {
    case "authorization_code":
      return redeemCode(service, authority, client, form);
    case "refresh_token":
      return refresh(service, authority, client, form);
    case "client_credentials":
      return appToken(service, authority, client, form);
    default:
      throw new LoginFailure(70003, { grantType });
  }
}

function redeemCode(
  service: LoginService,
  authority: Authority,
  client: ClientSeed,
  form: URLSearchParams,
): object {
  const code = service.state.value.codes[required(form, "code")];
  const redirectUri = required(form, "redirect_uri");
  if (!code || code.clientId !== client.id) throw new LoginFailure(70000, { parameter: "code" });
  if (code.redeemed) throw new LoginFailure(54005);
  if (ageOf(code, service) >= CODE_MINUTES * 60_000) throw new LoginFailure(70008);
  if (code.redirectUri !== redirectUri) {
    throw new LoginFailure(500112, { redirectUri, expected: code.redirectUri });
  }
  // A wrong verifier does not use the code up.
  if (!verifies(code.challenge, form.get("code_verifier"))) throw new LoginFailure(501481);
  const account = accountOf(service, authority, client, code);
  const scope = form.has("scope") ? narrowed(service, client, account, code, form) : code.scope;
  code.redeemed = true;
  return delegatedTokens(service, account, code, scope);
}

/**
 * Every use gives a new refresh token, and the old one stays valid. Each lives 90 days from its own issue: a client
 * that never keeps the new ones is locked out after 90 days, however often it called.
 * @see https://learn.microsoft.com/entra/identity-platform/refresh-tokens
 */
function refresh(
  service: LoginService,
  authority: Authority,
  client: ClientSeed,
  form: URLSearchParams,
): object {
  const token = service.state.value.refreshTokens[required(form, "refresh_token")];
  if (!token) throw new LoginFailure(9002313);
  if (token.revoked?.by === "account") {
    throw new LoginFailure(50173, { issuedAt: token.issuedAt, validFrom: token.revoked.at });
  }
  if (token.revoked || token.clientId !== client.id) {
    throw new LoginFailure(70000, { parameter: "refresh_token' or 'assertion" });
  }
  if (ageOf(token, service) >= REFRESH_TOKEN_DAYS * 86_400_000) {
    throw new LoginFailure(700082, { issuedAt: token.issuedAt });
  }
  const account = accountOf(service, authority, client, token);
  const scope = form.has("scope") ? narrowed(service, client, account, token, form) : token.scope;
  // A consent can be withdrawn, and with it what it was given for.
  checkConsent(service, client, account, scope);
  return delegatedTokens(service, account, token, scope);
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#get-a-token */
function appToken(
  service: LoginService,
  authority: Authority,
  client: ClientSeed,
  form: URLSearchParams,
): object {
  if (authority.kind !== "tenant") throw new LoginFailure(90002, { tenant: authority.kind });
  const text = required(form, "scope");
  const scope = parseScope(text);
  if (scope.permissions.join(" ") !== ".default") throw new LoginFailure(1002012, { scope: text });
  service.directory.checkResource(scope.resource, authority.tenant.domain);
  return appTokens(service, client, authority.tenant.id, scope.resource);
}

/**
 * The asked scope, when it has been consented to; openid and its like are those of the grant.
 * @throws {LoginFailure} 65001
 */
function narrowed(
  service: LoginService,
  client: ClientSeed,
  account: AccountSeed,
  grant: Grant,
  form: URLSearchParams,
): Scope {
  const asked = expandDefault(client, parseScope(form.get("scope")));
  service.directory.checkResource(asked.resource, account.tenant);
  checkConsent(service, client, account, asked);
  const scope = asked.permissions.length > 0 ? asked : { ...asked, ...permissionsOf(grant.scope) };
  return { ...scope, identity: grant.scope.identity };
}

/** @throws {LoginFailure} 65001 */
function checkConsent(service: LoginService, client: ClientSeed, account: AccountSeed, scope: Scope): void {
  if (missingConsent(service, client, account, scope).length === 0) return;
  throw new LoginFailure(65001, { clientId: client.id, clientName: client.name });
}

function permissionsOf({ resource, permissions }: Scope): Pick<Scope, "resource" | "permissions"> {
  return { resource, permissions };
}

/** @throws {LoginFailure} 50034 the account is not this authority's; and what checkAccount throws */
function accountOf(
  service: LoginService,
  authority: Authority,
  client: ClientSeed,
  grant: Grant,
): AccountSeed {
  const account = service.directory.account(grant.account);
  if (!account || !service.directory.accountsFor(authority, client).includes(account)) {
    const tenant = authority.kind === "tenant" ? authority.tenant.domain : authority.kind;
    throw new LoginFailure(50034, { account: grant.account, tenant });
  }
  checkAccount(service, account);
  return account;
}

function required(form: URLSearchParams, parameter: string): string {
  const value = form.get(parameter);
  if (value === null || value === "") throw new LoginFailure(900144, { parameter });
  return value;
}

function ageOf(grant: Grant, service: LoginService): number {
  return service.now().getTime() - Date.parse(grant.issuedAt);
}
