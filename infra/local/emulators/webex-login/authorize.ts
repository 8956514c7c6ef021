import type { EmulatorAnswer, EmulatorRequest } from "../exchange.ts";
import type { IntegrationSeed } from "./directory.ts";
import { OAuthFailure } from "./failures.ts";
import { newSecret } from "./memory.ts";
import type { Code } from "./memory.ts";
import type { WebexService } from "./service.ts";
import { refusalPage, signInPage } from "./sign-in-page.ts";
import { redirectToClient } from "../authorization-code.ts";

/** Webex does not say; this is the most that OAuth recommends. @see https://www.rfc-editor.org/rfc/rfc6749#section-4.1.2 */
const CODE_MINUTES = 10;

/**
 * GET shows the sign-in page, POST is that page's answer.
 * @see https://developer.webex.com/docs/integrations
 */
export async function answerAuthorize(
  service: WebexService,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  const { query } = request;
  const integration = service.directory.integration(query.get("client_id"));
  const redirectUri = query.get("redirect_uri");
  if (!integration) return refusalPage("The client_id is not that of an integration.");
  if (redirectUri === null || !integration.redirectUris.includes(redirectUri)) {
    return refusalPage("The redirect_uri is not one of those the integration was registered with.");
  }
  try {
    const asked = askedFor(integration, redirectUri, query);
    if (request.method === "GET") return signInPage(integration, service.directory.people, asked.scopes);
    return await decide(service, asked, request);
  } catch (error) {
    if (!(error instanceof OAuthFailure)) throw error;
    return redirectToClient(redirectUri, query, { error: error.error, error_description: error.message });
  }
}

type Asked = Omit<Code, "email" | "expiresAt">;

/** @throws {OAuthFailure} the request is told to the client by a redirect */
function askedFor(integration: IntegrationSeed, redirectUri: string, query: URLSearchParams): Asked {
  if (query.get("response_type") !== "code") throw new OAuthFailure("responseType");
  const scopes = (query.get("scope") ?? "").split(" ").filter(Boolean);
  if (scopes.length === 0 || !scopes.every((scope) => integration.scopes.includes(scope))) {
    throw new OAuthFailure("scope");
  }
  const value = query.get("code_challenge");
  const method = query.get("code_challenge_method") ?? "plain";
  if (method !== "plain" && method !== "S256") throw new OAuthFailure("challenge");
  return {
    clientId: integration.id,
    redirectUri,
    scopes,
    ...(value === null ? {} : { challenge: { method, value } }),
  };
}

async function decide(
  service: WebexService,
  asked: Asked,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  const form = request.form();
  const person = service.directory.person(form.get("account") ?? "");
  if (form.get("decision") !== "accept" || !person) throw new OAuthFailure("declined");
  const { state, now } = service;
  const code = newSecret(state.value);
  const expiresAt = new Date(now().getTime() + CODE_MINUTES * 60_000).toISOString();
  state.value.codes[code] = { ...asked, email: person.email, expiresAt };
  await state.save();
  return redirectToClient(asked.redirectUri, request.query, { code });
}
