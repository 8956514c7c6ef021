import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { underLease } from "../../shared/storage/under-lease.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const azurite = await startAzurite();
after(() => azurite.close());

// Pauses between two looks pass at once; the renewal of a lease, which is longer, waits.
const clock = fakeClock("2026-11-03T04:00:00Z", { auto: 250 });
const storage = storageAccountFrom({ AzureWebJobsStorage: azurite.connectionString }, { clock });

test("work under one name is done one after the other, under different names side by side", async () => {
  const order: string[] = [];
  const opened = Promise.withResolvers<void>();
  const first = underLease("a", { storage, clock }, async () => {
    order.push("first begins");
    await opened.promise;
    order.push("first ends");
  });
  while (order.length === 0) await new Promise(setImmediate);
  await underLease("b", { storage, clock }, async () => order.push("other name"));
  const second = underLease("a", { storage, clock, waitMs: 3_600_000 }, async () => order.push("second"));
  opened.resolve();
  await Promise.all([first, second]);
  assert.deepEqual(order, ["first begins", "other name", "first ends", "second"]);
});

test("who has waited long enough is told that the lock is busy", async () => {
  const begun = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  const holder = underLease("busy", { storage, clock }, () => {
    begun.resolve();
    return opened.promise;
  });
  await begun.promise;
  await assert.rejects(
    underLease("busy", { storage, clock, waitMs: 2000 }, async () => assert.fail("two at once")),
    { name: "LeaseBusyError", message: /The lock busy was not free for 2 s/ },
  );
  opened.resolve();
  await holder;
});

test("work that fails frees the lock", async () => {
  await assert.rejects(
    underLease("failing", { storage, clock }, async () => {
      throw new Error("it failed");
    }),
    /it failed/,
  );
  assert.equal(await underLease("failing", { storage, clock, waitMs: 0 }, async () => "free"), "free");
});
