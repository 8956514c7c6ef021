import { unlessMissing } from "../storage/rest-status.ts";
import { encodeKey } from "../storage/row-key.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { ALL, batchKey, NAME, type RunRow, rowKeyFrom } from "./run-history.ts";

export interface ForgetRuns {
  /** Runs that started before. */
  before: Date;
  /** How many runs at the most. */
  most: number;
  /** Ends it between two runs. */
  signal: AbortSignal;
}

/**
 * Deletes the reports of old runs, newest of them first.
 * @returns how many runs are forgotten; as many as `most` means that some may be left
 * @throws the storage client's error, or the signal's reason; what was deleted by then is deleted
 */
export async function forgetRuns(
  storage: StorageAccount,
  { before, most, signal }: ForgetRuns,
): Promise<number> {
  const table = await storage.table(NAME.table);
  const container = await storage.container(NAME.container);
  const filter = `PartitionKey eq '${ALL}' and RowKey gt '${rowKeyFrom(before)}'`;
  const rows = table.listEntities<RunRow>({ queryOptions: { filter } });
  let forgotten = 0;
  for await (const { rowKey, team, batch, blob } of rows) {
    if (forgotten >= most) break;
    signal.throwIfAborted();
    if (rowKey === undefined) continue;
    await unlessMissing(table.deleteEntity(encodeKey(team), rowKey));
    if (batch !== undefined) await unlessMissing(table.deleteEntity(batchKey(batch), rowKey));
    await container.getBlobClient(blob).deleteIfExists();
    // Last, for it is what the others are found by when this is cut short.
    await unlessMissing(table.deleteEntity(ALL, rowKey));
    forgotten += 1;
  }
  return forgotten;
}
