import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { TableClient } from "@azure/data-tables";
import { forgetLedger } from "../../shared/ledger/forget-ledger.ts";
import { type LedgerWrite, tableLedger } from "../../shared/ledger/ledger.ts";
import { entriesOf, type Visit, visited, VisitFact, write } from "./ledger-cases.ts";
import { aStoredLedger, large } from "./stored-ledger.ts";

const NOW = new Date("2026-12-03T04:00:00.000Z");
const PAST = new Date("2026-12-03T03:59:59.999Z");
const { signal } = new AbortController();

function keeping(keepUntil: Date, change: LedgerWrite<Visit>): LedgerWrite<Visit> {
  return { ...change, keepUntil };
}

test("entries whose time is over are forgotten with their blobs, and no others", async () => {
  const { ledger, storage, blobs, close } = await aStoredLedger();
  after(close);
  await ledger.write("a", [
    keeping(PAST, write("1", visited("Ada"))),
    keeping(PAST, write("2", large("Bob"))),
    keeping(NOW, write("3", visited("Eve"))),
    keeping(NOW, write("4", large("Dan"))),
  ]);
  await ledger.write("b", [keeping(new Date("2020-01-01T00:00:00Z"), write("1", large("Ada")))]);
  const forgotten = await forgetLedger(storage, { before: NOW, most: 100, signal });
  assert.equal(forgotten, 5);
  assert.deepEqual(await entriesOf(ledger, "a"), { 3: visited("Eve"), 4: large("Dan") });
  assert.deepEqual(await entriesOf(ledger, "b"), {});
  assert.equal((await blobs()).length, 1);
  assert.equal(await forgetLedger(storage, { before: NOW, most: 100, signal }), 0);
});

test("an entry that is to be kept longer since is kept", async () => {
  const { ledger, storage, close } = await aStoredLedger();
  after(close);
  const [version] = await ledger.write("a", [keeping(PAST, write("1", large("Ada")))]);
  await ledger.write("a", [keeping(NOW, write("1", large("Ada", 2), version))]);
  assert.equal(await forgetLedger(storage, { before: NOW, most: 100, signal }), 0);
  assert.deepEqual(await entriesOf(ledger, "a"), { 1: large("Ada", 2) });
});

test("a blob whose row was never written is forgotten when its time is over", async () => {
  const { ledger, storage, blobs, close } = await aStoredLedger();
  after(close);
  const dying = Object.create(await storage.table("ledger")) as TableClient;
  dying.submitTransaction = () => Promise.reject(new Error("the process ended here"));
  await assert.rejects(
    tableLedger({ ...storage, table: async () => dying }, VisitFact).write("a", [
      keeping(PAST, write("1", large("Ada"))),
    ]),
    /the process ended here/,
  );
  assert.deepEqual(await entriesOf(ledger, "a"), {});
  assert.equal((await blobs()).length, 1);
  assert.equal(await forgetLedger(storage, { before: PAST, most: 100, signal }), 0);
  assert.equal(await forgetLedger(storage, { before: NOW, most: 100, signal }), 1);
  assert.deepEqual(await blobs(), []);
});

test("no more are forgotten than are allowed, no row is left without its blob, and the next time goes on", async () => {
  const { ledger, storage, blobs, close } = await aStoredLedger();
  after(close);
  const subjects = Array.from({ length: 12 }, (_, index) => `${index}`);
  await ledger.write(
    "a",
    subjects.map((subject) => keeping(PAST, write(subject, large("Ada")))),
  );
  const some = { before: NOW, most: 5, signal };
  assert.equal(await forgetLedger(storage, some), 5);
  const left = Object.values(await entriesOf(ledger, "a"));
  assert.deepEqual(
    left,
    Array.from({ length: 7 }, () => large("Ada")),
  );
  const counts: number[] = [];
  do counts.push(await forgetLedger(storage, some));
  while (counts.at(-1) !== 0);
  // Rows, rows and blobs, blobs.
  assert.deepEqual(counts, [5, 2 + 5, 5, 2, 0]);
  assert.deepEqual(await entriesOf(ledger, "a"), {});
  assert.deepEqual(await blobs(), []);
});

test("it stops between two when its time is over", async () => {
  const { ledger, storage, close } = await aStoredLedger();
  after(close);
  await ledger.write("a", [keeping(PAST, write("1", visited("Ada")))]);
  const over = AbortSignal.abort(new Error("the time is over"));
  await assert.rejects(forgetLedger(storage, { before: NOW, most: 9, signal: over }), /the time is over/);
  assert.deepEqual(await entriesOf(ledger, "a"), { 1: visited("Ada") });
});
