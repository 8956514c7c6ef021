import type { Provider } from "./provider.ts";

/** What the login service said of itself and of the request; nothing of it is secret. */
export interface TokenErrorDetails {
  provider: Provider;
  /** The connection the token is for. */
  connection: string;
  /** What happened, as the end of a sentence. */
  reason: string;
  /** One line a coach can act on. */
  whatToDo: string;
  /** The link by which the owner of the account consents, when that is what it takes. */
  connect?: string | undefined;
  /** The service's own code, such as `AADSTS700082` or `invalid_grant`. */
  serviceCode?: string | undefined;
  /** For Microsoft's support, when they are asked. */
  traceId?: string | undefined;
  correlationId?: string | undefined;
  cause?: unknown;
}

const LABELS: Readonly<Record<Provider, string>> = { microsoft: "Microsoft", webex: "Webex" };

/** No access token for a connection. Tells which connection, why, and what to do; never a token, code or secret. */
export abstract class TokenError extends Error {
  /** Stable, for reports and programs. */
  abstract readonly code: string;
  readonly connection: string;
  /** The reason with the service's codes, and nothing that opens anything: fit to be kept. */
  readonly summary: string;
  readonly whatToDo: string;
  readonly connect: string | undefined;
  readonly serviceCode: string | undefined;
  readonly traceId: string | undefined;
  readonly correlationId: string | undefined;

  constructor(details: TokenErrorDetails) {
    const { provider, connection, reason, whatToDo, serviceCode, traceId, correlationId, cause } = details;
    const marks = [
      serviceCode,
      traceId && `trace ${traceId}`,
      correlationId && `correlation ${correlationId}`,
    ];
    const given = marks.filter(Boolean).join(", ");
    const summary = `${LABELS[provider]} gave no access token for the connection ${connection}: ${reason}${given ? ` (${given})` : ""}.`;
    super(`${summary} ${whatToDo}`, cause === undefined ? {} : { cause });
    this.connection = connection;
    this.summary = summary;
    this.whatToDo = whatToDo;
    this.connect = details.connect;
    this.serviceCode = serviceCode;
    this.traceId = traceId;
    this.correlationId = correlationId;
  }
}

/** The refresh token counts no more: the owner of the account has to consent again. */
export class ConsentExpiredError extends TokenError {
  override readonly name = "ConsentExpiredError";
  readonly code = "consent_expired";
}

/** The account, or its organisation, has not agreed to all that is asked for. */
export class ConsentMissingError extends TokenError {
  override readonly name = "ConsentMissingError";
  readonly code = "consent_missing";
}

/** The account's organisation, or a state of the account, forbids this sign-in; consenting again changes nothing. */
export class SignInBlockedError extends TokenError {
  override readonly name = "SignInBlockedError";
  readonly code = "sign_in_blocked";
}

/** The app's own secret is wrong or has expired: every connection of its provider is without tokens. */
export class ClientSecretRefusedError extends TokenError {
  override readonly name = "ClientSecretRefusedError";
  readonly code = "client_secret_refused";
}

/** The login service does not know the app, or refuses the request for a reason we have no better words for. */
export class TokenRefusedError extends TokenError {
  override readonly name = "TokenRefusedError";
  readonly code = "token_refused";
}

const URL_SETTINGS: Readonly<Record<Provider, string>> = {
  microsoft: "MICROSOFT_LOGIN_URL",
  webex: "WEBEX_URL",
};

/** The login service gave no usable answer, several times. Nothing is wrong with the connection: try later. */
export class TokenUnavailableError extends TokenError {
  override readonly name = "TokenUnavailableError";
  readonly code = "token_unavailable";
  /** How long the service asks to be left alone, milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(details: Omit<TokenErrorDetails, "whatToDo">, retryAfterMs?: number) {
    super({
      ...details,
      whatToDo: `The next run tries again; if that does not help, check the network and ${URL_SETTINGS[details.provider]}.`,
    });
    this.retryAfterMs = retryAfterMs;
  }
}

/**
 * The provider has replaced the refresh token, and the new one could not be stored. It is kept in memory, and storing it
 * is tried again before anything else; until then its access token is not used.
 */
export class TokenNotSavedError extends TokenError {
  override readonly name = "TokenNotSavedError";
  readonly code = "token_not_saved";
}

/** Nobody has consented yet for this connection. */
export class NotConnectedError extends TokenError {
  override readonly name = "NotConnectedError";
  readonly code = "not_connected";
}

/** The app registration is not set up: a setting or its secret is missing. */
export class AppNotConfiguredError extends TokenError {
  override readonly name = "AppNotConfiguredError";
  readonly code = "app_not_configured";
}
