import { deleteListed } from "../storage/delete-listed.ts";
import { unlessMissing } from "../storage/rest-status.ts";
import { encodeKey } from "../storage/row-key.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { ALL, batchKey, type HistoryPlace, rowKeyFrom, type RunRow, subjectIn } from "./run-history.ts";

export interface ForgetRuns {
  /** Runs that started before. */
  before: Date;
  /** How many runs at the most. */
  most: number;
  /** Ends it between runs. */
  signal: AbortSignal;
}

/**
 * Deletes the reports of old runs, newest of them first.
 * @param place.otherBlobs  what else is kept of a run in the container of the reports
 * @returns how many runs are forgotten; as many as `most` means that some may be left
 * @throws the storage client's error, or the signal's reason; what was deleted by then is deleted
 */
export async function forgetRuns(
  storage: StorageAccount,
  place: HistoryPlace & { otherBlobs?: (subject: string, runId: string) => string[] },
  { before, most, signal }: ForgetRuns,
): Promise<number> {
  const table = await storage.table(place.table);
  const container = await storage.container(place.container);
  const filter = `PartitionKey eq '${ALL}' and RowKey gt '${rowKeyFrom(before)}'`;
  const rows = table.listEntities<RunRow>({ queryOptions: { filter } });
  return deleteListed(rows, { most, signal }, async ({ rowKey, runId, batch, blob }) => {
    if (rowKey === undefined) return false;
    const subject = subjectIn(place, blob);
    await unlessMissing(table.deleteEntity(encodeKey(subject), rowKey));
    if (batch !== undefined) await unlessMissing(table.deleteEntity(batchKey(batch), rowKey));
    for (const each of [blob, ...(place.otherBlobs?.(subject, runId) ?? [])]) {
      await container.getBlobClient(each).deleteIfExists();
    }
    // Last, for it is what the others are found by when this is cut short.
    await unlessMissing(table.deleteEntity(ALL, rowKey));
    return true;
  });
}
