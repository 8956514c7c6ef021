import { type ErrorAnswer, type Refusal, type RefusalKind, OAUTH_ERRORS, wordsOf } from "./token-refusal.ts";

/**
 * Microsoft's error codes that a refresh can meet, and what each means to us.
 * Microsoft keeps the right to change the codes, so one that is not here falls back on OAuth's own `error`.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const CODES: Readonly<Record<number, readonly [RefusalKind, string]>> = {
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

/** What Microsoft's token endpoint means by its refusal. */
export function readMicrosoftRefusal(answer: ErrorAnswer, secrets: readonly string[]): Refusal {
  const code = answer.error_codes?.[0] ?? codeIn(answer.error_description);
  const known = code === undefined ? undefined : CODES[code];
  return {
    kind: known?.[0] ?? OAUTH_ERRORS[answer.suberror ?? ""] ?? OAUTH_ERRORS[answer.error] ?? "other",
    reason: known?.[1] ?? wordsOf(answer, secrets),
    serviceCode: code === undefined ? answer.error : `AADSTS${code}`,
  };
}

function codeIn(description: string | undefined): number | undefined {
  const digits = description?.match(/^AADSTS(\d+)/)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
