import { statusOf, unlessMissing } from "../storage/rest-status.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { PROVIDERS, type Provider } from "./provider.ts";

/** What is known of one consented account, apart from its token. */
export interface ConnectionRecord {
  provider: Provider;
  /** The connection's short name. */
  connection: string;
  /** The sign-in name of the account that consented. */
  account: string;
  /** What was granted, in full; a secret's tags have no room for all. */
  scopes: string[];
  obtainedAt: Date;
  /** When a refresh last worked. */
  refreshedAt: Date;
  /** When the stored refresh token stops working unless it is used; absent when the provider does not say. */
  expiresAt?: Date;
  /** Why no token can be had, until one can; a passing failure is not one. */
  trouble?: { code: string; message: string; since: Date };
  /** Days before `expiresAt` at which the operator was warned already; cleared when the token is renewed. */
  warnedDays: number[];
  /** When the operator was told of the present `trouble`. */
  toldOfTroubleAt?: Date;
}

/**
 * The consented accounts of this deployment, in the storage account.
 * Each call throws the storage client's error when the account cannot be asked.
 */
export interface ConnectionRegistry {
  get(provider: Provider, connection: string): Promise<ConnectionRecord | undefined>;
  /** By provider, then by name. */
  list(): Promise<ConnectionRecord[]>;
  /** Stores a record, in place of the present one if there is one. */
  put(record: ConnectionRecord): Promise<void>;
  /**
   * Changes some columns of a record that is there; does nothing when it is not.
   * @param changes  pure: asked again when another has changed the record in the meantime; the same record means no change
   */
  update(
    provider: Provider,
    connection: string,
    changes: (record: ConnectionRecord) => ConnectionRecord,
  ): Promise<void>;
}

const TABLE = "connections";

/** The table's columns beside its keys: the provider is the partition, the connection's name the row. */
interface ConnectionRow {
  account: string;
  /** Divided by spaces, as OAuth does. */
  scopes: string;
  obtainedAt: Date;
  refreshedAt: Date;
  expiresAt?: Date;
  troubleCode?: string;
  troubleMessage?: string;
  troubleSince?: Date;
  /** Divided by spaces. */
  warnedDays: string;
  toldOfTroubleAt?: Date;
}

/** Keeps the connections in a table. Permission: Storage Table Data Contributor */
export function connectionRegistry(storage: StorageAccount): ConnectionRegistry {
  const table = () => storage.table(TABLE);

  async function read(
    provider: Provider,
    connection: string,
  ): Promise<{ record: ConnectionRecord; etag: string } | undefined> {
    const row = await unlessMissing((await table()).getEntity<ConnectionRow>(provider, connection));
    return row && { record: recordOf(provider, connection, row), etag: row.etag };
  }

  return {
    get: async (provider, connection) => (await read(provider, connection))?.record,
    async list() {
      const records: ConnectionRecord[] = [];
      const filter = PROVIDERS.map((provider) => `PartitionKey eq '${provider}'`).join(" or ");
      for await (const row of (await table()).listEntities<ConnectionRow>({ queryOptions: { filter } })) {
        const provider = PROVIDERS.find((known) => known === row.partitionKey);
        if (provider && row.rowKey) records.push(recordOf(provider, row.rowKey, row));
      }
      return records;
    },
    async put(record) {
      await (await table()).upsertEntity(entityOf(record), "Replace");
    },
    async update(provider, connection, changes) {
      for (;;) {
        const present = await read(provider, connection);
        if (!present) return;
        const changed = changes(present.record);
        if (changed === present.record) return;
        try {
          await (await table()).updateEntity(entityOf(changed), "Replace", { etag: present.etag });
          return;
        } catch (error) {
          // 412: another was quicker, so its changes are built upon. 404: it was removed in the meantime.
          if (statusOf(error) !== 412 && statusOf(error) !== 404) throw error;
        }
      }
    },
  };
}

function entityOf(record: ConnectionRecord): ConnectionRow & { partitionKey: string; rowKey: string } {
  const { provider, connection, trouble, scopes, warnedDays, ...columns } = record;
  return {
    partitionKey: provider,
    rowKey: connection,
    ...columns,
    scopes: scopes.join(" "),
    warnedDays: warnedDays.join(" "),
    ...(trouble
      ? { troubleCode: trouble.code, troubleMessage: trouble.message, troubleSince: trouble.since }
      : {}),
  };
}

function recordOf(provider: Provider, connection: string, row: ConnectionRow): ConnectionRecord {
  const { expiresAt, troubleCode, troubleMessage, troubleSince, toldOfTroubleAt } = row;
  return {
    provider,
    connection,
    account: row.account,
    scopes: partsOf(row.scopes),
    obtainedAt: row.obtainedAt,
    refreshedAt: row.refreshedAt,
    ...(expiresAt ? { expiresAt } : {}),
    ...(troubleCode && troubleSince
      ? { trouble: { code: troubleCode, message: troubleMessage ?? "", since: troubleSince } }
      : {}),
    warnedDays: partsOf(row.warnedDays).map(Number),
    ...(toldOfTroubleAt ? { toldOfTroubleAt } : {}),
  };
}

function partsOf(text: string): string[] {
  return text.split(" ").filter((part) => part !== "");
}
