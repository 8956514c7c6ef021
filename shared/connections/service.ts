import type { Logger } from "../log.ts";
import type { ConnectionRecord } from "../oauth/connection-registry.ts";
import type { Provider } from "../oauth/provider.ts";
import { checkConnections, tellOfTrouble } from "./check.ts";
import { type ConnectionUse, connectionUses } from "./connection-uses.ts";
import { unknownConnections } from "./imported.ts";
import {
  type ConnectionRow,
  type ConnectionsReport,
  type OverviewWorld,
  rowOf,
  rowOfClientSecret,
  rowOfUnconnected,
} from "./overview.ts";
import { loggable } from "./warn.ts";
import { readClientSecrets } from "./watches.ts";
import type { ConnectionsWorld } from "./world.ts";

/** What the triggers ask about connections. */
export interface ConnectionsService {
  /** How every connection and client secret is, and what to do about it. */
  overview(): Promise<ConnectionsReport>;
  /**
   * The daily check: warns of what runs out or is dead, and deletes what is older than it may be.
   * @throws {AggregateError} when a step failed, after all have ended
   */
  check(log: Logger): Promise<void>;
  /** Tells the operator at once of connections that have just died: for after a run that failed. Never throws. */
  tellOfTrouble(log: Logger): Promise<void>;
}

export function connectionsService(world: ConnectionsWorld): ConnectionsService {
  return {
    overview: () => overview(world),
    check: (log) => checkConnections(world, log),
    tellOfTrouble: (log) => tellOfTrouble(world, log),
  };
}

async function overview(world: ConnectionsWorld): Promise<ConnectionsReport> {
  const { registry, secrets, hasApp } = world;
  const problems = new Set<string>();
  /** One thing that cannot be found out leaves the rest to be shown. */
  const orElse = async <T>(fallback: T, what: string, question: () => Promise<T>): Promise<T> => {
    try {
      return await question();
    } catch (error) {
      problems.add(`${what}: ${loggable(error)}`);
      return fallback;
    }
  };
  const now = world.clock.now();
  const view: OverviewWorld = {
    now,
    redirectUri: (provider) => world.redirectUri(provider),
    connectLink: (request) =>
      orElse(undefined, "No link to connect could be made", () => world.connectLink(request)),
  };
  const records = await registry.list();
  const uses = await orElse([], "The team and space files could not be read", () => connectionUses(world));
  const imported = await orElse([], "The secrets could not be read", () =>
    unknownConnections(uses, records, secrets),
  );
  const clients = await orElse([], "The secrets could not be read", () => readClientSecrets(secrets, hasApp));
  const connections = await rowsOf(records, uses, imported, view);
  const redirectUris = {
    microsoft: world.redirectUri("microsoft"),
    webex: world.redirectUri("webex"),
  };
  return {
    connections,
    redirectUris,
    clientSecrets: clients.map((client) => rowOfClientSecret(client, secrets.place, now)),
    problems: [...problems],
  };
}

async function rowsOf(
  records: readonly ConnectionRecord[],
  uses: readonly ConnectionUse[],
  imported: readonly string[],
  view: OverviewWorld,
): Promise<ConnectionRow[]> {
  const keyOf = ({ provider, connection }: { provider: Provider; connection: string }): string =>
    `${provider}/${connection}`;
  const known = new Set(records.map(keyOf));
  const unconnected = new Map(uses.filter((use) => !known.has(keyOf(use))).map((use) => [keyOf(use), use]));
  const rows = await Promise.all([
    ...records.map((record) => rowOf(record, uses, view)),
    ...[...unconnected.values()].map((use) => {
      const isImported = use.provider === "microsoft" && imported.includes(use.connection);
      return rowOfUnconnected({ ...use, isImported }, uses, view);
    }),
  ]);
  return rows.toSorted((one, other) => (keyOf(one) < keyOf(other) ? -1 : 1));
}
