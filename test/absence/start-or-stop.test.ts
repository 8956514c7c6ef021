import assert from "node:assert/strict";
import { test } from "node:test";
import type { MonitoredUsers } from "../../shared/absence/monitored-users.ts";
import { absenceWorld } from "../../shared/absence/wire.ts";
import { ADA, anAbsenceWorld, BLAISE, somebody } from "../worlds/absence-world.ts";

const SALES = "sales@contoso.example";

/** A table that breaks off once: its answer is lost, or it does nothing. */
function breakingOff(users: MonitoredUsers, step: "named" | "put" | "remove", acts: boolean): MonitoredUsers {
  let isBroken = false;
  const once = async <T>(work: () => Promise<T>): Promise<T> => {
    if (isBroken) return work();
    isBroken = true;
    if (acts) await work();
    throw new Error("The table broke off.");
  };
  const broken: Pick<MonitoredUsers, "named" | "put" | "remove"> = {
    named: (email) => once(() => users.named(email)),
    put: (user) => once(() => users.put(user)),
    remove: (id) => once(() => users.remove(id)),
  };
  return { ...users, [step]: broken[step] };
}

test("an address that passes to somebody else is never two people's, wherever that breaks off", async (t) => {
  const world = await anAbsenceWorld(t);
  const { graph, clock, env } = world;
  const { users } = absenceWorld(env, { clock });
  for (const step of ["named", "put", "remove"] as const) {
    for (const acts of [false, true]) {
      graph.mailbox(BLAISE).changeUser({ proxyAddresses: [] });
      graph.mailbox(ADA).changeUser({ proxyAddresses: [`smtp:${SALES}`] });
      await world.service.monitor({ email: SALES, monitor: true });
      graph.mailbox(ADA).changeUser({ proxyAddresses: [] });
      graph.mailbox(BLAISE).changeUser({ proxyAddresses: [`smtp:${SALES}`] });
      const host = world.anotherHost({ users: breakingOff(users, step, acts) });
      await assert.rejects(host.monitor({ email: SALES, monitor: true }), /broke off/u);
      assert.ok((await users.named(SALES)).length <= 1, `${step}, ${acts}`);
      assert.equal(await host.monitor({ email: SALES, monitor: true }), "done");
      const watched = (await users.named(SALES)).map(({ id }) => id);
      assert.deepEqual(watched, [graph.mailbox(BLAISE).user.id], `${step}, ${acts}`);
    }
  }
});

test("two rows that one address has come to are one when it is asked for again", async (t) => {
  const world = await anAbsenceWorld(t, { accounts: [ADA] });
  const { users } = absenceWorld(world.env, { clock: world.clock });
  await world.service.monitor({ email: ADA, monitor: true });
  await users.put({ id: "left", email: ADA, registration: "one", registeredAt: "2026-11-03T12:00:00.000Z" });
  await world.service.monitor({ email: ADA, monitor: true });
  assert.deepEqual(
    (await users.named(ADA)).map(({ id }) => id),
    [world.graph.mailbox(ADA).user.id],
  );
});

test("a registration does not stand in line behind the batches of a tick", async (t) => {
  const account = (number: number): ReturnType<typeof somebody> => somebody(`p${number}@contoso.example`);
  const world = await anAbsenceWorld(t, { crowd: { count: 200, account } });
  await world.watchAll(Array.from({ length: 200 }, (_, index) => account(index + 1).account));
  world.graph.faults.add({ kind: "hang", path: "batch", times: 4 });
  const ticking = world.service.watch(world.log);
  while (world.graph.exchanges.length < 4) await new Promise(setImmediate);
  assert.equal(await world.service.monitor({ email: ADA, monitor: true }), "done");
  await world.clock.advance(30_000);
  await ticking;
});
