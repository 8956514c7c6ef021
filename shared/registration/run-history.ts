import { type HistoryPlace, runHistoryIn } from "../runs/run-history.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
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

/** Where the reports are kept. */
export const REGISTRATION_RUNS: HistoryPlace = {
  table: "registrationruns",
  container: "registration-runs",
  folder: "",
};

/** Keeps the reports in the storage account. */
export function runHistory(storage: StorageAccount): RunHistory {
  const history = runHistoryIn<Run>(storage, REGISTRATION_RUNS, ({ team }) => team);
  return {
    add: history.add,
    list: ({ team, batch, limit }) => history.list({ subject: team, batch, limit }),
    find: ({ team, runId }) => history.find(team, runId),
    teamsOf: history.subjectsOf,
  };
}
