import assert from "node:assert/strict";
import { test } from "node:test";
import { type AbsenceWorld, ADA, anAbsenceWorld, BLAISE } from "../worlds/absence-world.ts";

const MINUTE = 60_000;

function setups({ mediator }: AbsenceWorld): number {
  return mediator.exchanges.filter(({ path }) => path === "/api/setup").length;
}

async function emails({ service }: AbsenceWorld): Promise<string[]> {
  return (await service.list()).map(({ email }) => email).sort();
}

/** The directory is away for all tries of one look-up. */
function loseOneLookUp({ graph }: AbsenceWorld): void {
  graph.faults.add({ kind: "status", status: 503, path: "/users\\?", times: 5 });
}

test("a sync tells how many are watched since, and no one's stop is counted", async (t) => {
  const voiceMail = [{ alias: ADA }, { alias: BLAISE, active: false }, { alias: "gone@contoso.example" }];
  const world = await anAbsenceWorld(t, { voiceMail });
  await world.service.monitor({ email: BLAISE, monitor: true });
  await world.clock.advance(MINUTE);
  const { synchronized, registered } = await world.service.synchronize();
  assert.deepEqual([synchronized, registered], [true, 1]);
  assert.deepEqual(await emails(world), [ADA]);
});

test("a user who is lost while the mediator sends its users is told of, and watched from the next tick on", async (t) => {
  const world = await anAbsenceWorld(t);
  loseOneLookUp(world);
  const report = await world.service.synchronize();
  assert.deepEqual([report.reachable, report.synchronized, report.registered], [true, false, 1]);
  assert.match(report.detail, /1 requests could not be served.* 1 of them are watched since/u);
  assert.deepEqual(await emails(world), [BLAISE]);
  await world.tick();
  assert.deepEqual(await emails(world), [ADA, BLAISE]);
  assert.equal((await world.service.synchronize()).synchronized, true);
});

test("a mediator that breaks off while it sends its users is asked again", async (t) => {
  const world = await anAbsenceWorld(t);
  world.mediator.faults.add({ kind: "reset-after", path: "setup" });
  const report = await world.service.synchronize();
  assert.deepEqual([report.reachable, report.synchronized, report.registered], [true, false, 2]);
  await world.ticks(62);
  assert.equal(setups(world), 2);
});

test("a tick does not wait for a mediator that takes minutes to send its users", async (t) => {
  const world = await anAbsenceWorld(t);
  world.mediator.faults.add({ kind: "hang", path: "setup" });
  const ticking = world.tick();
  await world.clock.asleep(30_000);
  await world.clock.advance(30_000);
  await ticking;
  assert.match(world.log.lines.join("\n"), /asked for its users, and it has not ended within 30 s/u);
});

test("a mediator at another address is asked at once, before the hour is over", async (t) => {
  const world = await anAbsenceWorld(t, { accounts: [], voiceMail: [] });
  await world.ticks(2);
  assert.equal(setups(world), 1);
  const { hostname, port } = new URL(world.mediator.url);
  world.env["MEDIATOR_URL"] = `http://${hostname === "localhost" ? "127.0.0.1" : "localhost"}:${port}`;
  await world.anotherHost().watch(world.log);
  await world.anotherHost().watch(world.log);
  assert.equal(setups(world), 2);
});
