import type { Clock } from "../clock.ts";
import { type SecretStore, SecretStoreError } from "../secrets/secret-store.ts";
import {
  type AuthorizationAnswer,
  checkAuthorizationAnswer,
  type CodeExchange,
  ConsentAnswerError,
  ConsentRefusedError,
  redeemCode,
  type RedeemedCode,
} from "./code-exchange.ts";
import type { ConnectionRegistry } from "./connection-registry.ts";
import { type AdviceKind, kindOfRefusal } from "./consent-advice.ts";
import type { ConsentedAccount, ConsentProvider } from "./consent-provider.ts";
import { missingScopes } from "./consent-scopes.ts";
import type { ConsentRequest } from "./consent-state.ts";

/** What an account has granted, checked in full. Nothing of it is stored yet. */
export interface Grant {
  account: ConsentedAccount;
  refreshToken: string;
  /** When the refresh token stops working unless it is used. */
  expiresAt: Date;
  scopes: string[];
}

interface FailureDetails {
  missing?: readonly string[];
  account?: ConsentedAccount;
  cause?: unknown;
}

/** Why there is no grant, or why it could not be kept. */
export class ConsentFailure extends Error {
  override readonly name = "ConsentFailure";
  readonly kind: AdviceKind;
  /** Scopes that were not granted. */
  readonly missing: readonly string[];
  /** Who has signed in, when that is known. Not for the log. */
  readonly account: ConsentedAccount | undefined;

  constructor(kind: AdviceKind, { missing = [], account, cause }: FailureDetails = {}) {
    super(`${kind}${cause instanceof Error ? `: ${cause.message}` : ""}`, { cause });
    this.kind = kind;
    this.missing = missing;
    this.account = account;
  }
}

/** A browser that came back with the right state. */
export interface ReturnedBrowser {
  query: URLSearchParams;
  state: string;
  clientId: string;
  redirectUri: string;
  /** PKCE's. */
  verifier: string;
  /** What was asked for. */
  scopes: readonly string[];
}

interface GrantWorld {
  secrets: SecretStore;
  registry: ConnectionRegistry;
  clock: Clock;
}

/**
 * Redeems what the browser brought, and checks it: a known account has granted all that was asked for, for good.
 * @throws {ConsentFailure}
 */
export async function receiveGrant(
  { secrets, clock }: GrantWorld,
  provider: ConsentProvider,
  browser: ReturnedBrowser,
): Promise<Grant> {
  const redeemed = await redeem(secrets, provider, browser, clock);
  const { accessToken, refreshToken, refreshTokenLifeMs = provider.tokens.refreshTokenLifeMs } = redeemed;
  if (refreshToken === undefined) throw new ConsentFailure("no refresh token");
  // Microsoft does not list it among what was granted; that there is a refresh token says it.
  const scopes = [...browser.scopes.filter((scope) => scope === "offline_access"), ...redeemed.scopes];
  const missing = missingScopes(browser.scopes, scopes);
  if (missing.length > 0) throw new ConsentFailure("scope missing", { missing });
  const account = await ableAccount(provider, accessToken, scopes);
  return { account, refreshToken, scopes, expiresAt: new Date(clock.now().getTime() + refreshTokenLifeMs) };
}

/** Whose consent it is: somebody who can make use of what they have granted. */
async function ableAccount(
  provider: ConsentProvider,
  accessToken: string,
  scopes: readonly string[],
): Promise<ConsentedAccount> {
  try {
    const account = await provider.whoIs(accessToken);
    const obstacle = await provider.obstacleOf?.(accessToken, scopes);
    if (obstacle !== undefined) throw new ConsentFailure(obstacle, { account });
    return account;
  } catch (cause) {
    throw cause instanceof ConsentFailure ? cause : new ConsentFailure("unavailable", { cause });
  }
}

async function redeem(
  secrets: SecretStore,
  provider: ConsentProvider,
  browser: ReturnedBrowser,
  clock: Clock,
): Promise<RedeemedCode> {
  const { server, secrets: names } = provider.tokens;
  try {
    const answer = checkedAnswer(provider, browser);
    const clientSecret = await secrets.get(names.client);
    if (clientSecret === undefined) throw new ConsentFailure("secret missing");
    const exchange = { ...browser, server, answer, clientSecret, clock };
    return await redeemOrReadAgain(exchange, () => secrets.get(names.client, { fresh: true }));
  } catch (cause) {
    if (cause instanceof ConsentFailure) throw cause;
    if (cause instanceof ConsentRefusedError) throw new ConsentFailure(kindOfRefusal(cause), { cause });
    throw new ConsentFailure(cause instanceof SecretStoreError ? "not stored" : "unavailable", { cause });
  }
}

/** Whatever is wrong with it came with the browser: the provider has not been asked yet. */
function checkedAnswer(
  provider: ConsentProvider,
  { clientId, query, state }: ReturnedBrowser,
): AuthorizationAnswer {
  try {
    return checkAuthorizationAnswer(provider, clientId, query, state);
  } catch (cause) {
    if (cause instanceof ConsentAnswerError) throw new ConsentFailure("other service", { cause });
    throw cause;
  }
}

/** A client secret that is refused may have been replaced a moment ago; the code is not used up by that. */
async function redeemOrReadAgain(
  exchange: CodeExchange,
  presentSecret: () => Promise<string | undefined>,
): Promise<RedeemedCode> {
  try {
    return await redeemCode(exchange);
  } catch (error) {
    const isRefused = error instanceof ConsentRefusedError && kindOfRefusal(error).startsWith("secret");
    const clientSecret = isRefused ? await presentSecret() : undefined;
    if (clientSecret === undefined || clientSecret === exchange.clientSecret) throw error;
    return redeemCode({ ...exchange, clientSecret });
  }
}

export type KeptGrant = { outcome: "kept" } | { outcome: "other account"; present: string };

/**
 * Stores a grant: its refresh token as a new version of the connection's secret, then what is known of it. A different
 * account than the connection's present one is stored only if the request names it.
 * @throws {ConsentFailure} the store failed
 */
export async function keepGrant(
  { secrets, registry, clock }: GrantWorld,
  { tokens }: ConsentProvider,
  request: ConsentRequest,
  grant: Grant,
): Promise<KeptGrant> {
  const { provider, connection, replace } = request;
  const { account } = grant.account;
  const present = await registry.get(provider, connection);
  // Of a token that came from a file it may not be known whose it is.
  if (present?.account && ![present.account, replace].some((name) => name && isSame(name, account))) {
    return { outcome: "other account", present: present.account };
  }
  const now = clock.now();
  await secrets.set(tokens.secrets.refreshToken(connection), grant.refreshToken, {
    expiresOn: grant.expiresAt,
    tags: tagsOf({ account, obtained: now.toISOString(), scopes: grant.scopes.join(" ") }),
  });
  await registry.put({
    provider,
    connection,
    account,
    scopes: grant.scopes,
    obtainedAt: now,
    refreshedAt: now,
    expiresAt: grant.expiresAt,
    warnedDays: [],
  });
  return { outcome: "kept" };
}

/** @see https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#key-vault-objects-tags */
const LONGEST_TAG = 256;

function tagsOf(tags: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(tags).map(([name, value]) => [name, value.slice(0, LONGEST_TAG)]));
}

/** Sign-in names differ in more than case. */
function isSame(one: string, other: string): boolean {
  return one.toLowerCase() === other.toLowerCase();
}
