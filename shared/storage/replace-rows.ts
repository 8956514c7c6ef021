import type { TransactionAction } from "@azure/data-tables";
import { statusOf } from "./rest-status.ts";
import type { StorageAccount } from "./storage-account.ts";

/** A row as it is to be, and the ETag of the one it takes the place of. */
export interface Replacement<Row extends { partitionKey: string; rowKey: string }> {
  row: Row;
  etag: string;
}

/** @see https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */
const MOST_ROWS = 100;

/**
 * Writes rows of one partition in the place of those that were read. One that has been changed or deleted since stays as
 * it is, and keeps no other from being written.
 * @throws the storage client's error: some may be written
 * Permission: Storage Table Data Contributor
 */
export async function replaceUnchanged<Row extends { partitionKey: string; rowKey: string }>(
  storage: StorageAccount,
  tableName: string,
  replacements: readonly Replacement<Row>[],
): Promise<void> {
  const table = await storage.table(tableName);
  for (let start = 0; start < replacements.length; start += MOST_ROWS) {
    const some = replacements.slice(start, start + MOST_ROWS);
    const actions = some.map(({ row, etag }): TransactionAction => [
      "update",
      { ...row },
      "Replace",
      { etag },
    ]);
    try {
      await table.submitTransaction(actions);
    } catch (error) {
      if (!isChange(error)) throw error;
      // All or nothing: so the others are written one by one.
      for (const { row, etag } of some) {
        await table.updateEntity(row, "Replace", { etag }).catch((failure: unknown) => {
          if (!isChange(failure)) throw failure;
        });
      }
    }
  }
}

/** The row is another by now, or gone. */
function isChange(error: unknown): boolean {
  const status = statusOf(error);
  return status === 404 || status === 412;
}
