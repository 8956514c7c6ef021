import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { MonitorRequest } from "../../shared/absence/monitor-request.ts";
import type { AbsenceService } from "../../shared/absence/service.ts";
import { absenceWorld } from "../../shared/absence/wire.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { type AbsenceWorld, ADA, anAbsenceWorld, BLAISE } from "../worlds/absence-world.ts";

const START = { email: BLAISE, monitor: true };
const STOP = { email: BLAISE, monitor: false };

async function emails({ service }: AbsenceWorld): Promise<string[]> {
  return (await service.list()).map(({ email }) => email).sort();
}

/** The directory is away for all tries of one look-up. */
function loseOneLookUp({ graph }: AbsenceWorld): void {
  graph.faults.add({ kind: "status", status: 503, path: "/users\\?", times: 5 });
}

/** Somebody is watched, so no tick asks the mediator for its users. */
async function aWorldWithAda(t: TestContext): Promise<AbsenceWorld> {
  const world = await anAbsenceWorld(t);
  await world.service.monitor({ email: ADA, monitor: true });
  return world;
}

async function miss(request: MonitorRequest, world: AbsenceWorld): Promise<void> {
  const host = world.anotherHost({ directory: () => Promise.reject(new Error("The directory is away.")) });
  await assert.rejects(host.monitor(request), /is away/u);
}

/** A host in whose tick a request is looked up when `asked` resolves; the directory says nothing before it is let go. */
function hostThatLooksUp(
  world: AbsenceWorld,
  { fails }: { fails: boolean },
): { host: AbsenceService; asked: Promise<void>; letGo(): void } {
  const [asked, gone] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const { directory } = absenceWorld(world.env, { clock: world.clock });
  const host = world.anotherHost({
    directory: async (options) => {
      asked.resolve();
      await gone.promise;
      if (fails) throw new Error("The directory is away.");
      return directory(options);
    },
  });
  return { host, asked: asked.promise, letGo: gone.resolve };
}

test("a request that could not be served is served by another host, once, and nobody else is told of anew", async (t) => {
  const world = await anAbsenceWorld(t);
  await world.service.monitor({ email: ADA, monitor: true });
  await world.tick();
  const before = world.greetings().length;
  loseOneLookUp(world);
  await assert.rejects(world.service.monitor({ email: BLAISE, monitor: true }));
  await world.anotherHost().watch(world.log);
  assert.deepEqual(await emails(world), [ADA, BLAISE]);
  await world.ticks(2);
  const setups = world.mediator.exchanges.filter(({ path }) => path === "/api/setup");
  assert.deepEqual([setups.length, world.greetings().slice(before).length], [0, 1]);
});

test("a request that still cannot be served waits, and what was asked for since takes its place", async (t) => {
  const world = await anAbsenceWorld(t);
  await world.service.monitor({ email: ADA, monitor: true });
  world.graph.faults.add({ kind: "status", status: 503, path: "/users\\?", times: 0 });
  await assert.rejects(world.service.monitor({ email: BLAISE, monitor: true }));
  await world.tick();
  assert.match(world.log.lines.join("\n"), /still cannot be served/u);
  world.graph.faults.clear();
  await world.service.monitor({ email: BLAISE, monitor: false });
  await world.ticks(2);
  assert.deepEqual(await emails(world), [ADA]);
});

test("a request that cannot be served keeps no other waiting", async (t) => {
  const world = await anAbsenceWorld(t);
  world.graph.faults.add({ kind: "status", status: 503, path: "/users\\?", times: 10 });
  for (const email of [ADA, BLAISE]) await assert.rejects(world.service.monitor({ email, monitor: true }));
  world.graph.faults.clear();
  world.graph.faults.add({ kind: "status", status: 503, path: encodeURIComponent(ADA), times: 0 });
  await world.tick();
  assert.deepEqual(await emails(world), [BLAISE]);
});

test("a request is served in a tick that cannot read a single mailbox", async (t) => {
  const world = await anAbsenceWorld(t);
  await world.service.monitor({ email: ADA, monitor: true });
  loseOneLookUp(world);
  await assert.rejects(world.service.monitor({ email: BLAISE, monitor: true }));
  world.graph.faults.clear();
  world.graph.faults.add({ kind: "status", status: 503, path: "mailboxSettings", times: 0 });
  await assert.rejects(world.tick(), /could not be read/u);
  assert.deepEqual(await emails(world), [ADA, BLAISE]);
});

test("an address that Graph will never understand is not asked for again with each tick", async (t) => {
  const world = await anAbsenceWorld(t);
  await world.service.monitor({ email: ADA, monitor: true });
  world.graph.faults.add({ kind: "status", status: 400, path: "/users\\?" });
  await assert.rejects(world.service.monitor({ email: BLAISE, monitor: true }));
  const lookUps = (): number => world.graph.exchanges.filter(({ path }) => path.endsWith("/users")).length;
  const asked = lookUps();
  await world.ticks(2);
  assert.equal(lookUps(), asked);
});

for (const [missed, since, watched] of [
  [START, STOP, [ADA]],
  [STOP, START, [ADA, BLAISE]],
] as const) {
  const [first, then] = missed.monitor ? ["start", "stop"] : ["stop", "start"];
  for (const isServed of [true, false]) {
    for (const fails of [true, false]) {
      const name = `a ${then} that is ${isServed ? "served" : "missed"} while a missed ${first} is ${fails ? "tried in vain" : "being served"} is what counts`;
      test(name, async (t) => {
        const world = await aWorldWithAda(t);
        await miss(missed, world);
        const { host, asked, letGo } = hostThatLooksUp(world, { fails });
        const ticking = host.watch(world.log);
        await asked;
        if (isServed) assert.equal(await world.service.monitor(since), "done");
        else await miss(since, world);
        letGo();
        await ticking;
        await world.ticks(2);
        assert.deepEqual(await emails(world), watched);
      });
    }
  }
}

test("a start that is served while the stop before it still waits for the directory is what counts", async (t) => {
  const world = await aWorldWithAda(t);
  const { host, asked, letGo } = hostThatLooksUp(world, { fails: true });
  const stopping = assert.rejects(host.monitor(STOP), /is away/u);
  await asked;
  await world.clock.advance(1000);
  assert.equal(await world.service.monitor(START), "done");
  await world.clock.advance(1000);
  letGo();
  await stopping;
  await world.ticks(2);
  assert.deepEqual(await emails(world), [ADA, BLAISE]);
});

test("a start is what counts when the stop before it was missed by a host whose clock is ahead", async (t) => {
  const world = await aWorldWithAda(t);
  const ahead = { now: () => new Date(world.clock.now().getTime() + 30_000), sleep: world.clock.sleep };
  const host = world.anotherHost({
    clock: ahead,
    directory: () => Promise.reject(new Error("The directory is away.")),
  });
  await assert.rejects(host.monitor(STOP), /is away/u);
  await world.clock.advance(10_000);
  assert.equal(await world.service.monitor(START), "done");
  await world.ticks(2);
  assert.deepEqual(await emails(world), [ADA, BLAISE]);
});

test("a sync that has everybody served says so, whatever was missed before", async (t) => {
  const world = await anAbsenceWorld(t);
  await miss(START, world);
  const { synchronized, detail } = await world.service.synchronize();
  assert.equal(synchronized, true, detail);
  assert.deepEqual(await emails(world), [ADA, BLAISE]);
});

test("requests that cannot be served for now keep none of the others waiting for ever", async (t) => {
  const world = await aWorldWithAda(t);
  const others = ["a", "b", "c"].map((name) => `${name}@contoso.example`);
  for (const email of others) {
    await miss({ email, monitor: true }, world);
    world.graph.faults.add({ kind: "status", status: 503, path: encodeURIComponent(email), times: 0 });
  }
  await miss(START, world);
  await world.ticks(5);
  assert.deepEqual(await emails(world), [ADA, BLAISE]);
});

for (const [what, bytes] of [
  ["no JSON", "{"],
  ["no request", '{"email":"x"}'],
] as const) {
  test(`a note that is ${what} keeps no request waiting, and is dropped with a warning`, async (t) => {
    const world = await aWorldWithAda(t);
    const container = await storageAccountFrom(world.env, { clock: world.clock }).container("absence");
    await container.getBlockBlobClient("missed/a.json").upload(bytes, bytes.length);
    await miss(START, world);
    await world.tick();
    assert.deepEqual(await emails(world), [ADA, BLAISE]);
    assert.match(world.log.lines.join("\n"), /cannot be read, and is dropped/u);
    assert.equal((await world.service.synchronize()).synchronized, true);
  });
}

test("a tick that fails tells all its reasons", async (t) => {
  const world = await aWorldWithAda(t);
  const { blobs } = absenceWorld(world.env, { clock: world.clock });
  const host = world.anotherHost({
    graph: () => Promise.reject(new Error("There is no token.")),
    blobs: { ...blobs, names: () => Promise.reject(new Error("The notes cannot be listed.")) },
  });
  await assert.rejects(host.watch(world.log), /There is no token\..*The notes cannot be listed\./u);
});
