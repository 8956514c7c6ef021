import pLimit, { type LimitFunction } from "p-limit";
import * as z from "zod";
import { unlessMissing } from "../storage/rest-status.ts";
import { encodeKey } from "../storage/row-key.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { type KeyRange, rowsOf } from "../storage/table-query.ts";
import { commit } from "./commit.ts";
import type { LedgerEntry } from "./entry.ts";
import { entryParser, type ParsedEntry, unreadable } from "./entry-text.ts";
import { readText } from "./ledger-blobs.ts";
import { LEDGER_TABLE, type LedgerRow, rowWriteOf, transactionsOf, versionOf } from "./ledger-row.ts";

/** What is known and what was begun, of the subjects of many scopes. A scope is a text such as `registration/mantabots`. */
export interface Ledger<Fact> {
  /**
   * Every entry of a scope, by its subject. One that cannot be read is there, too: unknown is not absent.
   * @param range  only those whose encoded subjects are in it
   * @throws the storage client's error
   */
  read(scope: string, range?: KeyRange): Promise<Map<string, Reading<Fact>>>;
  /**
   * Writes entries in the place of those that were read. All or nothing for each hundred, in the order given
   * (fewer than a hundred when they are large); after a failure the ones before it are written.
   * @returns the new versions, in the order of the writes
   * @throws {LedgerConflictError} an entry is not what was read any more
   * @throws {TypeError} a subject is named twice
   * @throws the storage client's error: whether the entries were written is not known
   */
  write(scope: string, writes: readonly LedgerWrite<Fact>[]): Promise<string[]>;
}

/** An entry as it was read. */
export interface Kept<Fact> {
  entry: LedgerEntry<Fact>;
  /** Opaque: what a later write is compared with. */
  version: string;
}

/** `unreadable` says why, and what to do about it; a write may take its place. */
export type Reading<Fact> = Kept<Fact> | { unreadable: string; version: string };

export interface LedgerWrite<Fact> {
  subject: string;
  entry: LedgerEntry<Fact>;
  /** Of the entry this one takes the place of; undefined when there was none. */
  version: string | undefined;
  /** The entry may be deleted after it. */
  keepUntil: Date;
}

/** How many blobs or rows are asked for side by side. */
const AT_ONCE = 8;

/**
 * Keeps the ledger in the storage account: a row for each entry, which points to a blob when the entry is large.
 * @param schema  reads a fact from JSON; it is written by `JSON.stringify`
 * Permission: Storage Table Data Contributor, Storage Blob Data Contributor
 */
export function tableLedger<Fact>(storage: StorageAccount, schema: z.ZodType<Fact>): Ledger<Fact> {
  const limit = pLimit(AT_ONCE);
  const parse = entryParser(schema);
  return {
    async read(scope, range) {
      const table = await storage.table(LEDGER_TABLE);
      const rows: KeptRow[] = [];
      for await (const row of rowsOf<LedgerRow>(table, encodeKey(scope), COLUMNS, range)) {
        rows.push(KeptRow.parse(row));
      }
      const found = await Promise.all(rows.map((row) => withText(row, storage, limit)));
      return new Map(found.filter((row) => row !== undefined).map((row) => readingOf(scope, row, parse)));
    },
    async write(scope, writes) {
      refuseTwice(scope, writes);
      const rows = writes.map((write) => rowWriteOf(scope, write));
      const versions: string[] = [];
      for (const transaction of transactionsOf(rows)) {
        versions.push(...(await commit(scope, transaction, storage, limit)));
      }
      return versions;
    },
  };
}

/** @throws {TypeError} it is a mistake of the program */
export function refuseTwice(scope: string, writes: readonly { subject: string }[]): void {
  const subjects = new Set<string>();
  for (const { subject } of writes) {
    if (subjects.has(subject)) throw new TypeError(`${subject} is written twice at once to ${scope}.`);
    subjects.add(subject);
  }
}

const COLUMNS = ["partitionKey", "rowKey", "subject", "entry", "blob"] satisfies (keyof LedgerRow)[];

// Azure answers null for a column that a row has not, Azurite nothing; and anyone may have edited it.
const column = z.string().optional().catch(undefined);
const KeptRow = z.object({
  partitionKey: z.string(),
  rowKey: z.string(),
  etag: z.string(),
  subject: column,
  entry: column,
  blob: column,
});
type KeptRow = z.infer<typeof KeptRow>;

interface FoundRow {
  row: KeptRow;
  /** Undefined when it is not where it should be. */
  text: string | undefined;
}

/** @returns undefined for a row that was deleted since it was listed */
async function withText(
  row: KeptRow,
  storage: StorageAccount,
  limit: LimitFunction,
): Promise<FoundRow | undefined> {
  const { partitionKey, rowKey, blob } = row;
  if (blob === undefined) return { row, text: row.entry };
  const text = await limit(() => readText(storage, blob));
  if (text !== undefined) return { row, text };
  // Its blob was just replaced, or it is damaged.
  const table = await storage.table(LEDGER_TABLE);
  const present = await limit(() => unlessMissing(table.getEntity(partitionKey, rowKey)));
  if (present?.etag === row.etag) return { row, text };
  return present && withText(KeptRow.parse(present), storage, limit);
}

function readingOf<Fact>(
  scope: string,
  { row, text }: FoundRow,
  parse: (text: string) => ParsedEntry<Fact>,
): [subject: string, reading: Reading<Fact>] {
  const { etag, blob, rowKey, subject } = row;
  const version = versionOf(etag, blob);
  const failed = (named: string, why: string): [string, Reading<Fact>] => [
    named,
    { unreadable: unreadable(scope, named, why), version },
  ];
  if (subject === undefined || encodeKey(subject) !== rowKey) {
    return failed(rowKey, "its column subject does not say what its key says");
  }
  if (text === undefined) {
    return failed(subject, blob === undefined ? "it has no column entry" : `its blob ${blob} is missing`);
  }
  const parsed = parse(text);
  return "why" in parsed ? failed(subject, parsed.why) : [subject, { entry: parsed.entry, version }];
}
