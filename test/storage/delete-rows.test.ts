import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { TableClient } from "@azure/data-tables";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { deleteRows } from "../../shared/storage/delete-rows.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const azurite = await startAzurite();
after(() => azurite.close());

const storage = storageAccountFrom(
  { AzureWebJobsStorage: azurite.connectionString },
  { clock: fakeClock("2026-11-03T04:00:00Z", { auto: true }) },
);
const BEFORE = new Date("2026-11-03T04:00:00Z");
const { signal } = new AbortController();

/** A table with a row for each of these instants, in partitions of their own. */
async function aTable(name: string, instants: string[]): Promise<() => Promise<string[]>> {
  const table = await storage.table(name);
  await Promise.all(
    instants.map((instant, index) =>
      table.createEntity({ partitionKey: `p${index}`, rowKey: "row", expiresAt: new Date(instant) }),
    ),
  );
  return async () => {
    const left: string[] = [];
    for await (const { partitionKey } of table.listEntities()) left.push(partitionKey ?? "");
    return left;
  };
}

test("rows whose date has passed are deleted, and no others", async () => {
  const left = await aTable("dates", [
    "2026-11-03T03:59:59.999Z",
    "2026-11-03T04:00:00Z",
    "2026-12-01T00:00:00Z",
  ]);
  const count = await deleteRows(storage, {
    table: "dates",
    column: "expiresAt",
    before: BEFORE,
    most: 10,
    signal,
  });
  assert.equal(count, 1);
  assert.deepEqual(await left(), ["p1", "p2"]);
});

test("no more rows are deleted than are allowed, and the next time goes on with the rest", async () => {
  const left = await aTable(
    "many",
    Array.from({ length: 25 }, () => "2026-01-01T00:00:00Z"),
  );
  const some = { table: "many", column: "expiresAt", before: BEFORE, most: 10, signal };
  assert.equal(await deleteRows(storage, some), 10);
  assert.equal((await left()).length, 15);
  assert.equal(await deleteRows(storage, some), 10);
  assert.equal(await deleteRows(storage, some), 5);
  assert.deepEqual(await left(), []);
});

test("two who delete at once do not get in each other's way", async () => {
  const left = await aTable(
    "both",
    Array.from({ length: 20 }, () => "2026-01-01T00:00:00Z"),
  );
  const all = { table: "both", column: "expiresAt", before: BEFORE, most: 100, signal };
  await Promise.all([deleteRows(storage, all), deleteRows(storage, all)]);
  assert.deepEqual(await left(), []);
});

test("a row whose date is moved at the same moment is kept", async () => {
  const left = await aTable("moved", ["2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"]);
  const table = await storage.table("moved");
  const expiresAt = new Date("2026-12-01T00:00:00Z");
  const busy = Object.create(table) as TableClient;
  busy.deleteEntity = async (partitionKey, rowKey, options) => {
    if (partitionKey === "p0") await table.updateEntity({ partitionKey, rowKey, expiresAt });
    return table.deleteEntity(partitionKey, rowKey, options);
  };
  const all = { table: "moved", column: "expiresAt", before: BEFORE, most: 10, signal };
  assert.equal(await deleteRows({ ...storage, table: async () => busy }, all), 1);
  assert.deepEqual(await left(), ["p0"]);
});

test("it stops between two rows when its time is over", async () => {
  const left = await aTable("late", ["2026-01-01T00:00:00Z"]);
  const over = AbortSignal.abort(new Error("the time is over"));
  await assert.rejects(
    deleteRows(storage, { table: "late", column: "expiresAt", before: BEFORE, most: 10, signal: over }),
    /the time is over/,
  );
  assert.equal((await left()).length, 1);
});
