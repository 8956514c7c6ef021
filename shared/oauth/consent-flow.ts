import { randomBytes } from "node:crypto";
import { calculatePKCECodeChallenge } from "oauth4webapi";
import type { Clock } from "../clock.ts";
import { SettingsError } from "../config/settings.ts";
import type { Logger } from "../log.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { ConnectTickets } from "./connect-ticket.ts";
import type { ConnectionRegistry } from "./connection-registry.ts";
import { type AdviceKind, needsOperator } from "./consent-advice.ts";
import { bindingIn, consentCookie, type ConsentCookie } from "./consent-cookie.ts";
import { ConsentFailure, type Grant, keepGrant, type KeptGrant, receiveGrant } from "./consent-grant.ts";
import type { ConsentedAccount, ConsentProvider } from "./consent-provider.ts";
import { scopesOf, scopesToAskFor } from "./consent-scopes.ts";
import type { ConsentRequest, ConsentStates } from "./consent-state.ts";
import type { Provider } from "./provider.ts";
import type { SessionKey } from "./session-key.ts";

/** Connecting an account: to the provider's page, and back. */
export interface ConsentFlow {
  /**
   * @throws {SettingsError} the app's registration is not complete in our settings and secrets
   * @throws {CapabilityError} the provider has nothing to do with the capability
   */
  begin(request: ConsentRequest): Promise<BegunConsent>;
  /**
   * What the browser brought back. Everything is checked before anything is stored, and whatever it brings, the outcome
   * is a value.
   * @param cookies  the request's `Cookie` header
   */
  finish(
    provider: Provider,
    query: URLSearchParams,
    cookies: string | null,
    log: Logger,
  ): Promise<FinishedConsent>;
}

export interface BegunConsent {
  /** The provider's page. */
  location: string;
  cookie: ConsentCookie;
}

export interface FinishedConsent {
  result: ConsentResult;
  /** Takes the browser's cookie away. */
  cookie?: ConsentCookie;
}

export type ConsentResult =
  | { outcome: "connected"; request: ConsentRequest; account: ConsentedAccount; scopes: string[] }
  | OtherAccount
  | FailedConsent;

/** Nothing was stored: the person is asked first. */
export interface OtherAccount {
  outcome: "other account";
  request: ConsentRequest;
  /** The connection's account as it is, and the one that has just signed in. */
  present: string;
  signedIn: string;
  /** Links: take the other one all the same, or sign in with the present one. */
  useOther: string;
  usePresent: string;
}

export interface FailedConsent {
  outcome: "failed";
  kind: AdviceKind;
  /** Absent when it is not known whose sign-in it was. */
  request?: ConsentRequest;
  /** A link to try again with. */
  again?: string;
  /** What went wrong, with the provider's codes. */
  failure?: ConsentFailure;
}

/** A connection at this provider is of no use for that capability. */
export class CapabilityError extends Error {
  override readonly name = "CapabilityError";
}

export interface ConsentFlowOptions {
  providers: Record<Provider, ConsentProvider>;
  states: ConsentStates;
  tickets: ConnectTickets;
  registry: ConnectionRegistry;
  secrets: SecretStore;
  key: SessionKey;
  clock: Clock;
  /** Base of the redirect URIs, without a slash at its end. */
  publicUrl: string;
  /** Scopes that the configuration of a connection needs beyond the capability's own. */
  furtherScopes(request: ConsentRequest): Promise<readonly string[]>;
  /** Does some work while nobody else stores or refreshes this connection's token. */
  exclusively<T>(provider: Provider, connection: string, work: () => Promise<T>): Promise<T>;
}

/** The URI a provider sends browsers back to, which has to be registered there, letter by letter. */
export function redirectUriOf(publicUrl: string, provider: Provider): string {
  return `${publicUrl}/api/oauth/${provider}/callback`;
}

const STATE_ADVICE = {
  unknown: "state",
  expired: "state expired",
  "other browser": "other browser",
  "other provider": "other service",
} as const;

export function consentFlow(options: ConsentFlowOptions): ConsentFlow {
  return {
    begin: (request) => begin(options, request),
    async finish(provider, query, cookies, log) {
      const state = query.get("state");
      if (!state) return { result: { outcome: "failed", kind: "state" } };
      const consumed = await options.states.consume(state, bindingIn(cookies, state), provider);
      if (consumed.outcome !== "valid") {
        return { result: { outcome: "failed", kind: STATE_ADVICE[consumed.outcome] } };
      }
      const result = await resultOf(options, { ...consumed, state, query }, log);
      return { result, cookie: consentCookie(state, "", redirectUriOf(options.publicUrl, provider)) };
    },
  };
}

async function begin(options: ConsentFlowOptions, request: ConsentRequest): Promise<BegunConsent> {
  const provider = options.providers[request.provider];
  const capability = scopesOf(request.provider, request.capability);
  if (!capability) {
    throw new CapabilityError(`${provider.displayName} has nothing to do with ${request.capability}.`);
  }
  const clientId = clientIdOf(provider);
  await requireClientSecret(options.secrets, provider);
  const present = await options.registry.get(request.provider, request.connection);
  const needed = [...capability, ...(await options.furtherScopes(request))];
  const scopes = scopesToAskFor(needed, present?.scopes ?? []);

  const state = randomBytes(32).toString("base64url");
  const binding = randomBytes(32).toString("base64url");
  const redirectUri = redirectUriOf(options.publicUrl, request.provider);
  await options.states.begin(state, binding, request, scopes);
  const location = new URL(provider.authorizationEndpoint);
  location.search = new URLSearchParams({
    client_id: clientId,
    response_type: "code",
    redirect_uri: redirectUri,
    scope: scopes.join(" "),
    state,
    prompt: "select_account",
    code_challenge: await calculatePKCECodeChallenge(await verifierOf(options, state)),
    code_challenge_method: "S256",
    ...(request.replace === undefined ? {} : { login_hint: request.replace }),
  }).toString();
  return { location: location.href, cookie: consentCookie(state, binding, redirectUri) };
}

/** PKCE's secret is kept nowhere: who has the state, but not our key, cannot know it. */
async function verifierOf({ key }: ConsentFlowOptions, state: string): Promise<string> {
  return (await key.derive(`pkce:${state}`)).toString("base64url");
}

function clientIdOf({ tokens: { clientId }, displayName }: ConsentProvider): string {
  if (clientId.value) return clientId.value;
  throw new SettingsError(
    `${clientId.setting} is not set, so no account can be connected at ${displayName}. Set it to the client id of the registered app.`,
  );
}

/** Without it the person would sign in for nothing. */
async function requireClientSecret(secrets: SecretStore, { tokens }: ConsentProvider): Promise<void> {
  const name = tokens.secrets.client;
  if ((await secrets.get(name)) !== undefined) return;
  throw new SettingsError(
    `There is no secret ${name} in ${secrets.place}. Store the Value of a client secret of the registered app there: npm run secrets:set -- ${name}`,
  );
}

interface Returned {
  request: ConsentRequest;
  /** What was asked for. */
  scopes: string[];
  state: string;
  query: URLSearchParams;
}

async function resultOf(
  options: ConsentFlowOptions,
  { request, scopes, state, query }: Returned,
  log: Logger,
): Promise<ConsentResult> {
  const provider = options.providers[request.provider];
  try {
    const grant = await receiveGrant(options, provider, {
      query,
      state,
      scopes,
      clientId: clientIdOf(provider),
      redirectUri: redirectUriOf(options.publicUrl, request.provider),
      verifier: await verifierOf(options, state),
    });
    const { account } = grant;
    const kept = await keep(options, request, grant);
    if (kept.outcome === "other account")
      return await question(options, request, kept.present, account.account);
    log.info(`connection ${request.connection}: an account was connected at ${provider.displayName}`);
    return { outcome: "connected", request, account, scopes: grant.scopes };
  } catch (error) {
    if (!(error instanceof ConsentFailure)) throw error;
    return failed(options, request, error, log);
  }
}

async function keep(options: ConsentFlowOptions, request: ConsentRequest, grant: Grant): Promise<KeptGrant> {
  try {
    return await options.exclusively(request.provider, request.connection, () =>
      keepGrant(options, options.providers[request.provider], request, grant),
    );
  } catch (cause) {
    throw new ConsentFailure("not stored", { cause });
  }
}

async function question(
  { tickets }: ConsentFlowOptions,
  request: ConsentRequest,
  present: string,
  signedIn: string,
): Promise<OtherAccount> {
  const { provider, connection, capability } = request;
  return {
    outcome: "other account",
    request,
    present,
    signedIn,
    useOther: await tickets.linkFor({ provider, connection, capability, replace: signedIn }),
    usePresent: await tickets.linkFor({ provider, connection, capability }),
  };
}

async function failed(
  { tickets, providers }: ConsentFlowOptions,
  request: ConsentRequest,
  failure: ConsentFailure,
  log: Logger,
): Promise<FailedConsent> {
  const { kind } = failure;
  const message = `connection ${request.connection}: no account was connected at ${providers[request.provider].displayName}: ${failure.message}`;
  if (needsOperator(kind)) log.error(message);
  else log.warn(message);
  return { outcome: "failed", kind, request, again: await tickets.linkFor(request), failure };
}
