import type { ConnectionRecord, ConnectionRegistry } from "../../shared/oauth/connection-registry.ts";

/** A registry of connections without a storage account. */
export function connectionsInMemory(...records: ConnectionRecord[]): ConnectionRegistry {
  const keyOf = (provider: string, connection: string): string => `${provider}/${connection}`;
  const known = new Map(records.map((record) => [keyOf(record.provider, record.connection), record]));
  return {
    get: async (provider, connection) => known.get(keyOf(provider, connection)),
    list: async () => [...known].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, record]) => record),
    async put(record) {
      known.set(keyOf(record.provider, record.connection), record);
    },
    async update(provider, connection, changes) {
      const key = keyOf(provider, connection);
      const present = known.get(key);
      if (present) known.set(key, changes(present));
    },
  };
}
