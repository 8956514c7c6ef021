import * as z from "zod";
import {
  AppNotConfiguredError,
  ClientSecretRefusedError,
  ConsentExpiredError,
  ConsentMissingError,
  NotConnectedError,
  SignInBlockedError,
  type TokenError,
  TokenRefusedError,
  TokenUnavailableError,
} from "./token-errors.ts";
import type { Provider } from "./provider.ts";

/** A token endpoint's error answer; the fields beyond OAuth's own are Microsoft's. */
export const ErrorAnswer = z.object({
  error: z.string(),
  suberror: z.string().optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
  error_codes: z.array(z.number()).optional().catch(undefined),
  trace_id: z.string().optional().catch(undefined),
  correlation_id: z.string().optional().catch(undefined),
});
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;

/** `transient` passes by itself; every other kind needs a person. */
export type RefusalKind = "expired" | "missing" | "blocked" | "secret" | "app" | "transient" | "other";

/**
 * What OAuth's own codes mean, for a refusal that says no more.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 and Microsoft's page of the same
 */
export const OAUTH_ERRORS: Readonly<Record<string, RefusalKind>> = {
  invalid_grant: "expired",
  interaction_required: "expired",
  login_required: "expired",
  consent_required: "missing",
  access_denied: "blocked",
  invalid_client: "secret",
  unauthorized_client: "app",
  temporarily_unavailable: "transient",
  server_error: "transient",
};

/** A refusal as we understand it. */
export interface Refusal {
  kind: RefusalKind;
  /** In our words, as the end of a sentence. */
  reason: string;
  serviceCode: string;
}

/** What an operator does about an app that its provider refuses: each a sentence. */
export interface AppAdvice {
  /** The client secret is wrong or has expired. */
  secret: string;
  /** The app itself is refused. */
  app: string;
  /** For a reason that has no name here. */
  other: string;
  /** How an account is connected where there is no link for it. */
  connectByHand: (connection: string) => string;
}

/** Whom a token was for, and what is to be said when there is none. */
export interface TokenOwner {
  provider: Provider;
  connection: string;
  advice: AppAdvice;
  /** Makes the link by which the owner of the account consents; asked only when that is what it takes. */
  connectUrl?: (() => Promise<string | undefined>) | undefined;
}

/** The error for a refusal. */
export async function refusalError(
  refusal: Refusal,
  owner: TokenOwner,
  answer: ErrorAnswer,
  cause: unknown,
): Promise<TokenError> {
  const details = {
    provider: owner.provider,
    connection: owner.connection,
    reason: refusal.reason,
    serviceCode: refusal.serviceCode,
    traceId: answer.trace_id,
    correlationId: answer.correlation_id,
    cause,
  };
  const { advice } = owner;
  switch (refusal.kind) {
    case "transient":
      return new TokenUnavailableError(details);
    case "expired":
      return new ConsentExpiredError({ ...details, ...(await consentAgain(owner)) });
    case "missing":
      return new ConsentMissingError({ ...details, ...(await consentAgain(owner)) });
    case "blocked":
      return new SignInBlockedError({
        ...details,
        whatToDo: "Ask the owner of the account, or its organisation's administrator, to clear the way.",
      });
    case "secret":
      return new ClientSecretRefusedError({ ...details, whatToDo: advice.secret });
    case "app":
      return new TokenRefusedError({ ...details, whatToDo: advice.app });
    case "other":
      return new TokenRefusedError({ ...details, whatToDo: advice.other });
  }
}

/** Nobody has consented yet, or somebody has taken the token out of the store. */
export async function notConnectedError(owner: TokenOwner, secretName: string): Promise<NotConnectedError> {
  return new NotConnectedError({
    provider: owner.provider,
    connection: owner.connection,
    reason: `nobody has consented for it yet (there is no secret ${secretName})`,
    ...(await consentAgain(owner)),
  });
}

export function settingMissingError(owner: TokenOwner, setting: string): AppNotConfiguredError {
  return new AppNotConfiguredError({
    provider: owner.provider,
    connection: owner.connection,
    reason: `the setting ${setting} is missing`,
    whatToDo: `Set ${setting} to the client id of the registered app.`,
  });
}

export function clientSecretMissingError(owner: TokenOwner, secretName: string): AppNotConfiguredError {
  return new AppNotConfiguredError({
    provider: owner.provider,
    connection: owner.connection,
    reason: `the secret ${secretName} is missing`,
    whatToDo: `Store the client secret of the registered app with \`npm run secrets:set -- ${secretName}\`.`,
  });
}

/** The link stays out of the words: it opens something, and messages end up in logs. */
async function consentAgain(owner: TokenOwner): Promise<{ whatToDo: string; connect?: string }> {
  const connect = await owner.connectUrl?.();
  if (connect === undefined) return { whatToDo: owner.advice.connectByHand(owner.connection) };
  return { whatToDo: "Ask the owner of the account to open the connect link and consent.", connect };
}

const LONGEST_REASON = 200;

/** The service's own first line, without anything that must not be in a log. */
export function wordsOf(answer: ErrorAnswer, secrets: readonly string[]): string {
  let line =
    answer.error_description?.split(/\r?\n/, 1)[0]?.replace(/^AADSTS\d+:\s*|\s*Trace ID:.*$/g, "") ?? "";
  for (const secret of secrets) line = line.replaceAll(secret, "[secret]");
  line = line
    .replaceAll(/[^\s'"]+@[^\s'"]+/g, "[address]")
    .replace(/[.\s]+$/, "")
    .slice(0, LONGEST_REASON);
  return line || `the login service answered ${answer.error}`;
}
