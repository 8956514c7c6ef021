import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { type AddressInfo, type Socket, connect, createServer } from "node:net";
import { after, test } from "node:test";
import { ContainerClient } from "@azure/storage-blob";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { type Lease, acquireLease } from "../../shared/storage/blob-lease.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";

const azurite = await startAzurite();
const env = { AzureWebJobsStorage: azurite.connectionString };
const account = storageAccountFrom(env, { clock: fakeClock("2026-11-03T04:00:00Z") });
const container = await account.container("locks");
const held: Lease[] = [];
after(async () => {
  await Promise.all(held.map((lease) => lease.release()));
  await azurite.close();
});

const anyClock = (): FakeClock => fakeClock("2026-11-03T04:00:00Z");

async function acquire(name: string, clock = anyClock(), from = container): Promise<Lease | undefined> {
  const lease = await acquireLease(from, name, { seconds: 15, clock });
  if (lease) held.push(lease);
  return lease;
}

async function acquired(name: string, clock = anyClock(), from = container): Promise<Lease> {
  const lease = await acquire(name, clock, from);
  assert.ok(lease, "the lock is held by another");
  return lease;
}

/** Somebody else takes the lock away, as an administrator can. */
async function breakLease(name: string): Promise<void> {
  await container.getBlobClient(name).getBlobLeaseClient().breakLease(0);
}

/** The container over a connection that can be cut. */
async function aWire(): Promise<{ container: ContainerClient; cut: () => void }> {
  const port = Number(new URL(container.url).port);
  const sockets: Socket[] = [];
  const proxy = createServer((socket) => {
    const onwards = connect(port, "127.0.0.1");
    sockets.push(socket, onwards);
    socket.pipe(onwards).pipe(socket);
    for (const end of [socket, onwards]) end.on("error", () => undefined);
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
  const proxied = azurite.connectionString.replaceAll(
    `:${port}/`,
    `:${(proxy.address() as AddressInfo).port}/`,
  );
  return {
    container: new ContainerClient(proxied, "locks", { retryOptions: { maxTries: 1 } }),
    cut: () => {
      proxy.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));
}

test("a lock is held by one at a time, and free again when it is released", async () => {
  const name = randomUUID();
  const lease = await acquired(name);
  assert.equal(await acquire(name), undefined);
  await lease.release();
  await acquired(name);
});

test("of many who want a new lock at once, one gets it", async () => {
  const name = randomUUID();
  const leases = await Promise.all(Array.from({ length: 8 }, () => acquire(name)));
  assert.equal(leases.filter(Boolean).length, 1);
});

test("different locks do not know of each other", async () => {
  await acquired(randomUUID());
  await acquired(randomUUID());
});

test("a lock renews itself while its holder works", async () => {
  const clock = anyClock();
  const lease = await acquired(randomUUID(), clock);
  for (let round = 0; round < 20; round += 1) {
    await clock.asleep(5000);
    await clock.advance(5000);
  }
  assert.equal(lease.signal.aborted, false);
});

test("a lock that was taken away tells its holder at the next renewal", async () => {
  const name = randomUUID();
  const clock = anyClock();
  const lease = await acquired(name, clock);
  await breakLease(name);
  const reason = aborted(lease.signal);
  await clock.advance(5000);
  assert.match(String(await reason), new RegExp(`LeaseLostError: The lock ${name} was lost`));
});

test("a lock that cannot be renewed is given up when its time is over, not later", async () => {
  const clock = anyClock();
  const wire = await aWire();
  const lease = await acquired(randomUUID(), clock, wire.container);
  wire.cut();
  const reason = aborted(lease.signal);
  await clock.advance(14_999);
  assert.equal(lease.signal.aborted, false);
  await clock.advance(1);
  assert.match(String(await reason), /LeaseLostError/);
});

test("a holder that is gone keeps others out no longer than its time", async () => {
  const name = randomUUID();
  const lease = await acquired(name);
  const { leaseDuration, leaseState } = await container.getBlobClient(name).getProperties();
  assert.deepEqual([leaseDuration, leaseState], ["fixed", "leased"]);
  await lease.release();
});

test("releasing a lock that was lost, or twice, does no harm", async () => {
  const name = randomUUID();
  const lease = await acquired(name);
  await breakLease(name);
  const other = await acquired(name);
  await lease.release();
  await lease.release();
  assert.equal(await acquire(name), undefined);
  await other.release();
});

test("a time the service does not allow, or a service that is away, is an error and not a held lock", async () => {
  await assert.rejects(acquireLease(container, randomUUID(), { seconds: 5, clock: anyClock() }));
  const nowhere = new ContainerClient(
    azurite.connectionString.replaceAll(/127\.0\.0\.1:\d+/g, "127.0.0.1:1"),
    "locks",
    { retryOptions: { maxTries: 1 } },
  );
  await assert.rejects(acquireLease(nowhere, "x", { seconds: 15, clock: anyClock() }), {
    code: "ECONNREFUSED",
  });
});
