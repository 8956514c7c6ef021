import { randomUUID } from "node:crypto";
import { encodeKey } from "../storage/row-key.ts";
import type { LedgerEntry } from "./entry.ts";
import { textNameOf } from "./ledger-blobs.ts";

export const LEDGER_TABLE = "ledger";

export interface LedgerRow {
  /** The scope, encoded. */
  partitionKey: string;
  /** The subject, encoded. */
  rowKey: string;
  /** As it is: the key of a long one cannot be decoded. */
  subject: string;
  generation: number;
  state: "known" | "intended";
  keepUntil: Date;
  /** Of this write alone: two that write the same at once can tell whose it is. */
  writeId: string;
  /** JSON. */
  entry?: string;
  /** Where the JSON is when it is too long for a property. */
  blob?: string;
}

export interface RowWrite {
  row: LedgerRow;
  /** What its blob holds, when it has one. */
  text: string;
  /** The row that it takes the place of. */
  replaces: { etag: string; blob: string | undefined } | undefined;
}

// Azurite reads a transaction line by line, and takes these for ends of lines.
const LINE_ENDS = /[\u2028\u2029]/gu;

/** A property holds 64 KiB of UTF-16. @see https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#property-types */
const LONGEST_TEXT = 30_000;

/** @see https://learn.microsoft.com/rest/api/storageservices/performing-entity-group-transactions */
const MOST_ROWS = 100;
/** Of the 4 MiB that the service takes. */
const MOST_BYTES = 3.5 * 1024 * 1024;
/** What surrounds a row in a transaction, besides its address. */
const ROW_HEADER_BYTES = 2048;

/** The row for an entry, and what it takes the place of. */
export function rowWriteOf(
  scope: string,
  {
    subject,
    entry,
    version,
    keepUntil,
  }: { subject: string; entry: LedgerEntry<unknown>; version: string | undefined; keepUntil: Date },
): RowWrite {
  const text = JSON.stringify(entry).replace(LINE_ENDS, (end) => `\\u${end.charCodeAt(0).toString(16)}`);
  const { generation, intent } = entry;
  const row: LedgerRow = {
    partitionKey: encodeKey(scope),
    rowKey: encodeKey(subject),
    subject,
    generation,
    state: intent ? "intended" : "known",
    keepUntil,
    writeId: randomUUID(),
  };
  const place =
    text.length > LONGEST_TEXT
      ? { blob: textNameOf({ scope, subject, generation, keepUntil }) }
      : { entry: text };
  return { row: { ...row, ...place }, text, replaces: version === undefined ? undefined : partsOf(version) };
}

/** Of a row: its ETag, and after a space, which an ETag has not, the name of its blob, to be deleted when it is replaced. */
export function versionOf(etag: string, blob: string | undefined): string {
  return blob === undefined ? etag : `${etag} ${blob}`;
}

function partsOf(version: string): { etag: string; blob: string | undefined } {
  const space = version.indexOf(" ");
  if (space < 0) return { etag: version, blob: undefined };
  return { etag: version.slice(0, space), blob: version.slice(space + 1) };
}

/** Parts writes into as few transactions as the service takes, in their order. */
export function* transactionsOf(writes: readonly RowWrite[]): Generator<RowWrite[]> {
  let transaction: RowWrite[] = [];
  let bytes = 0;
  for (const write of writes) {
    const size = bytesOf(write);
    if (transaction.length === MOST_ROWS || (transaction.length > 0 && bytes + size > MOST_BYTES)) {
      yield transaction;
      transaction = [];
      bytes = 0;
    }
    transaction.push(write);
    bytes += size;
  }
  if (transaction.length > 0) yield transaction;
}

function bytesOf({ row }: RowWrite): number {
  const address = encodeURIComponent(row.partitionKey + row.rowKey).length;
  return Buffer.byteLength(JSON.stringify(row)) + address + ROW_HEADER_BYTES;
}
