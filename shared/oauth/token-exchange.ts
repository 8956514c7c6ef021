import * as oauth from "oauth4webapi";
import type { Clock } from "../clock.ts";
import { DeadlineError, withinDeadline } from "../http/deadline.ts";
import { parseRetryAfter } from "../http/retry-after.ts";
import { ErrorAnswer, explainRefusal } from "./aadsts.ts";
import { TokenError, TokenUnavailableError } from "./token-errors.ts";

/** For all tries together, and for each. */
const DEADLINE_MS = 30_000;
const TRY_MS = 10_000;
const TRIES = 4;
const FIRST_PAUSE_MS = 500;

export interface RefreshRequest {
  /** Base URL of the login service: `https://login.microsoftonline.com`. */
  loginUrl: string;
  tenant: string;
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  /** What the access token is for; all that was consented to unless given. */
  scopes?: readonly string[] | undefined;
  /** For messages: the connection the token belongs to, and where its owner can consent again. */
  connection: string;
  connectUrl?: string | undefined;
  clock: Clock;
  signal?: AbortSignal | undefined;
  fetch?: typeof fetch | undefined;
  /** Called for each HTTP request. */
  onRequest?: (() => void) | undefined;
}

export interface RefreshedTokens {
  accessToken: string;
  expiresAt: Date;
  /** The rotated refresh token. Microsoft leaves the one that was used valid; others do not. */
  refreshToken?: string;
  scopes: string[];
}

/**
 * Exchanges a refresh token for an access token. What may pass by itself (no connection, 429, 5xx) is tried again,
 * `Retry-After` obeyed, for 30 s at the most: repeating a refresh does no harm, since Microsoft revokes no token for it.
 * @throws {TokenUnavailableError} no usable answer in that time
 * @throws {TokenError} one of its kinds: the service refused
 * @throws the signal's reason when it aborts
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#refresh-the-access-token
 */
export async function refreshAccessToken(request: RefreshRequest): Promise<RefreshedTokens> {
  const { clock, signal } = request;
  try {
    return await withinDeadline({ milliseconds: DEADLINE_MS, clock, signal }, (over) =>
      tryRepeatedly(request, over),
    );
  } catch (error) {
    throw error instanceof DeadlineError
      ? unavailable(request, "the login service gave no answer", error)
      : error;
  }
}

async function tryRepeatedly(request: RefreshRequest, signal: AbortSignal): Promise<RefreshedTokens> {
  const { clock } = request;
  const end = clock.now().getTime() + DEADLINE_MS;
  for (let count = 1; ; count += 1) {
    try {
      return await withinDeadline({ milliseconds: TRY_MS, clock, signal }, (over) => tryOnce(request, over));
    } catch (error) {
      signal.throwIfAborted();
      const failure = await understand(request, error);
      if (!(failure instanceof TokenUnavailableError) || count === TRIES) throw failure;
      const pauseMs = failure.retryAfterMs ?? FIRST_PAUSE_MS * 2 ** (count - 1);
      if (clock.now().getTime() + pauseMs >= end) throw failure;
      await clock.sleep(pauseMs, signal);
    }
  }
}

async function tryOnce(request: RefreshRequest, signal: AbortSignal): Promise<RefreshedTokens> {
  const { loginUrl, tenant, scopes = [] } = request;
  const authority = `${loginUrl.replace(/\/+$/, "")}/${encodeURIComponent(tenant)}`;
  const server: oauth.AuthorizationServer = {
    issuer: `${authority}/v2.0`,
    token_endpoint: `${authority}/oauth2/v2.0/token`,
  };
  const client: oauth.Client = { client_id: request.clientId };
  const send = request.fetch ?? fetch;
  // Asked before the answer can age on its way.
  const askedAt = request.clock.now().getTime();
  const response = await oauth.refreshTokenGrantRequest(
    server,
    client,
    oauth.ClientSecretPost(request.clientSecret),
    request.refreshToken,
    {
      additionalParameters: scopes.length > 0 ? { scope: scopes.join(" ") } : {},
      signal,
      [oauth.customFetch]: (url, options) => {
        request.onRequest?.();
        return send(url, options);
      },
    },
  );
  if (isPassing(response.status)) throw await passingTrouble(request, response);
  const tokens = await oauth.processRefreshTokenResponse(server, client, await withoutIdToken(response));
  return {
    accessToken: tokens.access_token,
    expiresAt: new Date(askedAt + (tokens.expires_in ?? 0) * 1000),
    ...(tokens.refresh_token ? { refreshToken: tokens.refresh_token } : {}),
    scopes: tokens.scope?.split(" ") ?? [...scopes],
  };
}

/**
 * With `openid` consented to, a refresh brings an id token as well. Nobody here reads it, and the library would refuse
 * it: its issuer is the account's tenant, which under `common` is not known beforehand.
 */
async function withoutIdToken(response: Response): Promise<Response> {
  if (!response.ok) return response;
  const body: unknown = await response.json();
  return Response.json({ ...(body as object), id_token: undefined }, response);
}

function isPassing(status: number): boolean {
  return status === 408 || status === 429 || status >= 500;
}

async function passingTrouble(request: RefreshRequest, response: Response): Promise<TokenUnavailableError> {
  const answer = await errorAnswer(response);
  const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), request.clock.now());
  const details = {
    connection: request.connection,
    reason: `the login service answered ${response.status}`,
    serviceCode: answer?.error,
    traceId: answer?.trace_id,
    correlationId: answer?.correlation_id,
  };
  return new TokenUnavailableError(details, retryAfterMs);
}

/** Every failure of one try, in our words. */
async function understand(request: RefreshRequest, error: unknown): Promise<TokenError> {
  if (error instanceof TokenError) return error;
  const refused = { ...request, secrets: [request.refreshToken, request.clientSecret] };
  if (error instanceof oauth.ResponseBodyError) {
    const answer = ErrorAnswer.safeParse(error.cause);
    if (answer.success) return explainRefusal(answer.data, refused, withoutBody(error));
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const answer = await errorAnswer(error.response);
    if (answer) return explainRefusal(answer, refused, withoutBody(error));
  }
  if (error instanceof DeadlineError) return unavailable(request, "the login service was too slow", error);
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
    return unavailable(
      request,
      `the login service's answer was not understood: ${error.message}`,
      withoutBody(error),
    );
  }
  if (error instanceof SyntaxError) {
    // The parser's message quotes the answer, which may hold tokens.
    return unavailable(request, "the login service's answer is not JSON", undefined);
  }
  const network = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const reason = network instanceof Error ? network.message : String(network);
  return unavailable(request, `the login service was not reached: ${reason}`, error);
}

async function errorAnswer(response: Response): Promise<ErrorAnswer | undefined> {
  try {
    return ErrorAnswer.safeParse(await response.json()).data;
  } catch {
    // Not JSON, or cut off: a gateway's page, which says no more than the status does.
    return undefined;
  }
}

/** The library keeps the whole answer in its errors, tokens included; only its words go on. */
function withoutBody(error: Error): Error {
  return new Error(`${error.name}: ${error.message}`);
}

function unavailable(request: RefreshRequest, reason: string, cause: unknown): TokenUnavailableError {
  return new TokenUnavailableError({ connection: request.connection, reason, cause });
}
