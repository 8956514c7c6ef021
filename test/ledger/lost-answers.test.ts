import assert from "node:assert/strict";
import { after, afterEach, suite, test } from "node:test";
import { TableClient } from "@azure/data-tables";
import { tableLedger } from "../../shared/ledger/ledger.ts";
import { startStorageProxy } from "../config/storage-proxy.ts";
import { entriesOf, versionsOf, visited, VisitFact, write } from "./ledger-cases.ts";
import { aStoredLedger, large } from "./stored-ledger.ts";

const { azurite, storage, ledger: other, blobs, close } = await aStoredLedger();
const proxy = await startStorageProxy(azurite.connectionString, "Table");
after(async () => {
  await proxy.close();
  await close();
});
/** Reached through the proxy; a try that failed is repeated at once. */
const ledger = tableLedger(
  {
    ...storage,
    async table(name) {
      await storage.table(name);
      return TableClient.fromConnectionString(proxy.connectionString, name, {
        allowInsecureConnection: true,
        retryOptions: { maxRetries: 2, retryDelayInMs: 1 },
      });
    },
  },
  VisitFact,
);

/** The answers to transactions break off, so many times; something may happen meanwhile. */
function loseTransactions(times: number, meanwhile?: () => Promise<unknown>): void {
  let left = times;
  proxy.loses = async (_method, path) => {
    if (!path.includes("$batch") || left === 0) return false;
    left -= 1;
    await meanwhile?.();
    return true;
  };
}

suite("through a connection that loses answers", () => {
  afterEach(() => {
    proxy.loses = () => false;
    proxy.refuseWith = undefined;
  });

  test("an entry whose making was not answered is written once, and its version is good for the next", async () => {
    loseTransactions(1);
    const written = await ledger.write("made", [write("1", visited("Ada")), write("2", large("Bob"))]);
    const versions = await versionsOf(ledger, "made");
    assert.deepEqual(written, [versions.get("1"), versions.get("2")]);
    await ledger.write("made", [write("1", visited("Eve", 2), written[0])]);
    assert.deepEqual(await entriesOf(other, "made"), { 1: visited("Eve", 2), 2: large("Bob") });
  });

  test("an entry whose change was not answered is changed once, and its version is good for the next", async () => {
    const [first] = await ledger.write("changed", [write("1", large("Ada"))]);
    loseTransactions(1);
    const changes = [write("1", visited("Bob", 2), first), write("2", visited("Bob"))];
    const [second] = await ledger.write("changed", changes);
    await ledger.write("changed", [write("1", visited("Eve", 3), second)]);
    assert.deepEqual(await entriesOf(other, "changed"), { 1: visited("Eve", 3), 2: visited("Bob") });
    assert.deepEqual(
      (await blobs()).filter((name) => name.includes("/changed~")),
      [],
    );
  });

  test("what another wrote before the answer was lost is not taken for one's own, even when it is the same", async () => {
    const [version] = await ledger.write("same", [write("1", visited("Ada"))]);
    loseTransactions(1, async () => {
      const present = (await versionsOf(other, "same")).get("1");
      await other.write("same", [write("1", visited("Bob", 2), present)]);
    });
    const changes = [write("1", visited("Bob", 2), version), write("2", large("Bob"))];
    await assert.rejects(ledger.write("same", changes), {
      name: "LedgerConflictError",
      message: /Another pass wrote 1 in the ledger of same;/,
    });
    assert.deepEqual(await entriesOf(other, "same"), { 1: visited("Bob", 2), 2: large("Bob") });
  });

  test("with no answer at all the storage client's error says so, and what was written is whole", async () => {
    loseTransactions(Number.POSITIVE_INFINITY);
    await assert.rejects(ledger.write("silent", [write("1", visited("Ada")), write("2", large("Bob"))]), {
      name: "RestError",
      message: /socket hang up/,
    });
    assert.deepEqual(await entriesOf(other, "silent"), { 1: visited("Ada"), 2: large("Bob") });
  });

  test("an account that refuses gives its own error", async () => {
    proxy.refuseWith = 403;
    await assert.rejects(ledger.write("refused", [write("1", visited("Ada"))]), {
      name: "RestError",
      statusCode: 403,
    });
    await assert.rejects(ledger.read("refused"), { name: "RestError", statusCode: 403 });
  });
});
