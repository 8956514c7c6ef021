import pLimit from "p-limit";
import type { Clock } from "../clock.ts";
import { openGraphRoad } from "../graph/graph-road.ts";
import { fetchMe as fetchGraphMe } from "../graph/me.ts";
import { withinDeadline } from "../http/deadline.ts";
import { fetchMe as fetchWebexMe } from "../webex/people-me.ts";
import { mayListPeople, READ_DIRECTORY } from "../webex/people.ts";
import { openWebexRoad, type WebexRoad } from "../webex/webex-road.ts";
import type { TokenService } from "./token-service.ts";

/** Whose consent it is. */
export interface ConsentedAccount {
  /** The sign-in name. */
  account: string;
  displayName?: string;
}

/** What the consent flow has to know of a provider, beside how its tokens are had. */
export interface ConsentProvider {
  tokens: TokenService;
  /** As people call it. */
  displayName: string;
  /** Where a person signs in and accepts. */
  authorizationEndpoint: string;
  /** Whether `iss` of an answer is this provider's. @see https://www.rfc-editor.org/rfc/rfc9207 */
  isIssuer(issuer: string): boolean;
  /**
   * Asks the provider whose access token it is.
   * @throws the client's own error, or UnknownAccountError
   */
  whoIs(accessToken: string): Promise<ConsentedAccount>;
  /**
   * Some permissions are of no use to most accounts, whoever grants them. Tries those.
   * @param scopes  those that were granted
   * @returns why this account's are of no use; undefined when nothing is known against it
   * @throws the client's own error
   */
  obstacleOf?(accessToken: string, scopes: readonly string[]): Promise<"no administrator" | undefined>;
}

/** A provider did not say whose access token it is. */
class UnknownAccountError extends Error {
  override readonly name = "UnknownAccountError";
}

/** For each question: a person waits for the page. */
const QUESTION_MS = 20_000;

interface MicrosoftOptions {
  /** Base URL of Microsoft Graph, without version. */
  graphUrl: string;
  clock: Clock;
}

/** @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow */
export function microsoftConsent(
  tokens: TokenService,
  { graphUrl, clock }: MicrosoftOptions,
): ConsentProvider {
  const authorizationEndpoint = besideTokens(tokens);
  const { origin } = new URL(authorizationEndpoint);
  return {
    tokens,
    displayName: "Microsoft",
    authorizationEndpoint,
    // The issuer is the account's own tenant, which under `common` is not known beforehand.
    isIssuer: (issuer) => issuer.startsWith(`${origin}/`),
    whoIs: (accessToken) =>
      withinDeadline({ milliseconds: QUESTION_MS, clock }, async (signal) => {
        const graph = await openGraphRoad({
          graphUrl,
          token: async () => accessToken,
          limit: pLimit(1),
          clock,
          signal,
        });
        const { userPrincipalName, mail, displayName } = await fetchGraphMe(graph);
        return accountOf("Microsoft Graph", userPrincipalName || mail, displayName);
      }),
  };
}

interface WebexOptions {
  /** Base URL of the API, with its version. */
  url: string;
  clock: Clock;
}

/** @see https://developer.webex.com/docs/integrations */
export function webexConsent(tokens: TokenService, { url, clock }: WebexOptions): ConsentProvider {
  function ask<T>(accessToken: string, question: (road: WebexRoad) => Promise<T>): Promise<T> {
    return withinDeadline({ milliseconds: QUESTION_MS, clock }, (signal) =>
      question(
        openWebexRoad({
          url,
          token: async () => accessToken,
          limit: pLimit(1),
          clock,
          signal,
        }),
      ),
    );
  }
  return {
    tokens,
    displayName: "Webex",
    authorizationEndpoint: besideTokens(tokens),
    // Webex sends none here. That answers are not mixed up is the work of the redirect URI, which is this provider's alone.
    isIssuer: () => false,
    whoIs: async (accessToken) => {
      const { emails, displayName } = await ask(accessToken, fetchWebexMe);
      return accountOf("Webex", emails[0], displayName);
    },
    async obstacleOf(accessToken, scopes) {
      if (!scopes.includes(READ_DIRECTORY)) return undefined;
      return (await ask(accessToken, mayListPeople)) ? undefined : "no administrator";
    },
  };
}

/** Both providers have it in the same folder as their token endpoint. */
function besideTokens({ server }: TokenService): string {
  return new URL("authorize", server.token_endpoint).href;
}

function accountOf(
  service: string,
  account: string | null | undefined,
  displayName: string | null | undefined,
): ConsentedAccount {
  if (!account) throw new UnknownAccountError(`${service} names no address of the account that signed in.`);
  return displayName ? { account, displayName } : { account };
}
