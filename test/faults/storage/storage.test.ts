import assert from "node:assert/strict";
import { after, test } from "node:test";
import { TableClient } from "@azure/data-tables";
import { ContainerClient } from "@azure/storage-blob";
import { startAzurite } from "../../../infra/local/emulators/azurite.ts";
import { fakeClock } from "../../fakes/fake-clock.ts";
import { emptyAccount } from "./account.ts";
import { connectionStringOf, startStorage } from "./server.ts";

const clock = fakeClock("2026-11-03T12:00:00Z");
const storage = await startStorage(clock);
storage.accounts.set("one", emptyAccount());
const azurite = await startAzurite();
after(() => Promise.all([storage.close(), azurite.close()]));
const inMemory = connectionStringOf("one", storage.port);

type Step<Client> = (client: Client) => Promise<unknown>;

const MINE = "11111111-1111-4111-8111-111111111111";
const THEIRS = "22222222-2222-4222-8222-222222222222";

const TABLE_STEPS: Record<string, Step<TableClient>> = {
  "a row of a table that is not there": (table) => table.getEntity("p", "r"),
  "a table": (table) => table.createTable(),
  "the table again": (table) => table.createTable(),
  "a row": (table) => table.createEntity({ partitionKey: "p'1", rowKey: "b", n: 1, at: new Date(0) }),
  "the row again": (table) => table.createEntity({ partitionKey: "p'1", rowKey: "b" }),
  "a row put in its place": (table) =>
    table.upsertEntity({ partitionKey: "p'1", rowKey: "a", x: 1 }, "Replace"),
  "a row merged": (table) => table.upsertEntity({ partitionKey: "p'1", rowKey: "a", y: "z" }, "Merge"),
  "the row": (table) => table.getEntity("p'1", "a"),
  "another row": (table) => table.getEntity("p'1", "b"),
  "no row": (table) => table.getEntity("p'1", "c"),
  "a row changed with an old version": (table) =>
    table.updateEntity({ partitionKey: "p'1", rowKey: "a" }, "Replace", {
      etag: `W/"datetime'2020-01-01T00%3A00%3A00Z'"`,
    }),
  "a row changed with its version": async (table) => {
    const { etag } = await table.getEntity("p'1", "a");
    await table.updateEntity({ partitionKey: "p'1", rowKey: "a", x: 2 }, "Replace", { etag });
  },
  "no row changed": (table) =>
    table.updateEntity({ partitionKey: "p'1", rowKey: "c" }, "Replace", { etag: "*" }),
  "a partition": (table) => rowsOf(table, "PartitionKey eq 'p''1'"),
  "some columns": (table) => rowsOf(table, "PartitionKey eq 'p''1'", ["x", "rowKey"]),
  "a range": (table) => rowsOf(table, "PartitionKey eq 'p''1' and (RowKey ge 'b' and RowKey lt 'c')"),
  "rows by date": (table) => rowsOf(table, "at lt datetime'2001-01-01T00:00:00.000Z' or not (n ne 1)"),
  "a transaction": (table) =>
    table.submitTransaction([
      ["create", { partitionKey: "t", rowKey: "a", x: 1 }],
      ["upsert", { partitionKey: "t", rowKey: "b", x: 1 }, "Replace"],
    ]),
  "the versions a transaction gave": async (table) => {
    const { subResponses } = await table.submitTransaction([
      ["upsert", { partitionKey: "t", rowKey: "a", x: 2 }, "Replace"],
      ["upsert", { partitionKey: "t", rowKey: "b", x: 2 }, "Replace"],
    ]);
    const rows = await Promise.all(["a", "b"].map((key) => table.getEntity("t", key)));
    return subResponses.map(({ etag }, index) => etag === rows[index]?.etag);
  },
  "a transaction one part of which is out of date": (table) =>
    table.submitTransaction([
      ["update", { partitionKey: "t", rowKey: "a", x: 3 }, "Replace", { etag: "*" }],
      [
        "update",
        { partitionKey: "t", rowKey: "b", x: 3 },
        "Replace",
        { etag: `W/"datetime'2020-01-01T00%3A00%3A00Z'"` },
      ],
    ]),
  "a transaction one part of which is there already": (table) =>
    table.submitTransaction([
      ["delete", { partitionKey: "t", rowKey: "b" }],
      ["create", { partitionKey: "t", rowKey: "a", x: 4 }],
    ]),
  "what the transactions left": (table) => rowsOf(table, "PartitionKey eq 't'"),
  "a row deleted": (table) => table.deleteEntity("t", "a"),
  "the row deleted again": (table) => table.deleteEntity("t", "a"),
};

const BLOB_STEPS: Record<string, Step<ContainerClient>> = {
  "a container": async (container) => (await container.createIfNotExists()).succeeded,
  "the container again": async (container) => (await container.createIfNotExists()).succeeded,
  "a lease on no blob": (container) => leaseOf(container, MINE).acquireLease(15),
  "a new blob": (container) => blobOf(container).upload("é1", 3, { conditions: { ifNoneMatch: "*" } }),
  "the new blob again": (container) => blobOf(container).upload("2", 1, { conditions: { ifNoneMatch: "*" } }),
  "a blob changed with an old version": (container) =>
    blobOf(container).upload("2", 1, { conditions: { ifMatch: '"0x1"' } }),
  "what is in the blob": async (container) => String(await blobOf(container).downloadToBuffer()),
  "what is in no blob": (container) => container.getBlobClient("none").downloadToBuffer(),
  "the blobs": (container) => namesOf(container),
  "a lease": (container) => leaseOf(container, MINE).acquireLease(15),
  "the same lease again": (container) => leaseOf(container, MINE).acquireLease(15),
  "another's lease meanwhile": (container) => leaseOf(container, THEIRS).acquireLease(15),
  "the lease renewed": (container) => leaseOf(container, MINE).renewLease(),
  "another's lease renewed": (container) => leaseOf(container, THEIRS).renewLease(),
  "another's lease released": (container) => leaseOf(container, THEIRS).releaseLease(),
  "the blob changed past its lease": (container) => blobOf(container).upload("3", 1),
  "the blob changed under its lease": (container) =>
    blobOf(container).upload("4", 1, { conditions: { leaseId: MINE } }),
  "the lease broken": (container) => leaseOf(container, THEIRS).breakLease(0),
  "the broken lease renewed": (container) => leaseOf(container, MINE).renewLease(),
  "another's lease after that": (container) => leaseOf(container, THEIRS).acquireLease(15),
  "the lost lease renewed": (container) => leaseOf(container, MINE).renewLease(),
  "the lost lease released": (container) => leaseOf(container, MINE).releaseLease(),
  "the blob changed under the lost lease": (container) =>
    blobOf(container).upload("5", 1, { conditions: { leaseId: MINE } }),
  "the lease released": (container) => leaseOf(container, THEIRS).releaseLease(),
  "no lease broken": (container) => leaseOf(container, THEIRS).breakLease(0),
  "the blob changed without a lease": (container) =>
    blobOf(container).upload("6", 1, { conditions: { leaseId: MINE } }),
  "the blob deleted": (container) => blobOf(container).delete(),
  "the blob deleted again": async (container) => (await blobOf(container).deleteIfExists()).succeeded,
};

test("tables in memory answer as Azurite's", async () => {
  const outcomes = (connection: string): Promise<unknown> =>
    outcomesOf(
      TABLE_STEPS,
      TableClient.fromConnectionString(connection, "rows", { allowInsecureConnection: true }),
    );
  assert.deepEqual(await outcomes(inMemory), await outcomes(azurite.connectionString));
});

test("blobs and leases in memory answer as Azurite's", async () => {
  const outcomes = (connection: string): Promise<unknown> =>
    outcomesOf(BLOB_STEPS, new ContainerClient(connection, "blobs"));
  assert.deepEqual(await outcomes(inMemory), await outcomes(azurite.connectionString));
});

test("a lease in memory ends by the clock that is given", async () => {
  const container = new ContainerClient(inMemory, "timed");
  await container.create();
  await blobOf(container).upload("", 0);
  await leaseOf(container, MINE).acquireLease(60);
  await clock.advance(59_000);
  await assert.rejects(leaseOf(container, THEIRS).acquireLease(15), { code: "LeaseAlreadyPresent" });
  await leaseOf(container, MINE).renewLease();
  await clock.advance(60_000);
  await leaseOf(container, THEIRS).acquireLease(15);
  await assert.rejects(leaseOf(container, MINE).renewLease(), { statusCode: 409 });
});

/** What each step came to: its answer without times and versions, or the refusal. */
async function outcomesOf<Client>(
  steps: Record<string, Step<Client>>,
  client: Client,
): Promise<Record<string, unknown>> {
  const outcomes: Record<string, unknown> = {};
  for (const [name, step] of Object.entries(steps)) {
    try {
      const answer = await step(client);
      outcomes[name] = JSON.parse(JSON.stringify(answer ?? "done", withoutTimes)) as unknown;
    } catch (error) {
      const { statusCode, code } = error as { statusCode?: number; code?: string };
      if (statusCode === undefined) throw error;
      outcomes[name] = `${statusCode} ${code ?? ""}`;
    }
  }
  return outcomes;
}

const TOLD = new Set([
  "partitionKey",
  "rowKey",
  "x",
  "y",
  "n",
  "at",
  "type",
  "value",
  "status",
  "subResponses",
]);

function withoutTimes(name: string, value: unknown): unknown {
  return name === "" || /^\d+$/.test(name) || TOLD.has(name) ? value : undefined;
}

async function rowsOf(table: TableClient, filter: string, select?: string[]): Promise<unknown> {
  const rows: unknown[] = [];
  const options = { filter, ...(select ? { select } : {}) };
  for await (const row of table.listEntities({ queryOptions: options })) rows.push(row);
  return rows;
}

async function namesOf(container: ContainerClient): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix: "a" })) names.push(name);
  return names;
}

function blobOf(container: ContainerClient): ReturnType<ContainerClient["getBlockBlobClient"]> {
  return container.getBlockBlobClient("a/b c&d.json");
}

function leaseOf(
  container: ContainerClient,
  id: string,
): ReturnType<ReturnType<typeof blobOf>["getBlobLeaseClient"]> {
  return blobOf(container).getBlobLeaseClient(id);
}
