import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import { intending } from "../../shared/ledger/entry.ts";
import { encodeKey } from "../../shared/storage/row-key.ts";
import { entriesOf, KEEP_UNTIL, ledgerCases, versionsOf, visited, write } from "./ledger-cases.ts";
import { aStoredLedger } from "./stored-ledger.ts";

const { ledger, storage, close } = await aStoredLedger();
after(close);

ledgerCases("the ledger in the storage account", {
  ledger,
  async spoil(scope, subject) {
    const table = await storage.table("ledger");
    await table.updateEntity({ partitionKey: encodeKey(scope), rowKey: encodeKey(subject), entry: "{" });
  },
});

test("more entries than the service gives at once are all read", async () => {
  const subjects = Array.from({ length: 1050 }, (_, index) => `Zoë's/${index}`);
  const versions = await ledger.write(
    "paged's",
    subjects.map((subject) => write(subject, visited(subject))),
  );
  const expected = new Map(subjects.map((subject, index) => [subject, versions[index]]));
  assert.deepEqual(await versionsOf(ledger, "paged's"), expected);
});

test("an operator finds in a row what it is about, how it stands and how long it is kept", async () => {
  const intent = {
    generation: 3,
    fact: { who: "Ada", at: KEEP_UNTIL },
    reference: "<1@example>",
    intendedAt: "2026-11-03T04:00:00Z",
  };
  await ledger.write("a/b", [
    write("x?".repeat(400), visited("Ada", 2)),
    write("y", intending(visited("Ada", 2), intent)),
  ]);
  const table = await storage.table("ledger");
  const rows: unknown[] = [];
  for await (const row of table.listEntities({ queryOptions: { filter: "PartitionKey eq 'a!002fb'" } })) {
    const { subject, generation, state, keepUntil } = row;
    rows.push({ subject, generation, state, keepUntil });
  }
  assert.deepEqual(rows, [
    { subject: "x?".repeat(400), generation: 2, state: "known", keepUntil: KEEP_UNTIL },
    { subject: "y", generation: 2, state: "intended", keepUntil: KEEP_UNTIL },
  ]);
});

suite("a row that cannot be read does not sink the others, and says why without what is in it:", () => {
  const SECRET = "ada@example.com";
  for (const [what, columns, why] of [
    ["no text", { entry: undefined }, "it has no column entry"],
    ["no JSON", { entry: SECRET }, "it is not JSON"],
    ["a number for a text", { entry: 7 }, "it has no column entry"],
    ["a list", { entry: `["${SECRET}"]` }, "entry: Invalid input: expected object, received array"],
    [
      "another fact",
      { entry: JSON.stringify({ generation: 1, known: { who: SECRET, at: SECRET } }) },
      "entry.known.at: Invalid ISO datetime",
    ],
    [
      "half an intent, and a generation there cannot be",
      { entry: JSON.stringify({ generation: -1, intent: { generation: 1, fact: { who: SECRET } } }) },
      "entry.generation: Too small: expected number to be >=0; entry.intent.fact.at: Invalid input: expected string, received undefined; entry.intent.reference: Invalid input: expected string, received undefined; entry.intent.intendedAt: Invalid input: expected string, received undefined",
    ],
    ["no subject", { entry: "{}", subject: undefined }, "its column subject does not say what its key says"],
    ["another subject", { entry: "{}", subject: "3" }, "its column subject does not say what its key says"],
  ] as const) {
    test(what, async () => {
      const scope = `unreadable/${what}`;
      await ledger.write(scope, [write("1", visited("Ada")), write("2", visited("Bob"))]);
      const table = await storage.table("ledger");
      const row = { partitionKey: encodeKey(scope), rowKey: "1", subject: "1", ...columns };
      await table.updateEntity(row, "Replace");
      const { 1: unread, ...others } = await entriesOf(ledger, scope);
      assert.ok(
        String(unread).startsWith(`What the ledger keeps of 1 in ${scope} cannot be read: ${why}. If a`),
      );
      assert.deepEqual(others, { 2: visited("Bob") });
      await ledger.write(scope, [write("1", visited("Eve"), (await versionsOf(ledger, scope)).get("1"))]);
      assert.deepEqual(await entriesOf(ledger, scope), { 1: visited("Eve"), 2: visited("Bob") });
    });
  }
});
