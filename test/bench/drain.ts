import { systemClock as clock } from "../../shared/clock.ts";
import { REGISTRATION_RUNS } from "../../shared/registration/run.ts";
import { ALL, type RunRow, subjectIn } from "../../shared/runs/run-history.ts";
import { PASSES_QUEUE } from "../../shared/registration/work-message.ts";
import { type StorageAccount, storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { rowsOf } from "../../shared/storage/table-query.ts";
import type { ScaleWorld } from "./scale-world.ts";
import { MASTER_KEY, type WorkerProcess } from "./worker-process.ts";

/** What became of the teams. */
export interface Drained {
  milliseconds: number;
  /** Of all teams' passes. */
  reports: number;
  /** Teams that have no report, or no notice. */
  lost: string[];
  /** Teams that have two. */
  doubled: string[];
  /** Reports of a pass that did not end well. */
  unwell: number;
}

const POLL_MS = 250;
/** When nobody has been announced for so long, nobody will be. */
const PATIENCE_MS = 120_000;

/** Fires the timer at one worker, and waits until the queue is empty. */
export async function drain(worker: WorkerProcess, world: ScaleWorld): Promise<Drained> {
  const storage = storageAccountFrom(world.settings, { clock });
  const begin = performance.now();
  await fire(worker);
  await untilDrained(storage, world);
  const milliseconds = performance.now() - begin;

  const table = await storage.table(REGISTRATION_RUNS.table);
  const rows: Pick<RunRow, "blob" | "status">[] = [];
  for await (const row of rowsOf<RunRow>(table, ALL, ["blob", "status"])) rows.push(row);
  const reports = countOf(rows.map(({ blob }) => subjectIn(REGISTRATION_RUNS, blob)));
  const notices = world.notices();
  return {
    milliseconds,
    reports: rows.length,
    lost: world.teams.filter((team) => !reports.has(team) || !notices.has(team)),
    doubled: world.teams.filter((team) => (reports.get(team) ?? 0) > 1 || (notices.get(team) ?? 0) > 1),
    unwell: rows.filter(({ status }) => status !== "ok").length,
  };
}

async function fire({ url }: WorkerProcess): Promise<void> {
  const answer = await fetch(`${url}/admin/functions/registration-pass`, {
    method: "POST",
    headers: { "x-functions-key": MASTER_KEY, "content-type": "application/json" },
    body: JSON.stringify({ input: "" }),
  });
  if (answer.status !== 202) throw new Error(`The timer could not be fired: ${answer.status}`);
}

async function untilDrained(storage: StorageAccount, world: ScaleWorld): Promise<void> {
  const queue = await storage.queue(PASSES_QUEUE);
  let announced = 0;
  let since = performance.now();
  for (;;) {
    await clock.sleep(POLL_MS);
    const now = world.notices().size;
    if (now > announced) since = performance.now();
    announced = now;
    const isLate = performance.now() - since > PATIENCE_MS;
    if (isLate) return;
    if (announced < world.teams.length) continue;
    const { approximateMessagesCount } = await queue.getProperties();
    if (approximateMessagesCount === 0) return;
  }
}

function countOf(teams: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const team of teams) counts.set(team, (counts.get(team) ?? 0) + 1);
  return counts;
}
