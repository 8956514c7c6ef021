import type { ConnectionRecord, ConnectionRegistry } from "../oauth/connection-registry.ts";
import type { Provider } from "../oauth/provider.ts";
import { microsoftRefreshToken } from "../secrets/secret-names.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import type { ConnectionUse } from "./connection-uses.ts";

/**
 * Microsoft connections whose token is in the secret store, and of which nothing else is known: imported, and never used.
 * @throws {SecretStoreError} the store cannot be asked
 */
export async function unknownConnections(
  uses: readonly ConnectionUse[],
  records: readonly ConnectionRecord[],
  secrets: SecretStore,
): Promise<string[]> {
  const known = new Set(namesIn(records));
  const unknown = [...new Set(namesIn(uses))].filter((connection) => !known.has(connection));
  const tokens = await Promise.all(
    unknown.map((connection) => secrets.get(microsoftRefreshToken(connection))),
  );
  return unknown.filter((_, index) => tokens[index] !== undefined);
}

/** Of imported connections that were used since, nobody was asked whose they are. */
export function namelessConnections(records: readonly ConnectionRecord[]): string[] {
  return namesIn(records.filter(({ account }) => account === ""));
}

function namesIn(connections: readonly { provider: Provider; connection: string }[]): string[] {
  return connections.filter(({ provider }) => provider === "microsoft").map(({ connection }) => connection);
}

/**
 * Finds out whose an imported connection is. Asking is a use of it, and the first use begins its record.
 * @param account  asks Microsoft
 * @throws what `account` throws: the token is not accepted, or nobody could be asked
 */
export async function nameAccount(
  connection: string,
  { registry, account }: { registry: ConnectionRegistry; account(connection: string): Promise<string> },
): Promise<void> {
  const name = await account(connection);
  await registry.update("microsoft", connection, (record) =>
    // Somebody may have consented while Microsoft was asked.
    record.account === "" ? { ...record, account: name } : record,
  );
}
