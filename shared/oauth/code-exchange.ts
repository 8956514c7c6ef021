import { messageOf } from "../error-message.ts";
import * as oauth from "oauth4webapi";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { withinDeadline } from "../http/deadline.ts";
import { ErrorAnswer } from "./token-refusal.ts";
import type { ConsentProvider } from "./consent-provider.ts";

/** The provider, or the person at its page, said no. Carries codes only: a description may name people. */
export class ConsentRefusedError extends Error {
  override readonly name = "ConsentRefusedError";
  /** OAuth's word, such as `access_denied`. */
  readonly error: string;
  /** Microsoft's code, without its letters. */
  readonly code: number | undefined;
  /** For the provider's support, when they are asked. */
  readonly traceId: string | undefined;

  constructor(error: string, { code, traceId }: { code?: number | undefined; traceId?: string | undefined }) {
    super(`the provider refused: ${error}${code === undefined ? "" : ` (AADSTS${code})`}`);
    this.error = error;
    this.code = code;
    this.traceId = traceId;
  }
}

/** What came back is no answer to what was asked, or none that can be understood. */
export class ConsentAnswerError extends Error {
  override readonly name = "ConsentAnswerError";
}

export interface RedeemedCode {
  accessToken: string;
  /** Absent when the provider gave none: then the consent is of no use. */
  refreshToken?: string;
  /** When the provider says how long it lives, milliseconds. */
  refreshTokenLifeMs?: number;
  /** As the provider states them; those asked for when it states none, which by OAuth means the same. */
  scopes: string[];
}

/** What the provider sent back with the browser, checked: it may be redeemed. */
export type AuthorizationAnswer = URLSearchParams;

/**
 * Checks what the provider sent back with the browser.
 * @param query  of the callback
 * @param state  the one that was found to be right
 * @throws {ConsentRefusedError} it is a refusal
 * @throws {ConsentAnswerError} it is another provider's, has no code, or holds what was not asked for
 */
export function checkAuthorizationAnswer(
  { tokens: { server }, isIssuer }: ConsentProvider,
  clientId: string,
  query: URLSearchParams,
  state: string,
): AuthorizationAnswer {
  const issuer = query.get("iss");
  if (issuer !== null && !isIssuer(issuer)) throw new ConsentAnswerError("it names another issuer");
  try {
    const expected = { ...server, issuer: issuer ?? server.issuer };
    const answer = oauth.validateAuthResponse(expected, { client_id: clientId }, query, state);
    if (!answer.get("code")) throw new ConsentAnswerError("it has no code");
    return answer;
  } catch (error) {
    if (error instanceof ConsentAnswerError) throw error;
    if (error instanceof oauth.AuthorizationResponseError) throw refusedOnTheWay(error, query);
    throw new ConsentAnswerError(messageOf(error));
  }
}

function refusedOnTheWay(
  { error, error_description = "" }: oauth.AuthorizationResponseError,
  query: URLSearchParams,
): ConsentRefusedError {
  const digits =
    /^AADSTS(\d+)/u.exec(error_description)?.[1] ?? /[?&]code=(\d+)/u.exec(query.get("error_uri") ?? "")?.[1];
  const traceId = /Trace ID: ([\da-f-]+)/u.exec(error_description)?.[1];
  // The word comes from the address bar: anybody could have written it there.
  const word = /^[\w.-]{1,60}$/u.test(error) ? error : "an unknown error";
  return new ConsentRefusedError(word, { code: digits === undefined ? undefined : Number(digits), traceId });
}

export interface CodeExchange {
  server: oauth.AuthorizationServer;
  clientId: string;
  clientSecret: string;
  answer: AuthorizationAnswer;
  redirectUri: string;
  /** PKCE's, whose hash went with the question. */
  verifier: string;
  /** What was asked for. */
  scopes: readonly string[];
  clock: Clock;
}

/** For the one try there is: a person waits for it, and a code counts once. */
const DEADLINE_MS = 20_000;

/** A figure of Webex's, which OAuth does not know. @see https://developer.webex.com/docs/integrations#getting-an-access-token */
const RefreshTokenLife = z.object({ refresh_token_expires_in: z.coerce.number().positive() });

/**
 * Redeems a code for tokens.
 * @throws {ConsentRefusedError} the provider refused
 * @throws {ConsentAnswerError} its answer is not understood
 * @throws {DeadlineError | TypeError} no answer in 20 s, or none at all
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.3
 */
export function redeemCode(exchange: CodeExchange): Promise<RedeemedCode> {
  const { server, clientId, clientSecret, answer, redirectUri, verifier, scopes, clock } = exchange;
  const client: oauth.Client = { client_id: clientId };
  return withinDeadline({ milliseconds: DEADLINE_MS, clock }, async (signal) => {
    try {
      const response = await oauth.authorizationCodeGrantRequest(
        server,
        client,
        oauth.ClientSecretPost(clientSecret),
        answer,
        redirectUri,
        verifier,
        { signal },
      );
      const plain = await withoutIdToken(response);
      const tokens = await oauth.processAuthorizationCodeResponse(server, client, plain);
      const life = RefreshTokenLife.safeParse(tokens).data?.refresh_token_expires_in;
      return {
        accessToken: tokens.access_token,
        ...(tokens.refresh_token ? { refreshToken: tokens.refresh_token } : {}),
        ...(life === undefined ? {} : { refreshTokenLifeMs: life * 1000 }),
        scopes: tokens.scope?.split(" ").filter(Boolean) ?? [...scopes],
      };
    } catch (error) {
      throw await understood(error);
    }
  });
}

/** Nobody here reads an id token, and the library would refuse it: under `common` its issuer is not known beforehand. */
async function withoutIdToken(response: Response): Promise<Response> {
  if (!response.ok) return response;
  const body: unknown = await response.json();
  return Response.json({ ...(body as object), id_token: undefined }, response);
}

/** The library keeps whole answers in its errors, tokens included; only its words and the codes go on. */
async function understood(error: unknown): Promise<unknown> {
  if (error instanceof oauth.ResponseBodyError) return refused(error.cause) ?? unclear(error);
  if (error instanceof oauth.WWWAuthenticateChallengeError) {
    return refused(await jsonOf(error.response)) ?? unclear(error);
  }
  // The parser's message quotes the answer, which may hold tokens.
  if (error instanceof SyntaxError) return new ConsentAnswerError("the provider's answer is not JSON");
  if (error instanceof oauth.OperationProcessingError || error instanceof oauth.UnsupportedOperationError) {
    return unclear(error);
  }
  return error;
}

/** Undefined when it is not JSON: a gateway's page. */
async function jsonOf(response: Response): Promise<unknown> {
  try {
    return await response.json();
  } catch {
    return undefined;
  }
}

function refused(body: unknown): ConsentRefusedError | undefined {
  const answer = ErrorAnswer.safeParse(body).data;
  return (
    answer &&
    new ConsentRefusedError(answer.error, { code: answer.error_codes?.[0], traceId: answer.trace_id })
  );
}

function unclear({ name, message }: Error): ConsentAnswerError {
  return new ConsentAnswerError(`${name}: ${message}`);
}
