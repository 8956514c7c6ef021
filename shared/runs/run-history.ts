import { jsonBlobs } from "../storage/json-blobs.ts";
import { encodeKey } from "../storage/row-key.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { rowsOf } from "../storage/table-query.ts";

/** What every report says of its run. */
export interface RunSummary {
  runId: string;
  /** What one trigger started together. */
  batch: string;
  status: string;
  /** ISO 8601, UTC. */
  startedAt: string;
}

/** For sorting runs by when they started. */
export function newestFirst(one: RunSummary, other: RunSummary): number {
  return Date.parse(other.startedAt) - Date.parse(one.startedAt);
}

/** Which runs are asked for. */
export interface RunsQuery {
  subject?: string | undefined;
  batch?: string | undefined;
  /** How many runs at the most. */
  limit: number;
}

/** The reports of past runs. The subject of a run is what it was of: a team, a space. */
export interface RunHistory<Run> {
  /**
   * Keeps a report; one that is kept already stays as it is, and what is missing of its lists is put there.
   * @throws the storage client's error: nothing, or only a part, was kept
   */
  add(run: Run): Promise<void>;
  /** Newest first. */
  list(query: RunsQuery): Promise<Run[]>;
  /** The report of one run; undefined when it has not ended. */
  find(subject: string, runId: string): Promise<Run | undefined>;
  /** The subjects that have a report in a batch. */
  subjectsOf(batch: string): Promise<Set<string>>;
}

/** Where the reports of one capability are kept. */
export interface HistoryPlace {
  table: string;
  container: string;
  /** Before the names of the reports, with a slash at its end; empty where they have the container to themselves. */
  folder: string;
}

/** Every run's rows, beside those by subject. No subject can be called so. */
export const ALL = "*";
const LATEST = 9_999_999_999_999;

/** A batch's rows: found without looking through all. No subject can be called so either. */
export function batchKey(batch: string): string {
  return encodeKey(`${ALL}${batch}`);
}

/** A row points to a report: a report may be larger than the 64 KiB that a property holds, or the 1 MiB of a row. */
export interface RunRow {
  /** Its name says of what subject the run was. */
  blob: string;
  runId: string;
  /** Rows of earlier versions name none. */
  batch?: string;
  status: string;
  startedAt: Date;
}

/** Keeps the reports in the storage account: one blob each, and rows that list it under its subject, its batch, and all. */
export function runHistoryIn<Run extends RunSummary>(
  storage: StorageAccount,
  place: HistoryPlace,
  subjectOf: (run: Run) => string,
): RunHistory<Run> {
  const blobs = jsonBlobs(storage, place.container);
  const read = async (blob: string): Promise<Run | undefined> => (await blobs.read(blob)) as Run | undefined;
  return {
    async add(run) {
      const subject = subjectOf(run);
      const blob = blobOf(place, subject, run.runId);
      // The report first: a row never points to nothing. The first one stays: a worker that lost its lease may end after
      // the one that took over.
      await blobs.create(blob, run);
      const table = await storage.table(place.table);
      const startedAt = new Date(run.startedAt);
      const rowKey = `${rowKeyFrom(startedAt)}-${run.runId}`;
      const { runId, batch, status } = run;
      for (const partitionKey of [encodeKey(subject), batchKey(batch), ALL]) {
        const row: RunRow = { blob, runId, batch, status, startedAt };
        await table.upsertEntity({ partitionKey, rowKey, ...row }, "Replace");
      }
    },
    async list({ subject, batch, limit }) {
      const [table] = await Promise.all([storage.table(place.table), storage.container(place.container)]);
      const found = new Set<string>();
      for await (const { blob } of rowsOf<RunRow>(table, partitionOf({ subject, batch }), ["blob"])) {
        if (subject === undefined || subjectIn(place, blob) === subject) found.add(blob);
        if (found.size >= limit) break;
      }
      const runs = await Promise.all([...found].map(read));
      // One that is just being forgotten has a row for a moment longer than its report.
      return runs.filter((run) => run !== undefined);
    },
    find: (subject, runId) => read(blobOf(place, subject, runId)),
    async subjectsOf(batch) {
      const subjects = new Set<string>();
      const rows = rowsOf<RunRow>(await storage.table(place.table), batchKey(batch), ["blob"]);
      for await (const { blob } of rows) subjects.add(subjectIn(place, blob));
      return subjects;
    },
  };
}

function blobOf({ folder }: HistoryPlace, subject: string, runId: string): string {
  return `${folder}${subject}/${runId}.json`;
}

/** Whose report a blob is. */
export function subjectIn({ folder }: HistoryPlace, blob: string): string {
  return blob.slice(folder.length, blob.lastIndexOf("/"));
}

function partitionOf({ subject, batch }: Omit<RunsQuery, "limit">): string {
  if (batch !== undefined) return batchKey(batch);
  return subject === undefined ? ALL : encodeKey(subject);
}

/** How the row keys of runs that started then begin: the later, the smaller. */
export function rowKeyFrom(startedAt: Date): string {
  return String(LATEST - startedAt.getTime()).padStart(13, "0");
}
