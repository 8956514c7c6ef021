import type { StorageAccount } from "../storage/storage-account.ts";
import { encodeKey } from "../storage/row-key.ts";
import { unlessMissing } from "../storage/rest-status.ts";
import { rowsOf } from "../storage/table-query.ts";
import type { HistoryQuery } from "./run-request.ts";
import type { Run } from "./run.ts";

/** The reports of past passes. */
export interface RunHistory {
  /**
   * Keeps a report; one that is kept already stays as it is, and what is missing of its lists is put there.
   * @throws the storage client's error: nothing, or only a part, was kept
   */
  add(run: Run): Promise<void>;
  /** Newest first. */
  list(query: HistoryQuery): Promise<Run[]>;
  /** The report of one run; undefined when it has not ended. */
  find(run: Pick<Run, "team" | "runId">): Promise<Run | undefined>;
  /** The teams that have a report in a batch. */
  teamsOf(batch: string): Promise<Set<string>>;
}

export const NAME = { table: "registrationruns", container: "registration-runs" };
/** Every team's rows, beside the rows by team. No team can be called so. */
export const ALL = "*";
const LATEST = 9_999_999_999_999;

/** A batch's rows: found without looking through all. No team can be called so either. */
export function batchKey(batch: string): string {
  return encodeKey(`${ALL}${batch}`);
}

/** A row points to a report: a report may be larger than the 64 KiB that a property holds, or the 1 MiB of a row. */
export interface RunRow {
  blob: string;
  runId: string;
  /** Rows of earlier versions name none. */
  batch?: string;
  team: string;
  status: string;
  startedAt: Date;
}

/** Keeps the reports in the storage account: one blob each, and rows that list it under its team, its batch, and all. */
export function runHistory(storage: StorageAccount): RunHistory {
  return {
    async add(run) {
      const blob = blobOf(run);
      const container = await storage.container(NAME.container);
      // The report first: a row never points to nothing.
      await upload(container, blob, JSON.stringify(run));
      const table = await storage.table(NAME.table);
      const startedAt = new Date(run.startedAt);
      const rowKey = `${rowKeyFrom(startedAt)}-${run.runId}`;
      const { runId, batch, team, status } = run;
      for (const partitionKey of [encodeKey(team), batchKey(batch), ALL]) {
        const row: RunRow = { blob, runId, batch, team, status, startedAt };
        await table.upsertEntity({ partitionKey, rowKey, ...row }, "Replace");
      }
    },
    async list({ team, batch, limit }) {
      const table = await storage.table(NAME.table);
      const blobs = new Set<string>();
      for await (const row of rowsOf<RunRow>(table, partitionOf({ team, batch }), ["blob", "team"])) {
        if (team === undefined || row.team === team) blobs.add(row.blob);
        if (blobs.size >= limit) break;
      }
      const container = await storage.container(NAME.container);
      const runs = await Promise.all([...blobs].map((blob) => read(container, blob)));
      // One that is just being forgotten has a row for a moment longer than its report.
      return runs.filter((run) => run !== undefined);
    },
    async find(run) {
      return read(await storage.container(NAME.container), blobOf(run));
    },
    async teamsOf(batch) {
      const teams = new Set<string>();
      const rows = rowsOf<RunRow>(await storage.table(NAME.table), batchKey(batch), ["team"]);
      for await (const { team } of rows) teams.add(team);
      return teams;
    },
  };
}

type Container = Awaited<ReturnType<StorageAccount["container"]>>;

function blobOf({ team, runId }: Pick<Run, "team" | "runId">): string {
  return `${team}/${runId}.json`;
}

/** The first report of a run stays: a worker that lost its lease may end after the one that took over. */
async function upload(container: Container, blob: string, report: string): Promise<void> {
  try {
    await container.getBlockBlobClient(blob).upload(report, Buffer.byteLength(report), {
      blobHTTPHeaders: { blobContentType: "application/json" },
      conditions: { ifNoneMatch: "*" },
    });
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "BlobAlreadyExists")) throw error;
  }
}

async function read(container: Container, blob: string): Promise<Run | undefined> {
  const report = await unlessMissing(container.getBlobClient(blob).downloadToBuffer());
  return report && (JSON.parse(report.toString("utf8")) as Run);
}

function partitionOf({ team, batch }: Omit<HistoryQuery, "limit">): string {
  if (batch !== undefined) return batchKey(batch);
  return team === undefined ? ALL : encodeKey(team);
}

/** How the row keys of runs that started then begin: the later, the smaller. */
export function rowKeyFrom(startedAt: Date): string {
  return String(LATEST - startedAt.getTime()).padStart(13, "0");
}
