import * as oauth from "oauth4webapi";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { DeadlineError, withinDeadline } from "../http/deadline.ts";
import { parseRetryAfter } from "../http/retry-after.ts";
import { TokenError, TokenUnavailableError } from "./token-errors.ts";
import { ErrorAnswer, type TokenOwner, refusalError } from "./token-refusal.ts";
import type { TokenService } from "./token-service.ts";

/** For all tries together, and for each. */
const DEADLINE_MS = 30_000;
const TRY_MS = 10_000;
const TRIES = 4;
const FIRST_PAUSE_MS = 500;

export interface RefreshRequest {
  service: TokenService;
  clientId: string;
  clientSecret: string;
  refreshToken: string;
  /** Whose token it is, for what an error says. */
  owner: TokenOwner;
  clock: Clock;
  signal?: AbortSignal | undefined;
  fetch?: typeof fetch | undefined;
  /** Called for each HTTP request. */
  onRequest?: (() => void) | undefined;
}

export interface RefreshedTokens {
  accessToken: string;
  expiresAt: Date;
  /** The refresh token to use from now on, when the answer has one. */
  refreshToken?: string;
  /** When that one stops working. */
  refreshTokenExpiresAt: Date;
  scopes: string[];
}

/**
 * Exchanges a refresh token for an access token. What may pass by itself (no connection, 429, 5xx) is tried again,
 * `Retry-After` obeyed, for 30 s at the most. Repeating does no harm: where a refresh ends the token that was used and its
 * answer is lost, that token is lost with or without another try.
 * @throws {TokenUnavailableError} no usable answer in that time
 * @throws {TokenError} one of its kinds: the service refused
 * @throws the signal's reason when it aborts
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-6
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
  const { server, scopes, refreshTokenLifeMs } = request.service;
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
  const lifeSeconds = Seconds.safeParse(tokens["refresh_token_expires_in"]).data;
  return {
    accessToken: tokens.access_token,
    expiresAt: new Date(askedAt + (tokens.expires_in ?? 0) * 1000),
    ...(tokens.refresh_token ? { refreshToken: tokens.refresh_token } : {}),
    refreshTokenExpiresAt: new Date(
      askedAt + (lifeSeconds === undefined ? refreshTokenLifeMs : lifeSeconds * 1000),
    ),
    scopes: tokens.scope?.split(" ") ?? [...scopes],
  };
}

/** Not OAuth's own, so it is believed only where it is a number. */
const Seconds = z.number().nonnegative();

/**
 * With `openid` consented to, a refresh brings an id token as well. Nobody here reads it, and the library would refuse
 * it: its issuer is the account's tenant, which under `common` is not known beforehand.
 */
async function withoutIdToken(response: Response): Promise<Response> {
  if (!response.ok) return response;
  const body: unknown = await response.json();
  return Response.json({ ...(body as object), id_token: undefined }, response);
}

/** 423: Webex, for what is locked for the moment. */
function isPassing(status: number): boolean {
  return status === 408 || status === 423 || status === 429 || status >= 500;
}

async function passingTrouble(request: RefreshRequest, response: Response): Promise<TokenUnavailableError> {
  const answer = await errorAnswer(response);
  const retryAfterMs = parseRetryAfter(response.headers.get("retry-after"), request.clock.now());
  const { provider, connection } = request.owner;
  const details = {
    provider,
    connection,
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
  if (error instanceof oauth.ResponseBodyError) {
    const answer = ErrorAnswer.safeParse(error.cause);
    if (answer.success) return refused(request, answer.data, withoutBody(error));
  }
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    const answer = await errorAnswer(error.response);
    if (answer) return refused(request, answer, withoutBody(error));
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

function refused(request: RefreshRequest, answer: ErrorAnswer, cause: Error): Promise<TokenError> {
  const { service, owner, refreshToken, clientSecret } = request;
  return refusalError(service.readRefusal(answer, [refreshToken, clientSecret]), owner, answer, cause);
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
  const { provider, connection } = request.owner;
  return new TokenUnavailableError({ provider, connection, reason, cause });
}
