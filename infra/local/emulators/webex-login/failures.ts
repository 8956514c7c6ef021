import type { EmulatorAnswer } from "../exchange.ts";

/**
 * Why the token endpoint, or the sign-in page's redirect, refuses: OAuth's own codes.
 * @see https://www.rfc-editor.org/rfc/rfc6749#section-5.2
 * @see https://github.com/webex/webex-js-sdk: grant-errors.js has the codes, pull request 855 the refresh token's
 */
const FAILURES = {
  declined: ["access_denied", "The resource owner or authorization server denied the request."],
  responseType: ["unsupported_response_type", "The authorization server supports the response type code."],
  scope: ["invalid_scope", "The requested scope is invalid, unknown, malformed, or was not registered."],
  challenge: ["invalid_request", "The code_challenge_method is S256 or plain."],
  grantType: ["unsupported_grant_type", "The grant type is not supported."],
  client: ["invalid_client", "The client is unknown, or its secret is wrong."],
  parameter: ["invalid_request", "A required parameter is missing."],
  code: [
    "invalid_grant",
    "The authorization code provided is expired, used, or was issued to another client.",
  ],
  refreshToken: ["invalid_request", "The refresh token provided is expired, revoked, malformed, or invalid."],
} as const satisfies Record<string, readonly [error: string, description: string]>;

/** A refusal in OAuth's words, on its way to the edge that writes it as JSON or as a redirect. */
export class OAuthFailure extends Error {
  override readonly name = "OAuthFailure";
  readonly error: string;

  constructor(why: keyof typeof FAILURES) {
    const [error, description] = FAILURES[why];
    super(description);
    this.error = error;
  }

  answer(): EmulatorAnswer {
    return {
      status: this.error === "invalid_client" ? 401 : 400,
      headers: { "cache-control": "no-store" },
      body: { error: this.error, error_description: this.message },
    };
  }
}
