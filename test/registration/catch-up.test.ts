import assert from "node:assert/strict";
import { test } from "node:test";
import type { WorkMessage } from "../../shared/registration/work-message.ts";
import { aQueueWorld, type QueueWorld } from "../worlds/queue-world.ts";
import { session } from "../worlds/seeds.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const BATCH = "scheduled-2026-11-03T11:30:00Z";
const SHARKS = { sharks: { calendar: { topic: "Sharks" } } };

/** The teams that are in the queue. */
function queued({ queue }: QueueWorld): string[] {
  return queue.messages.flatMap(({ body }) => (body as WorkMessage).teams);
}

test("a timer that did not fire is made good: every team is queued for the occurrence it missed", async (t) => {
  const world = await aQueueWorld(t, { events: [session()], teams: SHARKS });
  await world.clock.advance(HOUR);
  await world.catchUp();
  assert.deepEqual(queued(world), ["robots", "sharks"]);
  assert.deepEqual(world.log.lines, [`warn: 2 of 2 teams have no report of ${BATCH}: they are queued again`]);
  await world.drain();
  const runs = await world.history({ batch: BATCH });
  assert.deepEqual(runs.map(({ team, status }) => `${team} ${status}`).sort(), ["robots ok", "sharks ok"]);
  await world.clock.advance(HOUR);
  await world.catchUp();
  assert.deepEqual(queued(world), []);
});

test("what a timer left out is queued, and what it did not is not made twice", async (t) => {
  const world = await aQueueWorld(t, { events: [session()], teams: SHARKS });
  await world.timer();
  await world.drain();
  await world.writeConfig("teams/frogs.json", {
    team: "Frogs",
    mail: { to: "host@example.org", pattern: "conf/mail-pattern.txt" },
    calendar: { name: "Team Calendar", topic: "Frogs" },
  });
  await world.clock.advance(HOUR);
  await world.catchUp();
  assert.deepEqual(queued(world), ["frogs"]);
});

test("what is in the queue still is there twice, and is run once", async (t) => {
  const world = await aQueueWorld(t, { events: [session()], teams: SHARKS });
  await world.timer();
  await world.clock.advance(HOUR);
  await world.catchUp();
  await world.timer(true);
  assert.equal(queued(world).length, 6);
  await world.drain();
  assert.deepEqual((await world.history()).map(({ team }) => team).sort(), ["robots", "sharks"]);
});

test("a run that failed has its report, so that it is for its own next try, or for a person", async (t) => {
  const teams = { sharks: { calendar: { name: "Nowhere", topic: "Sharks" } }, frogs: "{" };
  const world = await aQueueWorld(t, { teams });
  world.login.faults.add({ kind: "status", status: 503, times: 0 });
  await assert.rejects(world.timer());
  await world.drain();
  await world.clock.advance(10 * MINUTE);
  const before = queued(world);
  await world.catchUp();
  assert.deepEqual(queued(world), before);
});

test("a file that is wrong is reported here, too, once, when the timer has not done it", async (t) => {
  const world = await aQueueWorld(t, { teams: { frogs: "{" } });
  await world.clock.advance(HOUR);
  await assert.rejects(world.catchUp(), /ROLLCALL_PASS_FAILED team frogs/);
  await world.catchUp();
  assert.deepEqual(
    (await world.history()).map(({ team, batch }) => [team, batch]),
    [["frogs", BATCH]],
  );
});

test("what was put aside is not queued again: it waits for a person", async (t) => {
  const world = await aQueueWorld(t, { teams: SHARKS });
  await world.timer();
  const [message] = world.queue.messages;
  await world.queue.drain(async () => undefined);
  world.queue.putAside({ ...(message?.body as WorkMessage), teams: ["robots"] });
  await world.clock.advance(HOUR);
  await world.catchUp();
  assert.deepEqual(queued(world), ["sharks"]);
});

for (const [when, milliseconds] of [
  ["while the timer's own messages are on their way", 9 * MINUTE],
  ["when the next occurrence is due", 24 * HOUR + 1],
] as const) {
  test(`nothing is queued ${when}`, async (t) => {
    const world = await aQueueWorld(t);
    await world.clock.advance(milliseconds);
    await world.catchUp();
    assert.deepEqual(queued(world), []);
  });
}

test("an occurrence of the day before is nothing the day owes", async (t) => {
  const world = await aQueueWorld(t);
  await world.clock.advance(25 * HOUR);
  await world.service.enqueueOwed({ schedule: "0 30 11 3 * *" }, world.log);
  assert.deepEqual(queued(world), []);
});
