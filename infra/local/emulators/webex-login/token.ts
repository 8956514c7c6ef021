import type { EmulatorAnswer, EmulatorRequest } from "../exchange.ts";
import type { IntegrationSeed } from "./directory.ts";
import { OAuthFailure } from "./failures.ts";
import { newSecret } from "./memory.ts";
import type { Grant, Token } from "./memory.ts";
import type { WebexService } from "./service.ts";
import { verifies } from "../authorization-code.ts";

/** As in the examples of the documents; other organizations draw shorter ones. */
const ACCESS_TOKEN_SECONDS = 1_209_600;
const REFRESH_TOKEN_SECONDS = 7_776_000;

/**
 * The token endpoint: a code, or a refresh token, for an access token.
 * @see https://developer.webex.com/docs/integrations#getting-an-access-token
 */
export async function answerToken(service: WebexService, request: EmulatorRequest): Promise<EmulatorAnswer> {
  try {
    const body = grantTokens(service, request.form());
    await service.state.save();
    return { status: 200, headers: { "cache-control": "no-store" }, body };
  } catch (error) {
    if (error instanceof OAuthFailure) return error.answer();
    throw error;
  }
}

function grantTokens(service: WebexService, form: URLSearchParams): object {
  const grantType = required(form, "grant_type");
  const integration = service.directory.integration(required(form, "client_id"));
  if (!integration || integration.secret !== form.get("client_secret")) throw new OAuthFailure("client");
  switch (grantType) {
    case "authorization_code":
      return redeemCode(service, integration, form);
    case "refresh_token":
      return refresh(service, integration, form);
    default:
      throw new OAuthFailure("grantType");
  }
}

function redeemCode(service: WebexService, { id }: IntegrationSeed, form: URLSearchParams): object {
  const { codes } = service.state.value;
  const given = required(form, "code");
  const code = codes[given];
  const fits =
    code?.clientId === id && code.redirectUri === form.get("redirect_uri") && isAlive(code, service);
  if (!fits || !verifies(code.challenge, form.get("code_verifier"))) throw new OAuthFailure("code");
  delete codes[given];
  const { email, clientId, scopes } = code;
  const grant = { email, clientId, scopes };
  return tokensFor(service, grant, rememberRefreshToken(service, grant));
}

function refresh(service: WebexService, { id }: IntegrationSeed, form: URLSearchParams): object {
  const { refreshTokens } = service.state.value;
  const given = required(form, "refresh_token");
  const token = refreshTokens[given];
  if (token?.clientId !== id || !isAlive(token, service)) throw new OAuthFailure("refreshToken");
  if (service.refreshTokens === "keep") return tokensFor(service, token, given);
  delete refreshTokens[given];
  return tokensFor(service, token, rememberRefreshToken(service, token));
}

/** A refresh token with its whole life before it. */
export function rememberRefreshToken(service: WebexService, { email, clientId, scopes }: Grant): string {
  const { state } = service;
  const value = newSecret(state.value);
  state.value.refreshTokens[value] = { email, clientId, scopes, ...ends(REFRESH_TOKEN_SECONDS, service) };
  return value;
}

function tokensFor(service: WebexService, grant: Grant, refreshToken: string): object {
  const { state, now } = service;
  const { email, clientId, scopes } = grant;
  const accessToken = newSecret(state.value);
  state.value.accessTokens[accessToken] = { email, clientId, scopes, ...ends(ACCESS_TOKEN_SECONDS, service) };
  const refreshEnds = Date.parse(state.value.refreshTokens[refreshToken]?.expiresAt ?? "");
  return {
    access_token: accessToken,
    expires_in: ACCESS_TOKEN_SECONDS,
    refresh_token: refreshToken,
    refresh_token_expires_in: Math.floor((refreshEnds - now().getTime()) / 1000),
    token_type: "Bearer",
    scope: scopes.join(" "),
  };
}

function ends(seconds: number, { now }: WebexService): { expiresAt: string } {
  return { expiresAt: new Date(now().getTime() + seconds * 1000).toISOString() };
}

export function isAlive({ expiresAt }: Pick<Token, "expiresAt">, { now }: WebexService): boolean {
  return Date.parse(expiresAt) > now().getTime();
}

function required(form: URLSearchParams, parameter: string): string {
  const value = form.get(parameter);
  if (value === null || value === "") throw new OAuthFailure("parameter");
  return value;
}
