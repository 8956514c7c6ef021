import assert from "node:assert/strict";
import { test } from "node:test";
import { parsePartition, partitionsOf } from "../../shared/absence/partitions.ts";
import { WorkMessageError } from "../../shared/runs/work-message-error.ts";
import { absenceWorld } from "../../shared/absence/wire.ts";
import { ADA, anAbsenceWorld, somebody } from "../worlds/absence-world.ts";

const COUNT = 1200;

function keysOf(count: number): string[] {
  return Array.from({ length: count }, (_, index) => String(index).padStart(6, "0"));
}

test("the parts of a tick are full batches, cover everybody once, and are 32 at the most", () => {
  for (const count of [0, 1, 500]) assert.deepEqual(partitionsOf(keysOf(count)), []);
  for (const count of [501, 777, 1200, 9999, 10_000, 54_321]) {
    const keys = keysOf(count);
    const parts = partitionsOf(keys);
    assert.ok(parts.length > 1 && parts.length <= 32, `${count} users in ${parts.length} parts`);
    let batches = 0;
    const seen = parts.flatMap(({ from = "", to }) => {
      const own = keys.filter((key) => key >= from && (to === undefined || key < to));
      batches += Math.ceil(own.length / 20);
      return own;
    });
    assert.deepEqual(seen, keys);
    assert.equal(batches, Math.ceil(count / 20), `${count} users`);
    for (const part of parts) assert.deepEqual(parsePartition(JSON.parse(JSON.stringify(part))), part);
  }
});

test("a message that is not one of ours is refused with its mistakes", () => {
  for (const body of [undefined, "", {}, { kind: "absence", version: 2 }, [1]]) {
    assert.throws(() => parsePartition(body), WorkMessageError);
  }
});

test("1,200 users are watched in parts, each told once, and a part that waits is not queued again", async (t) => {
  const account = (number: number): ReturnType<typeof somebody> => somebody(`p${number}@contoso.example`);
  const crowd = { count: COUNT, account };
  const voiceMail = Array.from({ length: COUNT }, (_, index) => ({ alias: account(index + 1).account }));
  const world = await anAbsenceWorld(t, { accounts: [], crowd, voiceMail });
  await world.watchAll(voiceMail.map(({ alias }) => alias));

  await world.service.watch(world.log);
  assert.equal(world.queue.messages.length, 6);
  await world.service.watch(world.log);
  assert.equal(world.queue.messages.length, 6);
  assert.ok(world.log.lines.some((line) => line.includes("6 of 6 parts are still in the queue")));
  assert.doesNotMatch(JSON.stringify(world.queue.messages), /@/u);
  const batches = (): number => world.graph.exchanges.filter(({ path }) => path.endsWith("batch")).length;
  await world.tick();
  assert.equal(batches(), COUNT / 20);
  assert.equal(new Set(world.greetings()).size, COUNT);
  assert.equal(world.greetings().length, COUNT);

  const writes = world.writes();
  await world.tick();
  assert.equal(world.writes(), writes);
  assert.equal(batches(), (2 * COUNT) / 20);
  world.setReplies("p777@contoso.example", { status: "alwaysEnabled" });
  await world.tick();
  assert.equal(world.greetings().length, COUNT + 1);
  assert.equal((await world.watched("p777@contoso.example")).state, "away");
});

test("four batches are in flight at Graph at the most, and as many when there is enough to ask", async (t) => {
  const accounts = Array.from({ length: 200 }, (_, index) => `p${index + 1}@contoso.example`);
  const world = await anAbsenceWorld(t, { accounts });
  await world.watchAll(accounts);
  world.graph.faults.latencyMs = 5;
  let most = 0;
  world.graph.faults.add({
    decide: () => {
      const inFlight = world.graph.exchanges.filter(({ status }) => status === 0).length;
      most = Math.max(most, inFlight);
      return undefined;
    },
  });
  await world.tick();
  assert.equal(most, 4);
});

test("a part whose turn at Graph comes after two minutes is read all the same", async (t) => {
  const world = await anAbsenceWorld(t, { accounts: [ADA] });
  await world.watchAll([ADA]);
  const { graph } = absenceWorld(world.env, { clock: world.clock });
  world.service = world.anotherHost({
    async graph({ signal }) {
      await world.clock.sleep(120_000, signal);
      return graph({ signal });
    },
  });
  const tick = world.service.watch(world.log);
  await world.clock.asleep(120_000);
  await world.clock.advance(120_000);
  await tick;
  assert.deepEqual(world.greetings(), [`False ${ADA}`]);
});
