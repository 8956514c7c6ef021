import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import type { MonitoredUser, Seen } from "../../shared/absence/monitored-user.ts";
import { monitoredUsersIn } from "../../shared/absence/monitored-users.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const azurite = await startAzurite();
after(() => azurite.close());

const AT = "2026-11-03T12:00:00.000Z";
const storage = storageAccountFrom(
  { AzureWebJobsStorage: azurite.connectionString },
  { clock: fakeClock(AT, { auto: true }) },
);
const users = monitoredUsersIn(storage);
const SEEN: Seen = { status: "disabled", audience: "all", at: AT };

function user(number: number, rest: Partial<MonitoredUser> = {}): MonitoredUser {
  const id = `id-${String(number).padStart(4, "0")}`;
  return {
    id,
    email: `P${number}@Contoso.example`,
    registration: "one",
    registeredAt: AT,
    found: undefined,
    ...rest,
  };
}

test("users are kept in the order of their ids, found by id and by address, and removed", async () => {
  const hostile = "o'hara+é\"{}日本@contoso.example";
  const window = { start: AT, end: "2026-11-04T12:00:00.000Z" };
  const before = { ...SEEN, window };
  const all = [
    user(1, { found: before }),
    user(2, { email: hostile, found: { unreadable: "gone\u2028\u2029\n", at: AT, before } }),
    user(3),
  ];
  for (const each of all.toReversed()) await users.put(each);
  assert.deepEqual((await users.read()).users, all);
  assert.deepEqual(await users.keys(), ["id-0001", "id-0002", "id-0003"]);
  assert.deepEqual((await users.read({ from: "id-0002", to: "id-0003" })).users, [all[1]]);
  assert.deepEqual(await users.named(hostile.toUpperCase().replace("É", "é")), [all[1]]);
  assert.deepEqual(await users.named("' or PartitionKey ne '"), []);
  assert.deepEqual(await users.find("id-0001"), all[0]);
  assert.equal(await users.find("id-0009"), undefined);
  assert.equal(await users.remove("id-0001"), true);
  assert.equal(await users.remove("id-0001"), false);
  for (const each of all) await users.remove(each.id);
});

test("what was seen is saved, but not over who has been registered again, nor for who is gone", async () => {
  const all = Array.from({ length: 130 }, (_, index) => user(index));
  await Promise.all(all.map((each) => users.put(each)));
  const kept = await users.read();
  const again = user(7, { registration: "two" });
  await users.put(again);
  await users.remove(user(8).id);
  const found: Seen = { unreadable: "a line \u2028 and another", at: AT };
  for (const each of kept.users) each.found = found;
  await kept.save(kept.users);
  const now = (await users.read()).users;
  assert.equal(now.length, 129);
  assert.deepEqual(
    now.filter((each) => each.found === undefined),
    [again],
  );
  assert.deepEqual(now[0]?.found, found);
});

test("a row that somebody has edited is counted, and the others are read; what it showed is seen anew", async () => {
  const table = await storage.table("monitored");
  await table.upsertEntity({ partitionKey: "users", rowKey: "id-0001", email: 5 }, "Replace");
  await table.upsertEntity(
    {
      partitionKey: "users",
      rowKey: "id-0002",
      email: "b",
      registration: "one",
      registeredAt: AT,
      found: "{",
    },
    "Replace",
  );
  const { users: read, unreadable } = await users.read({ to: "id-0003" });
  assert.equal(unreadable, 1);
  assert.deepEqual(
    read.map(({ id, found }) => [id, found]),
    [
      ["id-0000", read[0]?.found],
      ["id-0002", undefined],
    ],
  );
});
