import type { TableClient } from "@azure/data-tables";
import { deleteListed } from "./delete-listed.ts";
import { statusOf, unlessMissing } from "./rest-status.ts";
import type { StorageAccount } from "./storage-account.ts";

export interface DeleteRows {
  table: string;
  /** The column, a date, after which a row may be deleted. */
  column: string;
  before: Date;
  /** How many rows at the most. */
  most: number;
  /** Ends it between rows. */
  signal: AbortSignal;
}

/**
 * Deletes the rows of a table whose date has passed. One that is changed at the same moment is kept.
 * @returns how many were deleted; as many as `most` means that some may be left
 * @throws the storage client's error, or the signal's reason; what was deleted by then is deleted
 * Permission: Storage Table Data Contributor
 */
export async function deleteRows(
  storage: StorageAccount,
  { table: name, column, before, most, signal }: DeleteRows,
): Promise<number> {
  const table = await storage.table(name);
  const filter = `${column} lt datetime'${before.toISOString()}'`;
  const rows = table.listEntities({ queryOptions: { filter, select: ["partitionKey", "rowKey"] } });
  return deleteListed(rows, { most, signal }, async ({ partitionKey, rowKey, etag }) => {
    if (partitionKey === undefined || rowKey === undefined) return false;
    return deleteUnchanged(table, partitionKey, rowKey, etag);
  });
}

/** @returns false for a row that another has just changed: its date may be a new one */
async function deleteUnchanged(
  table: TableClient,
  partitionKey: string,
  rowKey: string,
  etag: string,
): Promise<boolean> {
  try {
    // The client takes no 404 for an answer; a row that another has just deleted is one less to do.
    await unlessMissing(table.deleteEntity(partitionKey, rowKey, { etag }));
    return true;
  } catch (error) {
    if (statusOf(error) === 412) return false;
    throw error;
  }
}
