import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { forgetRuns } from "../../shared/runs/forget-runs.ts";
import { REGISTRATION_RUNS, type Run } from "../../shared/registration/run.ts";
import { type RunHistory, runHistoryIn } from "../../shared/runs/run-history.ts";
import { type StorageAccount, storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const BEFORE = new Date("2026-11-03T04:00:00Z");
const { signal } = new AbortController();
const servers: { close(): Promise<void> }[] = [];
after(() => Promise.all(servers.map((server) => server.close())));

interface Histories {
  storage: StorageAccount;
  history: RunHistory<Run>;
  /** What is left in the container and in the table. */
  left(): Promise<{ blobs: number; rows: number }>;
}

/** A storage account of its own, with a run of each team at each of these instants. */
async function aHistory(...instants: string[]): Promise<Histories> {
  const azurite = await startAzurite();
  servers.push(azurite);
  const clock = fakeClock(BEFORE, { auto: true });
  const storage = storageAccountFrom({ AzureWebJobsStorage: azurite.connectionString }, { clock });
  const history = runHistoryIn<Run>(storage, REGISTRATION_RUNS, ({ team }) => team);
  for (const team of ["mantabots", "sharkbots"]) {
    for (const startedAt of instants) await history.add(aRun(team, startedAt));
  }
  return {
    storage,
    history,
    async left() {
      const container = await storage.container("registration-runs");
      const table = await storage.table("registrationruns");
      return { blobs: await countOf(container.listBlobsFlat()), rows: await countOf(table.listEntities()) };
    },
  };
}

function aRun(team: string, startedAt: string): Run {
  return {
    runId: `${team}-${startedAt.slice(0, 10)}`,
    batch: "batch",
    team,
    status: "ok",
    dryRun: false,
    startedAt,
    finishedAt: startedAt,
    requests: 3,
    warnings: [],
    events: [],
  };
}

async function countOf(items: AsyncIterable<unknown>): Promise<number> {
  let count = 0;
  for await (const _ of items) count += 1;
  return count;
}

test("old runs are forgotten with their reports, and younger ones stay in every list", async () => {
  const { storage, history, left } = await aHistory("2026-08-01T04:00:00Z", "2026-11-03T04:00:01Z");
  assert.equal(await forgetRuns(storage, REGISTRATION_RUNS, { before: BEFORE, most: 100, signal }), 2);
  assert.deepEqual(await left(), { blobs: 2, rows: 6 });
  for (const [query, ids] of [
    [{ limit: 10 }, ["mantabots-2026-11-03", "sharkbots-2026-11-03"]],
    [{ limit: 10, subject: "sharkbots" }, ["sharkbots-2026-11-03"]],
  ] as const) {
    const runs = await history.list(query);
    assert.deepEqual(runs.map(({ runId }) => runId).toSorted(), ids);
  }
});

test("no more runs are forgotten than are allowed, and the next time goes on with the rest", async () => {
  const instants = Array.from({ length: 6 }, (_, day) => `2026-01-0${day + 1}T04:00:00Z`);
  const { storage, left } = await aHistory(...instants);
  assert.equal(await forgetRuns(storage, REGISTRATION_RUNS, { before: BEFORE, most: 5, signal }), 5);
  assert.equal(await forgetRuns(storage, REGISTRATION_RUNS, { before: BEFORE, most: 5, signal }), 5);
  assert.equal(await forgetRuns(storage, REGISTRATION_RUNS, { before: BEFORE, most: 5, signal }), 2);
  assert.deepEqual(await left(), { blobs: 0, rows: 0 });
});

test("a run that was forgotten by half is forgotten wholly the next time, and is in no list meanwhile", async () => {
  const { storage, history, left } = await aHistory("2026-08-01T04:00:00Z", "2026-11-03T04:00:01Z");
  const container = await storage.container("registration-runs");
  await container.deleteBlob("mantabots/mantabots-2026-08-01.json");
  const runs = await history.list({ limit: 10 });
  assert.equal(runs.length, 3);
  await forgetRuns(storage, REGISTRATION_RUNS, { before: BEFORE, most: 100, signal });
  assert.deepEqual(await left(), { blobs: 2, rows: 6 });
});

test("it stops between two runs when its time is over", async () => {
  const { storage, left } = await aHistory("2026-08-01T04:00:00Z");
  const over = AbortSignal.abort(new Error("the time is over"));
  await assert.rejects(
    forgetRuns(storage, REGISTRATION_RUNS, { before: BEFORE, most: 9, signal: over }),
    /the time is over/,
  );
  assert.equal((await left()).blobs, 2);
});
