import type { EmulatorAnswer, EmulatorRequest } from "../exchange.ts";
import type { AccountSeed, Authority, ClientSeed } from "./directory.ts";
import { LoginFailure } from "./failures.ts";
import { newSecret } from "./memory.ts";
import type { Code } from "./memory.ts";
import { parseScope } from "./scope.ts";
import type { Scope } from "./scope.ts";
import { allow, checkAccount, expandDefault, missingConsent } from "./service.ts";
import type { LoginService } from "./service.ts";
import { refusalPage, signInPage } from "./sign-in-page.ts";
import { redirectToClient } from "../authorization-code.ts";

interface AuthorizationRequest {
  authority: Authority;
  client: ClientSeed;
  redirectUri: string;
  scope: Scope;
  query: URLSearchParams;
}

/** The session Microsoft keeps in the browser; here it just names the account. */
const SESSION = "ESTSAUTH";

/**
 * GET shows the sign-in page, or goes straight back when the session suffices; POST is that page's answer.
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow#request-an-authorization-code
 */
export function answerAuthorize(
  service: LoginService,
  segment: string,
  request: EmulatorRequest,
): EmulatorAnswer | Promise<EmulatorAnswer> {
  const { query } = request;
  let redirectUri: string;
  try {
    redirectUri = trustedRedirect(service, segment, query);
  } catch (error) {
    return refused(service, error);
  }
  try {
    const asked = parseRequest(service, segment, redirectUri, query);
    return request.method === "POST"
      ? answerDecision(service, asked, request.form())
      : answerArrival(service, asked, sessionAccount(service, request));
  } catch (error) {
    if (!(error instanceof LoginFailure)) throw error;
    // A policy that blocks an account ends on Microsoft's own page.
    if (error.code === 53003 || error.code === 50057) return refused(service, error);
    const { error: code, error_description, error_uri } = error.body(service.now());
    return redirectToClient(redirectUri, query, { error: code, error_description, error_uri });
  }
}

/** @throws {LoginFailure} the client or its redirect URI is not registered: nothing may be sent there */
function trustedRedirect(service: LoginService, segment: string, query: URLSearchParams): string {
  const authority = service.directory.authority(segment);
  const client = service.directory.client(query.get("client_id"), authority);
  const redirectUri = query.get("redirect_uri");
  if (redirectUri === null) throw new LoginFailure(900144, { parameter: "redirect_uri" });
  if (!client.redirectUris.some((registered) => sameRedirect(registered, redirectUri))) {
    throw new LoginFailure(50011, { redirectUri, clientId: client.id });
  }
  return redirectUri;
}

/** Exact, but the port of a localhost URI is ignored. @see https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions */
function sameRedirect(registered: string, asked: string): boolean {
  if (registered === asked) return true;
  if (!URL.canParse(registered) || !URL.canParse(asked)) return false;
  const [one, other] = [new URL(registered), new URL(asked)];
  if (one.hostname !== "localhost") return false;
  one.port = "";
  other.port = "";
  return one.href === other.href;
}

function parseRequest(
  service: LoginService,
  segment: string,
  redirectUri: string,
  query: URLSearchParams,
): AuthorizationRequest {
  const authority = service.directory.authority(segment);
  const client = service.directory.client(query.get("client_id"), authority);
  const responseType = query.get("response_type");
  if (responseType === null) throw new LoginFailure(900144, { parameter: "response_type" });
  if (responseType !== "code") throw new LoginFailure(70005, { responseType });
  if ((query.get("response_mode") ?? "query") !== "query") throw new LoginFailure(90013);
  const method = query.get("code_challenge_method") ?? "plain";
  if (method !== "plain" && method !== "S256") throw new LoginFailure(90013);
  const scope = expandDefault(client, parseScope(query.get("scope")));
  service.directory.checkResource(scope.resource, segment);
  return { authority, client, redirectUri, scope, query };
}

/** The browser arrives: what is left to ask depends on the session, on earlier consent and on `prompt`. */
function answerArrival(
  service: LoginService,
  asked: AuthorizationRequest,
  session: AccountSeed | undefined,
): EmulatorAnswer | Promise<EmulatorAnswer> {
  const { authority, client, scope, query } = asked;
  const prompt = query.get("prompt");
  const hint = query.get("login_hint")?.toLowerCase();
  const accounts = service.directory
    .accountsFor(authority, client)
    .filter(({ userPrincipalName }) => hint === undefined || userPrincipalName.toLowerCase() === hint);
  const signedIn = accounts.find((account) => account === session);
  const consented = signedIn && missingConsent(service, client, signedIn, scope).length === 0;

  if (prompt === "none") {
    if (!signedIn) throw new LoginFailure(50058);
    if (!consented) throw new LoginFailure(65001, { clientId: client.id, clientName: client.name });
  }
  if (signedIn && consented && (prompt === null || prompt === "none")) {
    return issueCode(service, asked, signedIn);
  }
  return signInPage(client, accounts, [...scope.permissions, ...scope.identity]);
}

function answerDecision(
  service: LoginService,
  asked: AuthorizationRequest,
  form: URLSearchParams,
): EmulatorAnswer | Promise<EmulatorAnswer> {
  if (form.get("decision") !== "accept") throw new LoginFailure(65004);
  const name = form.get("account") ?? "";
  const account = service.directory.account(name);
  if (!account) throw new LoginFailure(50034, { account: name, tenant: asked.authority.kind });
  if (!service.directory.accountsFor(asked.authority, asked.client).includes(account)) {
    throw new LoginFailure(500200, { account: name });
  }
  checkAccount(service, account);
  allow(service, asked.client, account, asked.scope);
  return issueCode(service, asked, account);
}

async function issueCode(
  service: LoginService,
  { client, redirectUri, scope, query }: AuthorizationRequest,
  account: AccountSeed,
): Promise<EmulatorAnswer> {
  checkAccount(service, account);
  const challenge = query.get("code_challenge");
  const nonce = query.get("nonce");
  const code: Code = {
    account: account.userPrincipalName,
    clientId: client.id,
    scope,
    issuedAt: service.now().toISOString(),
    redirectUri,
    redeemed: false,
    ...(challenge === null
      ? {}
      : {
          challenge: {
            method: query.get("code_challenge_method") === "S256" ? "S256" : "plain",
            value: challenge,
          },
        }),
    ...(nonce === null ? {} : { nonce }),
  };
  const value = newSecret("1.code");
  service.state.value.codes[value] = code;
  await service.state.save();
  const answer = redirectToClient(redirectUri, query, { code: value });
  const session = `${SESSION}=${encodeURIComponent(account.userPrincipalName)}; path=/; secure; HttpOnly; SameSite=None`;
  return { ...answer, headers: { ...answer.headers, "set-cookie": session } };
}

function refused(service: LoginService, error: unknown): EmulatorAnswer {
  if (error instanceof LoginFailure) return refusalPage(error.body(service.now()));
  throw error;
}

function sessionAccount(service: LoginService, { headers }: EmulatorRequest): AccountSeed | undefined {
  const cookie = headers.cookie
    ?.split("; ")
    .find((pair) => pair.startsWith(`${SESSION}=`))
    ?.slice(SESSION.length + 1);
  return cookie === undefined ? undefined : service.directory.account(decodeURIComponent(cookie));
}
