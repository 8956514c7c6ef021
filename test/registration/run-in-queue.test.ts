import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import type { RegistrationWorld, RunOutcome } from "../../shared/registration/service.ts";
import type { WorkMessage } from "../../shared/registration/work-message.ts";
import type { Lease } from "../../shared/storage/blob-lease.ts";
import { aQueueWorld, type QueueWorld } from "../worlds/queue-world.ts";
import { outcomesOf } from "../worlds/registration-world.ts";
import { session } from "../worlds/seeds.ts";

const TEAMS = {
  sharks: { calendar: { topic: "Sharks" } },
  frogs: { connection: "pond", calendar: { topic: "Frogs" } },
};

/** Never lost: the time of these worlds passes faster than that of their storage account. */
const LEASE: Lease = { signal: new AbortController().signal, release: async () => undefined };

/** Asks a host that never gets its turn at the usual connection; another works at the queue. */
async function aCrowdedWorld(t: TestContext, changes: Partial<RegistrationWorld> = {}): Promise<QueueWorld> {
  const world = await aQueueWorld(t, { events: [session()], teams: TEAMS });
  const connectionLease = async (connection: string): Promise<Lease | undefined> =>
    connection === "default" ? undefined : LEASE;
  const crowded = world.anotherHost({ connectionLease, ...changes });
  return Object.assign(world, { ask: (request: unknown) => crowded.runNow(request, world.log) });
}

function batchIn(outcome: RunOutcome): string {
  assert.ok(outcome.kind === "queued", JSON.stringify(outcome));
  const { origin, pathname, searchParams } = new URL(outcome.location);
  assert.equal(origin + pathname, "https://rollcall.example/api/registrations/runs");
  assert.equal(searchParams.get("limit"), "200");
  return searchParams.get("batch") ?? "";
}

suite("a run whose turn does not come while somebody waits for the answer", () => {
  test("goes on in the queue, and its outcome is where the answer says", async (t) => {
    const world = await aCrowdedWorld(t);
    const outcome = await world.ask({ team: "robots" });
    const batch = batchIn(outcome);
    assert.deepEqual(outcome.kind === "queued" && outcome.runs, []);
    assert.deepEqual(await world.history({ batch }), []);
    assert.deepEqual(await world.drain(), []);
    const [run, ...others] = await world.history({ batch });
    assert.deepEqual([run?.team, run && outcomesOf(run), others], ["robots", ["sent new"], []]);
    assert.equal(world.mailbox.sent.length, 1);
  });

  test("does not keep the teams of other connections, whose reports are in the answer", async (t) => {
    const world = await aCrowdedWorld(t, { lock: async () => LEASE });
    const outcome = await world.ask({});
    const batch = batchIn(outcome);
    assert.ok(outcome.kind === "queued");
    assert.deepEqual(
      outcome.runs.map((run) => [run.team, run.batch, run.error?.code]),
      [["frogs", batch, "not_connected"]],
    );
    const [message, ...others] = world.queue.messages.map(({ body }) => body as WorkMessage);
    assert.deepEqual([message?.connection, message?.teams, others], ["default", ["robots", "sharks"], []]);
    await world.drain();
    const runs = await world.history({ batch });
    assert.deepEqual(runs.map(({ team }) => team).sort(), ["frogs", "robots", "sharks"]);
    assert.ok(
      world.log.lines.includes("warn: 2 of 3 passes were not begun in time: they go on in the queue"),
    );
  });

  test("does there what was asked for", async (t) => {
    const world = await aCrowdedWorld(t);
    const trial = batchIn(await world.ask({ team: "robots", trial: true, to: "me@example.com" }));
    const dryRun = batchIn(await world.ask({ team: "robots", dryRun: true }));
    await world.drain();
    const [tried] = await world.history({ batch: trial });
    assert.deepEqual(
      tried?.events.map(({ to }) => to),
      [["me@example.com"]],
    );
    const [dry] = await world.history({ batch: dryRun });
    assert.deepEqual([dry?.dryRun, dry && outcomesOf(dry)], [true, ["would_send new"]]);
    assert.match(world.mailbox.sent[0]?.subject ?? "", /^\[Trial\]/);
    assert.equal(world.mailbox.sent.length, 1);
  });

  test("fails when it cannot be queued either", async (t) => {
    const world = await aCrowdedWorld(t);
    world.queue.refuse(1);
    await assert.rejects(world.ask({ team: "robots" }), { name: "RestError" });
  });

  test("leaves the team free for whoever gets the turn", async (t) => {
    const world = await aCrowdedWorld(t);
    await world.ask({ team: "robots" });
    const outcome = await world.service.runNow({ team: "robots" }, world.log);
    assert.ok(outcome.kind === "ran");
    assert.deepEqual(outcome.runs.map(outcomesOf), [["sent new"]]);
  });
});

test("a team whose pass is running says so at once, however busy its connection is", async (t) => {
  const world = await aQueueWorld(t, { events: [session()] });
  const host = world.anotherHost({ lock: async () => undefined, connectionLease: () => assert.fail() });
  const outcome = await host.runNow({ team: "robots" }, world.log);
  assert.equal(outcome.kind, "already_running");
});

test("a storage account that is away makes a failed report of each team", async (t) => {
  const world = await aQueueWorld(t, { events: [session()] });
  const down = Object.assign(new Error("The account is not to be reached."), { name: "RestError" });
  const host = world.anotherHost({ connectionLease: () => Promise.reject(down) });
  for (const request of [{}, { dryRun: true }]) {
    const outcome = await host.runNow(request, world.log);
    assert.ok(outcome.kind === "ran");
    assert.deepEqual(
      outcome.runs.map(({ error }) => error?.code),
      ["storage_unavailable"],
    );
  }
  // The team's lock was freed.
  assert.deepEqual((await world.runAll()).map(outcomesOf), [["sent new"]]);
});

test("a request that is too large for the queue is refused before anything is done", async (t) => {
  const world = await aQueueWorld(t, { events: [session()] });
  const outcome = await world.ask({ resend: Array.from({ length: 300 }, () => "e".repeat(150)) });
  assert.ok(outcome.kind === "invalid");
  assert.match(outcome.detail, /the request is larger than 32 KiB/);
  assert.equal(world.graph.exchanges.length, 0);
});

suite("a forced run that leaves a notice in doubt", () => {
  const LOST = { kind: "reset-after", method: "POST", path: "/sendMail$" } as const;

  test("is tried again by itself, since nobody may be waiting any more", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    world.graph.faults.add(LOST);
    assert.deepEqual(outcomesOf(await world.run({ team: "robots" })), ["pending new"]);
    assert.deepEqual(await world.drain(), []);
    assert.equal((await world.history()).length, 1, "not before its time");
    await world.clock.advance(15 * 60_000);
    assert.deepEqual(await world.drain(), []);
    const [again] = await world.history();
    assert.deepEqual(again && outcomesOf(again), ["sent resent_unverified"]);
    assert.deepEqual(world.queue.messages, []);
  });

  test("is not when somebody tried something out, or asked for a notice again", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    for (const request of [{ trial: true, to: "me@example.com" }, { resend: [world.idOf("Team Session")] }]) {
      world.graph.faults.add(LOST);
      assert.equal((await world.run(request)).events[0]?.action, "pending");
    }
    assert.deepEqual(world.queue.messages, []);
  });
});
