import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import {
  type ConnectionRecord,
  type ConnectionRegistry,
  connectionRegistry,
} from "../../shared/oauth/connection-registry.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { connectionsInMemory } from "../fakes/connections-in-memory.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const azurite = await startAzurite();
after(() => azurite.close());

const account = storageAccountFrom(
  { AzureWebJobsStorage: azurite.connectionString },
  { clock: fakeClock("2026-11-03T04:00:00Z", { auto: true }) },
);

let names = 0;

/** A name no other test uses, for they share one table. */
function aName(): string {
  names += 1;
  return `connection-${names}`;
}

function aRecord(changes: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return {
    provider: "microsoft",
    connection: aName(),
    account: "coach@example.org",
    scopes: ["User.Read", "Mail.Send"],
    obtainedAt: new Date("2026-11-03T04:00:00Z"),
    refreshedAt: new Date("2026-11-04T04:00:00.123Z"),
    warnedDays: [],
    ...changes,
  };
}

const IN_TROUBLE: Partial<ConnectionRecord> = {
  expiresAt: new Date("2027-02-01T04:00:00Z"),
  trouble: { code: "consent_expired", message: "It ended.", since: new Date("2026-12-01T00:00:00Z") },
  warnedDays: [14, 7],
  toldOfTroubleAt: new Date("2026-12-01T06:00:00Z"),
};

function casesOf(open: () => ConnectionRegistry): void {
  test("nothing is known of a connection nobody has consented for", async () => {
    assert.equal(await open().get("microsoft", aName()), undefined);
  });

  const kinds: [string, Partial<ConnectionRecord>][] = [
    ["a young connection", {}],
    ["a connection in trouble", IN_TROUBLE],
    ["a connection without permissions", { scopes: [] }],
  ];
  for (const [what, columns] of kinds) {
    test(`${what} comes back as it was put`, async () => {
      const record = aRecord(columns);
      await open().put(record);
      assert.deepEqual(await open().get("microsoft", record.connection), record);
    });
  }

  test("the same name at another provider is another connection", async () => {
    const record = aRecord();
    await open().put(record);
    await open().put({ ...record, provider: "webex", account: "mentor@example.org" });
    assert.equal((await open().get("microsoft", record.connection))?.account, "coach@example.org");
    assert.equal((await open().get("webex", record.connection))?.account, "mentor@example.org");
  });

  test("what is put takes the place of everything that was there", async () => {
    const record = aRecord(IN_TROUBLE);
    const fresh = aRecord({ connection: record.connection });
    await open().put(record);
    await open().put(fresh);
    assert.deepEqual(await open().get("microsoft", record.connection), fresh);
  });

  test("an update changes a record, and can take a column away", async () => {
    const record = aRecord(IN_TROUBLE);
    const well = aRecord({ connection: record.connection, account: "mentor@example.org" });
    await open().put(record);
    await open().update("microsoft", record.connection, () => well);
    assert.deepEqual(await open().get("microsoft", record.connection), well);
  });

  test("an update of a record that is not there does nothing", async () => {
    const connection = aName();
    await open().update("microsoft", connection, () => assert.fail("there is nothing to change"));
    assert.equal(await open().get("microsoft", connection), undefined);
  });

  test("updates at the same moment build upon one another", async () => {
    const record = aRecord();
    await open().put(record);
    const days = Array.from({ length: 8 }, (_, day) => day);
    await Promise.all(
      days.map((day) =>
        open().update("microsoft", record.connection, (present) => ({
          ...present,
          warnedDays: [...present.warnedDays, day],
        })),
      ),
    );
    const warned = (await open().get("microsoft", record.connection))?.warnedDays;
    assert.deepEqual(warned?.toSorted(), days);
  });

  test("all connections are listed by provider and name", async () => {
    const record = aRecord({ provider: "webex", connection: "a-first-one" });
    await open().put(record);
    await open().put(aRecord({ connection: "z-last-one" }));
    const listed = await open().list();
    const keys = listed.map(({ provider, connection }) => `${provider}/${connection}`);
    assert.deepEqual(keys, keys.toSorted());
    assert.ok(keys.includes("microsoft/z-last-one"));
    assert.deepEqual(
      listed.find(({ connection }) => connection === "a-first-one"),
      record,
    );
  });
}

suite("in a table", () => casesOf(() => connectionRegistry(account)));
suite("in memory", () => {
  const registry = connectionsInMemory();
  casesOf(() => registry);
});

test("rows of other kinds in the table are not connections", async () => {
  const table = await account.table("connections");
  await table.createEntity({ partitionKey: "client-secret", rowKey: "microsoft-client-secret" });
  const listed = await connectionRegistry(account).list();
  assert.ok(listed.every(({ connection }) => connection !== "microsoft-client-secret"));
});

test("an update that changes nothing writes nothing", async () => {
  const record = aRecord();
  const registry = connectionRegistry(account);
  await registry.put(record);
  const table = await account.table("connections");
  const before = await table.getEntity("microsoft", record.connection);
  await registry.update("microsoft", record.connection, (present) => present);
  assert.equal((await table.getEntity("microsoft", record.connection)).etag, before.etag);
});
