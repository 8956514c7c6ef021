import type { TableClient, TransactionAction } from "@azure/data-tables";
import type { LimitFunction } from "p-limit";
import * as z from "zod";
import { unlessMissing } from "../storage/rest-status.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { conflictIn } from "./ledger-conflict.ts";
import { deleteTexts, uploadText } from "./ledger-blobs.ts";
import { LEDGER_TABLE, type LedgerRow, type RowWrite, versionOf } from "./ledger-row.ts";

/**
 * Writes rows of one scope in one transaction, and their blobs around it.
 * @param limit  of what is asked side by side
 * @returns the new versions
 * @throws {LedgerConflictError} a row is not what was read
 * @throws the storage client's error: whether the rows were written is not known
 */
export async function commit(
  scope: string,
  writes: readonly RowWrite[],
  storage: StorageAccount,
  limit: LimitFunction,
): Promise<string[]> {
  const table = await storage.table(LEDGER_TABLE);
  // The blobs first: a row never points to nothing.
  await Promise.all(writes.map(({ row, text }) => limit(() => uploadText(storage, row.blob, text))));
  const outcome = await commitRows(writes, table, limit);
  if ("others" in outcome) {
    const { others, cause } = outcome;
    // Those alone: a row of this write that another left as it was needs its blob.
    await deleteTexts(storage, others.map(blobOf));
    throw conflictIn(
      scope,
      others.map(({ row }) => row.subject),
      cause,
    );
  }
  await deleteTexts(
    storage,
    writes.map(({ replaces }) => replaces?.blob),
  );
  return writes.map((write, index) => versionOf(outcome.etags[index] ?? "", blobOf(write)));
}

function blobOf({ row }: RowWrite): string | undefined {
  return row.blob;
}

/** @returns the new ETags, or the rows that are another's */
async function commitRows(
  writes: readonly RowWrite[],
  table: TableClient,
  limit: LimitFunction,
): Promise<{ etags: string[] } | { others: RowWrite[]; cause: unknown }> {
  let cause: unknown;
  try {
    const { subResponses } = await table.submitTransaction(writes.map(actionOf));
    const etags = subResponses.flatMap(({ status, etag }) => (status < 300 && etag ? [etag] : []));
    if (etags.length === writes.length) return { etags };
  } catch (error) {
    // The rows may be written even so: then a large one needs its blob, and else the blob goes when its time is over.
    if (!mayBeOurs(error)) throw error;
    cause = error;
  }
  // The answer to the first try may have been lost: the client then tries again, and meets what it has written itself.
  const present = await Promise.all(
    writes.map(({ row: { partitionKey, rowKey } }) =>
      limit(() => unlessMissing(table.getEntity<LedgerRow>(partitionKey, rowKey))),
    ),
  );
  const others = writes.filter(({ row }, index) => present[index]?.writeId !== row.writeId);
  if (others.length > 0) return { others, cause };
  return { etags: present.map((row) => row?.etag ?? "") };
}

function actionOf({ row, replaces }: RowWrite): TransactionAction {
  return replaces === undefined
    ? ["create", { ...row }]
    : ["update", { ...row }, "Replace", { etag: replaces.etag }];
}

const RestFailure = z.object({ statusCode: z.number(), code: z.string().optional() });
/** A row was there, was another, or was not there. @see https://learn.microsoft.com/rest/api/storageservices/table-service-error-codes */
const CONFLICTS = new Set(["EntityAlreadyExists", "UpdateConditionNotSatisfied", "ResourceNotFound"]);

/** Whether it says that a row is not what was read; or nothing, for the client takes braces in an answer for an error. */
function mayBeOurs(error: unknown): boolean {
  const failure = RestFailure.safeParse(error).data;
  if (failure === undefined) return false;
  return failure.statusCode < 300 || failure.statusCode === 412 || CONFLICTS.has(failure.code ?? "");
}
