import { deleteRows } from "../storage/delete-rows.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { forgetTexts } from "./ledger-blobs.ts";
import { LEDGER_TABLE, type LedgerRow } from "./ledger-row.ts";

export interface ForgetLedger {
  /** Entries that were to be kept until an instant before. */
  before: Date;
  /** How many rows, and how many blobs, at the most. */
  most: number;
  /** Ends it between entries. */
  signal: AbortSignal;
}

/**
 * Deletes the entries whose time is over, and large ones that were begun and never became an entry.
 * @returns how many rows and blobs are forgotten; `most` or more mean that some may be left
 * @throws the storage client's error, or the signal's reason; what was deleted by then is deleted
 */
export async function forgetLedger(
  storage: StorageAccount,
  { before, most, signal }: ForgetLedger,
): Promise<number> {
  const rows = await deleteRows(storage, {
    table: LEDGER_TABLE,
    column: "keepUntil" satisfies keyof LedgerRow,
    before,
    most,
    signal,
  });
  // After all rows, for none may point to nothing.
  if (rows >= most) return rows;
  return rows + (await forgetTexts(storage, { before, most, signal }));
}
