import assert from "node:assert/strict";
import { after, test } from "node:test";
import { tableLedger } from "../../shared/ledger/ledger.ts";
import type { StorageAccount } from "../../shared/storage/storage-account.ts";
import { entriesOf, versionsOf, visited, VisitFact, write } from "./ledger-cases.ts";
import { aStoredLedger, large } from "./stored-ledger.ts";

const { ledger, storage, blobs, close } = await aStoredLedger();
after(close);

async function blobsOf(scope: string): Promise<string[]> {
  return (await blobs()).filter((name) => name.includes(`/${scope}~`));
}

test("a large entry is read as it was written, beside small ones", async () => {
  await ledger.write("large", [
    write("1", large("Ada")),
    write("2", visited("Bob")),
    write("3", large("Eve")),
  ]);
  assert.deepEqual(await entriesOf(ledger, "large"), {
    1: large("Ada"),
    2: visited("Bob"),
    3: large("Eve"),
  });
  assert.equal((await blobsOf("large")).length, 2);
});

test("only the blob of the present entry is kept, and none of a small one", async () => {
  const [first] = await ledger.write("shrinking", [write("1", large("Ada"))]);
  const [second] = await ledger.write("shrinking", [write("1", large("Bob", 2), first)]);
  assert.deepEqual(await entriesOf(ledger, "shrinking"), { 1: large("Bob", 2) });
  assert.equal((await blobsOf("shrinking")).length, 1);
  assert.equal((await versionsOf(ledger, "shrinking")).get("1"), second);
  await ledger.write("shrinking", [write("1", visited("Eve", 3), second)]);
  assert.deepEqual(await entriesOf(ledger, "shrinking"), { 1: visited("Eve", 3) });
  assert.deepEqual(await blobsOf("shrinking"), []);
});

test("who came second leaves no blob, and the other's alone", async () => {
  const [version] = await ledger.write("second", [write("1", large("Ada"))]);
  await ledger.write("second", [write("1", large("Bob", 2), version)]);
  const before = await blobsOf("second");
  await assert.rejects(ledger.write("second", [write("1", large("Eve", 2), version)]), {
    name: "LedgerConflictError",
  });
  assert.deepEqual(await blobsOf("second"), before);
  assert.deepEqual(await entriesOf(ledger, "second"), { 1: large("Bob", 2) });
});

test("as many entries as a row has just room for are written at once, in a script of three bytes a character", async () => {
  const entry = visited("日".repeat(29_900));
  const subjects = Array.from({ length: 100 }, (_, index) => `${index}`);
  await ledger.write(
    "wide",
    subjects.map((subject) => write(subject, entry)),
  );
  const read = await entriesOf(ledger, "wide");
  assert.deepEqual(Object.keys(read).sort(), subjects.toSorted());
  assert.deepEqual(read["99"], entry);
  assert.deepEqual(await blobsOf("wide"), []);
});

test("any text is kept in a blob under any name", async () => {
  const subject = "a/../b?c#d%e\\ 'f' 🐟";
  for (const scope of ["..", ". /..", "a/b?c#d%e\\f ", "🐟".repeat(300)]) {
    const [version] = await ledger.write(scope, [write(subject, large("日 \u0000 🐟"))]);
    assert.deepEqual(await entriesOf(ledger, scope), { [subject]: large("日 \u0000 🐟") });
    await ledger.write(scope, [write(subject, visited("Ada", 2), version)]);
  }
  assert.deepEqual(
    (await blobs()).filter((name) => !/\/(?:large|second)~/.test(name)),
    [],
  );
});

test("an entry that is replaced, or deleted, while it is read is read as it is now", async () => {
  const [one, two] = await ledger.write("moving", [write("1", large("Ada")), write("2", large("Bob"))]);
  let moved: Promise<void> | undefined;
  async function move(): Promise<void> {
    await ledger.write("moving", [write("1", large("Eve", 2), one), write("2", visited("Bob", 2), two)]);
    const table = await storage.table("ledger");
    await table.deleteEntity("moving", "2");
  }
  const slow: StorageAccount = {
    ...storage,
    async container(name) {
      // The rows are listed by now, and no blob is read yet.
      moved ??= move();
      await moved;
      return storage.container(name);
    },
  };
  assert.deepEqual(await entriesOf(tableLedger(slow, VisitFact), "moving"), { 1: large("Eve", 2) });
});

test("an entry whose blob is missing, or damaged, cannot be read, and may be replaced", async () => {
  await ledger.write("lost", [write("1", large("Ada")), write("2", large("Bob")), write("3", large("Eve"))]);
  const container = await storage.container("ledger");
  const readings = await ledger.read("lost");
  const blobOf = (subject: string): string => readings.get(subject)?.version.split(" ")[1] ?? "";
  await container.deleteBlob(blobOf("1"));
  await container.getBlockBlobClient(blobOf("2")).upload("{}", 2);
  const read = await entriesOf(ledger, "lost");
  assert.match(
    String(read["1"]),
    /of 1 in lost cannot be read: its blob 2026-12-03T.*\.json is missing\. If/,
  );
  assert.match(
    String(read["2"]),
    /of 2 in lost cannot be read: entry\.generation: Invalid input: expected number/,
  );
  assert.deepEqual(read["3"], large("Eve"));
  const versions = await versionsOf(ledger, "lost");
  await ledger.write("lost", [write("1", visited("Ada", 2), versions.get("1"))]);
  assert.deepEqual((await entriesOf(ledger, "lost"))["1"], visited("Ada", 2));
});
