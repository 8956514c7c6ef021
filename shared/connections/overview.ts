import type { ConnectionRecord } from "../oauth/connection-registry.ts";
import type { ConsentRequest } from "../oauth/consent-state.ts";
import type { Provider } from "../oauth/provider.ts";
import { type ConnectionUse, subjectOf } from "./connection-uses.ts";
import { needsConsent, reasonOf, remedyOf } from "./remedy.ts";
import { daysUntil, healthOf } from "./watch.ts";
import type { ClientSecret } from "./watches.ts";

/** What an operator is shown of all that can run out. Instants are ISO 8601, UTC. */
export interface ConnectionsReport {
  connections: ConnectionRow[];
  clientSecrets: ClientSecretRow[];
  /** What has to be registered, letter by letter, with each provider. */
  redirectUris: Record<Provider, string>;
  /** What could not be found out, as sentences. */
  problems: string[];
}

export interface ConnectionRow {
  provider: Provider;
  connection: string;
  /** `unverified`: its token was imported, and has not been tried yet. */
  state: "healthy" | "expiring" | "dead" | "not_connected" | "unverified";
  account?: string;
  scopes: string[];
  /** What works through it. */
  usedBy: string[];
  obtainedAt?: string;
  refreshedAt?: string;
  /** When the stored token stops working unless it is used; absent when nobody knows. */
  expiresAt?: string;
  daysLeft?: number;
  trouble?: { code: string; message: string; since: string };
  /** Absent when it is healthy. */
  whatToDo?: string;
  /** A link to consent by, when that is what it takes. */
  connect?: string;
  /** What has to be registered with its provider. */
  redirectUri: string;
}

export interface ClientSecretRow {
  provider: Provider;
  secret: string;
  state: "healthy" | "expiring" | "expired" | "missing" | "expiry_unknown";
  expiresAt?: string;
  daysLeft?: number;
  whatToDo?: string;
}

export interface OverviewWorld {
  now: Date;
  redirectUri(provider: Provider): string;
  /** @returns undefined when none can be made */
  connectLink(request: ConsentRequest): Promise<string | undefined>;
}

/** One connection that somebody has consented for. */
export async function rowOf(
  record: ConnectionRecord,
  uses: readonly ConnectionUse[],
  world: OverviewWorld,
): Promise<ConnectionRow> {
  const { provider, connection, account, scopes, obtainedAt, refreshedAt, expiresAt, trouble } = record;
  const subject = subjectOf(record, uses);
  const health = healthOf(record, world.now);
  const row: ConnectionRow = {
    provider,
    connection,
    state: health.state,
    ...(account ? { account } : {}),
    scopes,
    usedBy: [...subject.usedBy],
    obtainedAt: obtainedAt.toISOString(),
    refreshedAt: refreshedAt.toISOString(),
    ...(expiresAt ? { expiresAt: expiresAt.toISOString(), daysLeft: daysUntil(expiresAt, world.now) } : {}),
    ...(trouble ? { trouble: { ...trouble, since: trouble.since.toISOString() } } : {}),
    redirectUri: world.redirectUri(provider),
  };
  if (health.state === "healthy") return row;
  const code = health.state === "dead" ? health.code : undefined;
  const connect = needsConsent(subject, code)
    ? await world.connectLink({ provider, connection, capability: subject.capability })
    : undefined;
  const reason =
    code === undefined
      ? `It ends in ${row.daysLeft} days unless it is used.`
      : `It does not work: ${reasonOf(subject, code)}.`;
  const whatToDo = `${reason} ${remedyOf(subject, code, connect)}`;
  return { ...row, whatToDo, ...(connect ? { connect } : {}) };
}

/** One connection that something names, and nobody has consented for. */
export async function rowOfUnconnected(
  {
    provider,
    connection,
    isImported,
  }: Pick<ConnectionUse, "provider" | "connection"> & { isImported: boolean },
  uses: readonly ConnectionUse[],
  world: OverviewWorld,
): Promise<ConnectionRow> {
  const subject = subjectOf({ provider, connection, account: "" }, uses);
  const { capability } = subject;
  const row = {
    provider,
    connection,
    scopes: [],
    usedBy: [...subject.usedBy],
    redirectUri: world.redirectUri(provider),
  };
  if (isImported) {
    const whatToDo =
      "Its token was imported. The timer connections-check finds out which account it is for; fire it to know at once.";
    return { ...row, state: "unverified", whatToDo };
  }
  const connect = await world.connectLink({ provider, connection, capability });
  const remedy = remedyOf(subject, undefined, connect);
  return {
    ...row,
    state: "not_connected",
    whatToDo: `Nobody has consented for it yet. ${remedy}`,
    ...(connect ? { connect } : {}),
  };
}

export function rowOfClientSecret(client: ClientSecret, place: string, now: Date): ClientSecretRow {
  const { provider, secret, isStored, expiresAt } = client;
  const remedy = remedyOf({ kind: "client secret", provider, secret, place }, undefined, undefined);
  if (!isStored) return { provider, secret, state: "missing", whatToDo: `It is not stored. ${remedy}` };
  if (!expiresAt) {
    const whatToDo = `Give its version in ${place} the expiration date that the app registration shows, and you are warned in time; a file cannot hold one.`;
    return { provider, secret, state: "expiry_unknown", whatToDo };
  }
  const health = healthOf({ expiresAt, warnedDays: [] }, now);
  const row = {
    provider,
    secret,
    expiresAt: expiresAt.toISOString(),
    daysLeft: daysUntil(expiresAt, now),
  };
  if (health.state === "healthy") return { ...row, state: "healthy" };
  return { ...row, state: health.state === "dead" ? "expired" : "expiring", whatToDo: remedy };
}
