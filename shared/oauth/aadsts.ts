import { z } from "zod";
import {
  ClientSecretRefusedError,
  ConsentExpiredError,
  ConsentMissingError,
  SignInBlockedError,
  type TokenError,
  TokenRefusedError,
  TokenUnavailableError,
} from "./token-errors.ts";

type Kind = "expired" | "missing" | "blocked" | "secret" | "app" | "transient";

/**
 * Microsoft's error codes that a refresh can meet, and what each means to us.
 * Microsoft keeps the right to change the codes, so one that is not here falls back on OAuth's own `error`.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const CODES: Readonly<Record<number, readonly [Kind, string]>> = {
  50033: ["transient", "the login service has a passing trouble"],
  70012: ["transient", "the login service for personal accounts has a passing trouble"],
  90006: ["transient", "the login service is unavailable for the moment"],
  90012: ["transient", "the login service timed out"],
  90024: ["transient", "the login service has a passing trouble"],
  90033: ["transient", "the login service's directory is unavailable for the moment"],
  90055: ["transient", "the login service has too many requests from this tenant"],
  90090: ["transient", "the login service is unavailable for the moment"],

  50072: ["expired", "the account must now register a second factor"],
  50074: ["expired", "the account must now sign in with a second factor"],
  50076: ["expired", "the account must now sign in with a second factor"],
  50078: ["expired", "the account's second factor must be shown again"],
  50079: ["expired", "the account must now register a second factor"],
  50085: ["expired", "the account must sign in again"],
  50089: ["expired", "the consent has expired or was revoked"],
  50132: ["expired", "the account's password has changed"],
  50133: ["expired", "the account's password has changed"],
  50173: ["expired", "the consent was revoked, for example with the account's password"],
  70000: ["expired", "the refresh token is not valid any more"],
  70008: ["expired", "the refresh token has expired or was revoked"],
  70043: ["expired", "the organisation asks for a new sign-in from time to time"],
  700020: ["expired", "the account must sign in again"],
  700082: ["expired", "the refresh token was not used for 90 days"],
  700084: ["expired", "the refresh token was issued to a single-page app and lived 24 hours"],

  65001: ["missing", "not everything that is asked for has been consented to"],
  65004: ["missing", "the consent was declined"],
  90008: ["missing", "the consent lacks signing in and reading the profile"],
  90094: ["missing", "an administrator has to consent"],
  90095: ["missing", "an administrator has to consent"],

  50005: ["blocked", "the organisation's access policy refuses this kind of device"],
  50053: ["blocked", "the account is locked"],
  50055: ["blocked", "the account's password has expired"],
  50057: ["blocked", "the account is disabled"],
  50105: ["blocked", "the account is not assigned to this app"],
  50131: ["blocked", "the organisation's access policy refuses this sign-in"],
  53000: ["blocked", "the organisation asks for a managed device"],
  53001: ["blocked", "the organisation asks for one of its own devices"],
  53002: ["blocked", "the organisation has not approved this app"],
  53003: ["blocked", "the organisation's access policy refuses this sign-in"],
  53004: ["blocked", "the account must first register a second factor"],
  53011: ["blocked", "the account is blocked as being at risk"],
  530032: ["blocked", "a security policy of the organisation refuses this sign-in"],
  530034: ["blocked", "the account is blocked as being at risk"],
  530035: ["blocked", "the organisation's security defaults refuse this sign-in"],

  70002: ["secret", "the app's client secret is wrong"],
  7000215: ["secret", "the app's client secret is wrong"],
  7000218: ["secret", "the app's client secret is missing"],
  7000222: ["secret", "the app's client secret has expired"],

  50020: ["app", "the account does not belong to the tenant in MICROSOFT_TENANT"],
  50034: ["app", "the account does not exist in the tenant in MICROSOFT_TENANT"],
  50194: ["app", "the app is for one tenant only, and MICROSOFT_TENANT names none"],
  70001: ["app", "the app is unknown or disabled"],
  90002: ["app", "the tenant in MICROSOFT_TENANT does not exist"],
  500200: ["app", "the app is not for personal accounts"],
  700016: ["app", "the app in MICROSOFT_CLIENT_ID is unknown in this tenant"],
  700025: ["app", "the app is registered as a public client, which has no secret"],
  7000112: ["app", "the app is disabled"],
  9002332: ["app", "the app is not for personal accounts"],
};

/** @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2 and the same page of Microsoft's */
const OAUTH_ERRORS: Readonly<Record<string, Kind>> = {
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

/** The token endpoint's error answer. */
export const ErrorAnswer = z.object({
  error: z.string(),
  suberror: z.string().optional().catch(undefined),
  error_description: z.string().optional().catch(undefined),
  error_codes: z.array(z.number()).optional().catch(undefined),
  trace_id: z.string().optional().catch(undefined),
  correlation_id: z.string().optional().catch(undefined),
});
export type ErrorAnswer = z.infer<typeof ErrorAnswer>;

export interface RefusedRequest {
  connection: string;
  /** Where the owner of the account consents; without it the way is a new token.json. */
  connectUrl?: string | undefined;
  /** Never repeated in a message, even if the service quotes them. */
  secrets: readonly string[];
}

/** The error that says, in our words, why the login service refused. */
export function explainRefusal(answer: ErrorAnswer, request: RefusedRequest, cause: unknown): TokenError {
  const code = answer.error_codes?.[0] ?? codeIn(answer.error_description);
  const known = code === undefined ? undefined : CODES[code];
  const kind = known?.[0] ?? OAUTH_ERRORS[answer.suberror ?? ""] ?? OAUTH_ERRORS[answer.error];
  const details = {
    connection: request.connection,
    reason: known?.[1] ?? unknownReason(answer, request.secrets),
    serviceCode: code === undefined ? answer.error : `AADSTS${code}`,
    traceId: answer.trace_id,
    correlationId: answer.correlation_id,
    cause,
  };
  if (kind === "transient") return new TokenUnavailableError(details);
  const { Refusal, whatToDo } = REFUSALS[kind ?? "other"];
  return new Refusal({ ...details, whatToDo: whatToDo(request) });
}

const REFUSALS = {
  expired: { Refusal: ConsentExpiredError, whatToDo: consentAgain },
  missing: { Refusal: ConsentMissingError, whatToDo: consentAgain },
  blocked: {
    Refusal: SignInBlockedError,
    whatToDo: () => "Ask the owner of the account, or its organisation's administrator, to clear the way.",
  },
  secret: {
    Refusal: ClientSecretRefusedError,
    whatToDo: () =>
      "Store the Value (not the Secret ID) of a valid client secret of the app registration with `npm run secrets:set -- microsoft-client-secret`.",
  },
  app: {
    Refusal: TokenRefusedError,
    whatToDo: () => "Compare MICROSOFT_CLIENT_ID and MICROSOFT_TENANT with the app registration.",
  },
  other: {
    Refusal: TokenRefusedError,
    whatToDo: () => "Look the code up at https://login.microsoftonline.com/error.",
  },
} satisfies Record<Exclude<Kind, "transient"> | "other", unknown>;

/** What the owner of an account has to do, so that its connection works (again). */
export function consentAgain({ connection, connectUrl }: Omit<RefusedRequest, "secrets">): string {
  return connectUrl
    ? `Ask the owner of the account to open ${connectUrl} and consent.`
    : `Ask the owner of the account to consent, and store the new token.json with \`npm run secrets:import -- token.json --connection ${connection}\`.`;
}

function codeIn(description: string | undefined): number | undefined {
  const digits = description?.match(/^AADSTS(\d+)/)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

const LONGEST_REASON = 200;

/** The service's own first line, without anything that must not be in a log. */
function unknownReason(answer: ErrorAnswer, secrets: readonly string[]): string {
  let line =
    answer.error_description?.split(/\r?\n/, 1)[0]?.replace(/^AADSTS\d+:\s*|\s*Trace ID:.*$/g, "") ?? "";
  for (const secret of secrets) line = line.replaceAll(secret, "[secret]");
  line = line
    .replaceAll(/[^\s'"]+@[^\s'"]+/g, "[address]")
    .replace(/[.\s]+$/, "")
    .slice(0, LONGEST_REASON);
  return line || `the login service answered ${answer.error}`;
}
