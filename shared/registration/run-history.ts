import type { StorageAccount } from "../storage/storage-account.ts";
import { encodeKey } from "../storage/row-key.ts";
import { unlessMissing } from "../storage/rest-status.ts";
import { rowsOf } from "../storage/table-query.ts";
import type { HistoryQuery } from "./run-request.ts";
import type { Run } from "./run.ts";

/** The reports of past passes. */
export interface RunHistory {
  /** @throws the storage client's error: nothing, or only a part, was kept */
  add(run: Run): Promise<void>;
  /** Newest first. */
  list(query: HistoryQuery): Promise<Run[]>;
}

export const NAME = { table: "registrationruns", container: "registration-runs" };
/** Every team's rows, beside the rows by team. No team can be called so. */
export const ALL = "*";
const LATEST = 9_999_999_999_999;

/** A row points to a report: a report may be larger than the 64 KiB that a property holds, or the 1 MiB of a row. */
export interface RunRow {
  blob: string;
  runId: string;
  team: string;
  status: string;
  startedAt: Date;
}

/** Keeps the reports in the storage account: one blob each, and a row that lists it under its team and one under all teams. */
export function runHistory(storage: StorageAccount): RunHistory {
  return {
    async add(run) {
      const blob = `${run.team}/${run.runId}.json`;
      const container = await storage.container(NAME.container);
      const report = JSON.stringify(run);
      // The report first: a row never points to nothing.
      await container.getBlockBlobClient(blob).upload(report, Buffer.byteLength(report), {
        blobHTTPHeaders: { blobContentType: "application/json" },
      });
      const table = await storage.table(NAME.table);
      const startedAt = new Date(run.startedAt);
      const rowKey = `${rowKeyFrom(startedAt)}-${run.runId}`;
      for (const partitionKey of [encodeKey(run.team), ALL]) {
        const row: RunRow = { blob, runId: run.runId, team: run.team, status: run.status, startedAt };
        await table.upsertEntity({ partitionKey, rowKey, ...row }, "Replace");
      }
    },
    async list({ team, limit }) {
      const table = await storage.table(NAME.table);
      const blobs: string[] = [];
      for await (const row of rowsOf<RunRow>(table, team === undefined ? ALL : encodeKey(team), ["blob"])) {
        blobs.push(row.blob);
        if (blobs.length >= limit) break;
      }
      const container = await storage.container(NAME.container);
      const runs = await Promise.all(
        blobs.map(async (blob) => {
          // One that is just being forgotten has a row for a moment longer than its report.
          const report = await unlessMissing(container.getBlobClient(blob).downloadToBuffer());
          return report && (JSON.parse(report.toString("utf8")) as Run);
        }),
      );
      return runs.filter((run) => run !== undefined);
    },
  };
}

/** How the row keys of runs that started then begin: the later, the smaller. */
export function rowKeyFrom(startedAt: Date): string {
  return String(LATEST - startedAt.getTime()).padStart(13, "0");
}
