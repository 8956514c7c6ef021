import { randomUUID } from "node:crypto";

interface Failure {
  /** The OAuth error code the AADSTS code travels with. */
  error: string;
  status: 400 | 401;
  /** Microsoft's text; {names} are filled in. */
  text: string;
  suberror?: string;
}

/**
 * Why Microsoft refuses, by AADSTS code. Meanings are from Microsoft's list; the texts and the OAuth error beside each
 * are as seen in answers of the service.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#error-codes-for-token-endpoint-errors
 */
const FAILURES = {
  // InvalidReplyTo. Shown as a page, never as a redirect.
  50011: {
    error: "invalid_request",
    status: 400,
    text: "The redirect URI '{redirectUri}' specified in the request does not match the redirect URIs configured for the application '{clientId}'. Make sure the redirect URI sent in the request matches one added to your application in the Azure portal.",
  },
  // UserAccountNotFound.
  50034: {
    error: "invalid_grant",
    status: 400,
    text: "The user account {account} does not exist in the {tenant} directory. To sign into this application, the account must be added to the directory.",
  },
  // UserDisabled.
  50057: { error: "invalid_grant", status: 400, text: "The user account is disabled." },
  // UserInformationNotProvided: prompt=none without a session.
  50058: {
    error: "login_required",
    status: 400,
    text: "A silent sign-in request was sent but no user is signed in.",
  },
  // FreshTokenNeeded.
  50173: {
    error: "invalid_grant",
    status: 400,
    suberror: "bad_token",
    text: "The provided grant has expired due to it being revoked, a fresh auth token is needed. The user might have changed or reset their password. The grant was issued on '{issuedAt}' and the TokensValidFrom date (before which tokens are not valid) for this user is '{validFrom}'.",
  },
  // AppNotMultiTenant.
  50194: {
    error: "invalid_request",
    status: 400,
    text: "Application '{clientId}'({clientName}) is not configured as a multi-tenant application. Usage of the /common endpoint is not supported for such apps created after '10/15/2018'. Use a tenant-specific endpoint or configure the application to be multi-tenant.",
  },
  // BlockedByConditionalAccess.
  53003: {
    error: "interaction_required",
    status: 400,
    suberror: "message_only",
    text: "Access has been blocked by Conditional Access policies. The access policy does not allow token issuance.",
  },
  // OAuth2 authorization code was already redeemed.
  54005: {
    error: "invalid_grant",
    status: 400,
    text: "OAuth2 Authorization code was already redeemed, please retry with a new valid code or use an existing refresh token.",
  },
  // DelegationDoesNotExist.
  65001: {
    error: "invalid_grant",
    status: 400,
    suberror: "consent_required",
    text: "The user or administrator has not consented to use the application with ID '{clientId}' named '{clientName}'. Send an interactive authorization request for this user and resource.",
  },
  // UserDeclinedConsent. Travels in the redirect.
  65004: { error: "access_denied", status: 400, text: "User declined to consent to access the app." },
  // InvalidGrant.
  70000: {
    error: "invalid_grant",
    status: 400,
    text: "The provided value for the input parameter '{parameter}' is not valid.",
  },
  // UnsupportedGrantType.
  70003: {
    error: "unsupported_grant_type",
    status: 400,
    text: "The app requested an unsupported grant type '{grantType}'.",
  },
  // UnsupportedResponseType.
  70005: {
    error: "unsupported_response_type",
    status: 400,
    text: "The app returned an unsupported response type: '{responseType}'.",
  },
  // ExpiredOrRevokedGrant: here the authorization code's.
  70008: {
    error: "invalid_grant",
    status: 400,
    text: "The provided authorization code or refresh token has expired due to inactivity. Send a new interactive authorization request for this user and resource.",
  },
  // InvalidScope.
  70011: {
    error: "invalid_scope",
    status: 400,
    text: "The provided request must include a 'scope' input parameter. The provided value for the input parameter 'scope' is not valid. The scope '{scope}' is not valid.",
  },
  // InvalidTenantName.
  90002: {
    error: "invalid_request",
    status: 400,
    text: "Tenant '{tenant}' not found. Check to make sure you have the correct tenant ID and are signing into the correct cloud. Check with your subscription administrator, this may happen if there are no active subscriptions for the tenant.",
  },
  // InvalidUserInput.
  90013: { error: "invalid_request", status: 400, text: "Invalid input received from the user." },
  // A scope of more than one resource in a token request.
  28000: {
    error: "invalid_scope",
    status: 400,
    text: "Provided value for the input parameter scope is not valid because it contains more than one resource. Scope {scope} is not valid.",
  },
  // MSA account, app of organizations only.
  500200: {
    error: "invalid_request",
    status: 400,
    text: "User account '{account}' is a personal Microsoft account. Personal Microsoft accounts are not supported for this application unless explicitly invited to an organization. Try signing out and signing back in with an organizational account.",
  },
  // InvalidResourceServicePrincipalNotFound.
  500011: {
    error: "invalid_resource",
    status: 400,
    text: "The resource principal named {resource} was not found in the tenant named {tenant}. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You might have sent your authentication request to the wrong tenant.",
  },
  // The redirect URI of the token request is not that of the code.
  500112: {
    error: "invalid_client",
    status: 401,
    text: "The reply address '{redirectUri}' does not match the reply address '{expected}' provided when requesting Authorization code.",
  },
  // PKCE.
  501481: {
    error: "invalid_grant",
    status: 400,
    text: "The Code_Verifier does not match the code_challenge supplied in the authorization request.",
  },
  // UnauthorizedClient_DoesNotMatchRequest.
  700016: {
    error: "unauthorized_client",
    status: 400,
    text: "Application with identifier '{clientId}' was not found in the directory '{tenant}'. This can happen if the application has not been installed by the administrator of the tenant or consented to by any user in the tenant. You may have sent your authentication request to the wrong tenant.",
  },
  // A public client that presents a secret.
  700025: {
    error: "invalid_client",
    status: 401,
    text: "Client is public so neither 'client_assertion' nor 'client_secret' should be presented.",
  },
  // ExpiredOrRevokedGrantInactiveToken.
  700082: {
    error: "invalid_grant",
    status: 400,
    suberror: "bad_token",
    text: "The refresh token has expired due to inactivity. The token was issued on {issuedAt} and was inactive for 90.00:00:00.",
  },
  // A required parameter is missing.
  900144: {
    error: "invalid_request",
    status: 400,
    text: "The request body must contain the following parameter: '{parameter}'.",
  },
  // Client credentials without /.default.
  1002012: {
    error: "invalid_scope",
    status: 400,
    text: "The provided value for scope {scope} is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
  },
  // InvalidClientSecret.
  7000215: {
    error: "invalid_client",
    status: 401,
    text: "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '{clientId}'.",
  },
  // A confidential client without a secret.
  7000218: {
    error: "invalid_client",
    status: 401,
    text: "The request body must contain the following parameter: 'client_assertion' or 'client_secret'.",
  },
  // InvalidClientSecretExpiredKeysProvided.
  7000222: {
    error: "invalid_client",
    status: 401,
    text: "The provided client secret keys for app '{clientId}' are expired. Visit the Azure portal to create new keys for your app: https://aka.ms/NewClientSecret, or consider using certificate credentials for added security: https://aka.ms/certCreds.",
  },
  // The request is malformed.
  9002313: {
    error: "invalid_grant",
    status: 400,
    text: "Invalid request. Request is malformed or invalid.",
  },
} satisfies Record<number, Failure>;

/** One of the AADSTS codes this emulator knows. */
export type FailureCode = keyof typeof FAILURES;

/** What Microsoft answers when it refuses. */
export interface FailureBody {
  error: string;
  error_description: string;
  error_codes: number[];
  timestamp: string;
  trace_id: string;
  correlation_id: string;
  error_uri: string;
  suberror?: string;
}

/** A refusal, on its way to the edge that writes it as JSON, as a redirect or as a page. */
export class LoginFailure extends Error {
  override readonly name = "LoginFailure";
  readonly code: FailureCode;
  readonly status: 400 | 401;
  readonly error: string;
  readonly suberror: string | undefined;

  constructor(code: FailureCode, details: Record<string, string> = {}) {
    const failure: Failure = FAILURES[code];
    const text = failure.text.replaceAll(/\{(\w+)\}/g, (_, name: string) => details[name] ?? "");
    super(`AADSTS${code}: ${text}`);
    this.code = code;
    this.status = failure.status;
    this.error = failure.error;
    this.suberror = failure.suberror;
  }

  body(now: Date, correlationId: string = randomUUID()): FailureBody {
    const timestamp = now
      .toISOString()
      .replace("T", " ")
      .replace(/\.\d+Z$/, "Z");
    const traceId = randomUUID();
    return {
      error: this.error,
      error_description: `${this.message} Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`,
      error_codes: [this.code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${this.code}`,
      ...(this.suberror === undefined ? {} : { suberror: this.suberror }),
    };
  }
}
