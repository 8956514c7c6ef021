import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { configFolder } from "../../shared/config/config-folder.ts";
import { runIdOf } from "../../shared/runs/run-id.ts";
import type { Run } from "../../shared/registration/run.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import type { Lease } from "../../shared/storage/blob-lease.ts";
import type { WorkMessage } from "../../shared/registration/work-message.ts";
import { aQueueWorld, type QueueWorld } from "../worlds/queue-world.ts";
import { outcomesOf } from "../worlds/registration-world.ts";
import { session, sessions } from "../worlds/seeds.ts";
import { COACH } from "../worlds/services.ts";

const MINUTE = 60_000;
const BATCH = "scheduled-2026-11-03T11:30:00Z";
const SHARKS = { sharks: { calendar: { topic: "Sharks" } } };
const MESSAGE: WorkMessage = {
  kind: "passes",
  version: 1,
  batch: BATCH,
  connection: "default",
  teams: ["robots"],
  attempt: 0,
};

/** Teams, try, and minutes until it is visible, of what is in the queue. */
function waiting({ queue, clock }: QueueWorld): [string[], number, number][] {
  return queue.messages.map(({ body, visibleAt }) => {
    const { teams, attempt } = body as WorkMessage;
    return [teams, attempt, (visibleAt.getTime() - clock.now().getTime()) / MINUTE];
  });
}

/** Another host's hold on a lock. */
async function held({ blobs }: QueueWorld, name: string): Promise<{ free(): Promise<unknown> }> {
  const locks = blobs.getContainerClient("locks");
  await locks.createIfNotExists();
  const lock = locks.getBlockBlobClient(name);
  await lock.upload("", 0);
  const lease = lock.getBlobLeaseClient();
  await lease.acquireLease(60);
  return { free: () => lease.releaseLease() };
}

async function broken({ blobs }: QueueWorld, name: string): Promise<void> {
  await blobs.getContainerClient("locks").getBlobClient(name).getBlobLeaseClient().breakLease(0);
}

function shown(runs: Run[]): string[] {
  return runs.map((run) => `${run.team}: ${run.error?.code ?? outcomesOf(run).join(", ")}`);
}

suite("a message that comes twice", () => {
  test("has its passes made once", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    const [first, ...others] = await world.service.work(MESSAGE, world.log);
    assert.deepEqual([first?.runId, others], [runIdOf({ batch: BATCH, subject: "robots", attempt: 0 }), []]);
    assert.deepEqual(await world.service.work(MESSAGE, world.log), []);
    assert.deepEqual(await world.history(), [first]);
    assert.match(world.log.lines.at(-1) ?? "", /^info: team robots: run .* has ended already$/);
  });

  test("mends the lists that a crash left without the report", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    const [run] = await world.service.work(MESSAGE, world.log);
    const table = await storageAccountFrom(world.env, world).table("registrationruns");
    for await (const { partitionKey = "", rowKey = "" } of table.listEntities()) {
      await table.deleteEntity(partitionKey, rowKey);
    }
    assert.deepEqual(await world.history(), []);
    await world.service.work(MESSAGE, world.log);
    assert.deepEqual(
      [await world.history(), await world.history({ team: "robots" }), await world.history({ batch: BATCH })],
      [[run], [run], [run]],
    );
  });
});

suite("a connection that another works for", () => {
  test("is left alone: the message comes again half a minute later, and is none of the five tries", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    const lock = await held(world, "registration/connection/default");
    await world.queue.send(MESSAGE);
    for (let time = 0; time < 7; time += 1) {
      assert.deepEqual(await world.drain(), []);
      assert.deepEqual(waiting(world), [[["robots"], 0, 0.5]]);
      await world.clock.advance(MINUTE / 2);
    }
    assert.equal(world.graph.exchanges.length, 0);
    await lock.free();
    await world.drain();
    assert.deepEqual(shown(await world.history()), ["robots: sent new"]);
    assert.deepEqual(waiting(world), []);
  });

  test("keeps no other connection waiting", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    await held(world, "registration/connection/pond");
    await world.queue.send({ ...MESSAGE, connection: "pond", teams: ["frogs"] });
    await world.queue.send(MESSAGE);
    await world.drain();
    assert.deepEqual(shown(await world.history()), ["robots: sent new"]);
    assert.deepEqual(waiting(world), [[["frogs"], 0, 0.5]]);
  });
});

test("a team whose pass is running already is run half a minute later; the others of its message now", async (t) => {
  const world = await aQueueWorld(t, { events: [session(), session({ subject: "Sharks" })], teams: SHARKS });
  const lock = await held(world, "registration/robots");
  await world.queue.send({ ...MESSAGE, teams: ["robots", "sharks"] });
  await world.drain();
  assert.deepEqual(shown(await world.history()), ["sharks: sent new"]);
  assert.deepEqual(waiting(world), [[["robots"], 0, 0.5]]);
  await lock.free();
  await world.clock.advance(MINUTE / 2);
  await world.drain();
  assert.deepEqual(shown(await world.history()).sort(), ["robots: sent new", "sharks: sent new"]);
});

suite("a run that failed", () => {
  test("for a reason that may pass is tried again after 15 minutes, an hour, and three hours", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    world.login.faults.add({ kind: "status", status: 503, times: 0 });
    await world.queue.send(MESSAGE);
    await world.drain();
    for (const [attempt, minutes] of [
      [1, 15],
      [2, 60],
      [3, 180],
    ] as const) {
      const [next, ...others] = waiting(world);
      assert.deepEqual(
        [next?.[0], next?.[1], Math.round(next?.[2] ?? 0), others],
        [["robots"], attempt, minutes, []],
      );
      await world.clock.advance((minutes + 1) * MINUTE);
      assert.deepEqual(await world.drain(), []);
    }
    assert.deepEqual(waiting(world), []);
    const runs = await world.history({ batch: BATCH });
    assert.deepEqual(shown(runs), Array(4).fill("robots: token_unavailable"));
    assert.equal(new Set(runs.map(({ runId }) => runId)).size, 4);
    assert.equal(world.log.lines.filter((line) => line.startsWith("error: ROLLCALL_PASS_FAILED")).length, 4);
    assert.ok(
      world.log.lines.some((line) => /^warn: team robots: .* again in 60 minutes \(2 of 3\)$/.test(line)),
    );
  });

  test("and then ended well is not tried again", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    world.login.faults.add({ kind: "status", status: 503, times: 0 });
    await world.queue.send(MESSAGE);
    await world.drain();
    world.login.faults.clear();
    await world.clock.advance(16 * MINUTE);
    await world.drain();
    assert.deepEqual(shown(await world.history()), ["robots: sent new", "robots: token_unavailable"]);
    assert.deepEqual(waiting(world), []);
  });

  test("in part is tried again, and announces what it had not", async (t) => {
    const world = await aQueueWorld(t, { events: sessions(2) });
    world.graph.faults.add({ kind: "status", status: 403, method: "POST", path: "/sendMail$", times: 1 });
    await world.queue.send(MESSAGE);
    await world.drain();
    assert.equal((await world.history())[0]?.status, "partial");
    await world.clock.advance(16 * MINUTE);
    await world.drain();
    assert.equal((await world.history())[0]?.status, "ok");
    assert.equal(world.mailbox.sent.length, 2);
  });

  test("for a reason that waits for a person is not tried again", async (t) => {
    const world = await aQueueWorld(t, {
      teams: { frogs: { connection: "pond" } },
      team: { calendar: { name: "Nowhere" } },
    });
    await world.queue.send(MESSAGE);
    await world.queue.send({ ...MESSAGE, connection: "pond", teams: ["frogs"] });
    await world.drain();
    assert.deepEqual(shown(await world.history()).sort(), [
      "frogs: not_connected",
      "robots: calendar_not_found",
    ]);
    assert.deepEqual(waiting(world), []);
  });

  test("stops none of the others of its message", async (t) => {
    const teams = { sharks: { calendar: { name: "Nowhere", topic: "Sharks" } } };
    const world = await aQueueWorld(t, { events: [session()], teams });
    await world.queue.send({ ...MESSAGE, teams: ["sharks", "robots"] });
    assert.deepEqual(await world.drain(), []);
    assert.deepEqual(shown(await world.history()).sort(), ["robots: sent new", "sharks: calendar_not_found"]);
  });
});

suite("what goes on in the queue for somebody", () => {
  const asked = { dryRun: false, resend: [], trial: false };

  test("is kept when it is a dry run: there is no other place for what it shows", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    await world.queue.send({ ...MESSAGE, request: { ...asked, dryRun: true } });
    await world.drain();
    const [run] = await world.history({ batch: BATCH });
    assert.deepEqual([run?.dryRun, shown(run ? [run] : [])], [true, ["robots: would_send new"]]);
    assert.equal(run?.events[0]?.mail?.subject, "TestBots on Tuesday, 03. November 2026");
    assert.deepEqual(world.log.lines, ["info: dry run of team robots: ok"]);
  });

  test("goes where the request says", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    await world.queue.send({ ...MESSAGE, request: { ...asked, to: ["me@example.com"] } });
    await world.drain();
    assert.deepEqual(
      world.mailbox.sent[0]?.to.map(({ address }) => address),
      ["me@example.com"],
    );
  });

  for (const [what, request] of [
    ["a dry run", { dryRun: true }],
    ["a trial", { trial: true, to: ["me@example.com"] }],
    ["a resend", { resend: ["an-event"] }],
  ] as const) {
    test(`is not tried again when it is ${what}`, async (t) => {
      const world = await aQueueWorld(t, { events: [session()] });
      world.login.faults.add({ kind: "status", status: 503, times: 0 });
      await world.queue.send({ ...MESSAGE, request: { ...asked, ...request } });
      await world.drain();
      assert.deepEqual(shown(await world.history()), ["robots: token_unavailable"]);
      assert.deepEqual(waiting(world), []);
    });
  }
});

suite("a message that cannot be worked at", () => {
  test("because the storage account is away comes again, and is put aside after the fifth time", async (t) => {
    const down = Object.assign(new Error("The account is not to be reached."), { name: "RestError" });
    const world = await aQueueWorld(t, {}, { connectionLease: () => Promise.reject(down) });
    await world.queue.send(MESSAGE);
    assert.deepEqual(await world.drain(), Array(5).fill(down));
    assert.deepEqual(
      (await world.queue.poison.peek()).map(({ body }) => body),
      [MESSAGE],
    );
    assert.deepEqual(waiting(world), []);
  });

  test("because its next try could not be queued comes again, and the pass with it", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    world.login.faults.add({ kind: "status", status: 503, times: 0 });
    await world.queue.send(MESSAGE);
    world.queue.refuse(1);
    assert.match(String(await world.drain()), /The queue is not to be reached/);
    assert.deepEqual(shown(await world.history()), ["robots: token_unavailable"]);
    assert.deepEqual(
      waiting(world).map(([teams, attempt]) => [teams, attempt]),
      [[["robots"], 1]],
    );
  });

  test("because it is none of ours is put aside", async (t) => {
    const world = await aQueueWorld(t);
    await world.queue.send({ hello: "world" });
    const failures = await world.drain();
    assert.equal(failures.length, 5);
    assert.match(
      String(failures[0]),
      /^WorkMessageError: A message in the queue registration-passes is not one of ours/,
    );
  });
});

test("a report that cannot be kept is a warning, and the message is done", async (t) => {
  const world = await aQueueWorld(t, { events: [session()] });
  await world.service.history({});
  await world.blobs.getContainerClient("registration-runs").delete();
  await world.queue.send(MESSAGE);
  assert.deepEqual(await world.drain(), []);
  assert.match(world.log.lines.join("\n"), /warn: the report of run .* was not kept/);
  assert.equal(world.mailbox.sent.length, 1);
});

test("a team whose file is gone is left out", async (t) => {
  const world = await aQueueWorld(t, { events: [session()] });
  await world.queue.send({ ...MESSAGE, teams: ["dodos", "robots"] });
  await world.drain();
  assert.deepEqual(shown(await world.history()), ["robots: sent new"]);
  assert.ok(world.log.lines.includes("warn: team dodos: its file is gone, so there is nothing to run"));
});

test("teams that cannot be begun in time go on in a message of their own", async (t) => {
  const subjects = ["Sharks", "Frogs", "Newts"];
  const teams = Object.fromEntries(subjects.map((topic) => [topic.toLowerCase(), { calendar: { topic } }]));
  const world = await aQueueWorld(t, { events: [session()], teams });
  const folder = configFolder(world.env["CONFIG_DIR"] ?? "");
  const read = async (path: string): Promise<string | undefined> => {
    if (path.startsWith("teams/")) await world.clock.advance(4 * MINUTE);
    return folder.read(path);
  };
  // Its time is the test's, that of the storage account the machine's: this one is not lost.
  const { signal } = new AbortController();
  const connectionLease = async (): Promise<Lease> => ({ signal, release: async () => undefined });
  world.service = world.anotherHost({ config: { ...folder, read }, connectionLease });
  const runs = await world.service.work(
    { ...MESSAGE, teams: ["robots", "sharks", "frogs", "newts"] },
    world.log,
  );
  assert.deepEqual(shown(runs), ["robots: sent new", "sharks: "]);
  assert.deepEqual(waiting(world), [[["frogs", "newts"], 0, 0]]);
  await world.drain();
  assert.deepEqual((await world.history()).map(({ team }) => team).sort(), [
    "frogs",
    "newts",
    "robots",
    "sharks",
  ]);
});

test("a lost lease of the connection stops the pass before the next effect, and the rest goes on elsewhere", async (t) => {
  const world = await aQueueWorld(t, {
    events: [...sessions(6), session({ subject: "Sharks" })],
    teams: SHARKS,
  });
  world.graph.faults.add({ kind: "hang", method: "GET", path: "/me/contacts" });
  const working = world.service.work({ ...MESSAGE, teams: ["robots", "sharks"] }, world.log);
  await world.arrived("GET", "/me/contacts");
  await broken(world, "registration/connection/default");
  // A third of the lease's minute: it is renewed, or found to be lost.
  await world.clock.advance(20_000);
  const [ended, ...others] = await working;
  assert.match(ended?.error?.message ?? "", /The lock registration\/connection\/default was lost/);
  assert.deepEqual([ended?.team, others], ["robots", []]);
  assert.equal(world.mailbox.sent.length, 0);
  assert.deepEqual(
    waiting(world).map(([teams, attempt]) => [teams, attempt]),
    [
      [["sharks"], 0],
      [["robots"], 1],
    ],
  );
});

suite("two hosts", () => {
  test("make each pass once, and no more than four requests at a mailbox, when they get the same messages", async (t) => {
    const topics = Array.from({ length: 20 }, (_, index) => `Crew ${String.fromCharCode(65 + index)}`);
    const teams = Object.fromEntries(
      topics.map((topic) => [topic.toLowerCase().replace(" ", "-"), { calendar: { topic } }]),
    );
    const events = topics.map((subject) => session({ subject }));
    const world = await aQueueWorld(t, { events, teams });
    const hosts = [world.service, world.anotherHost()];
    const names = Object.keys(teams);
    const halves = [names.slice(0, 10), names.slice(10), names.slice(0, 10), names];
    for (const some of halves) await world.queue.send({ ...MESSAGE, teams: some });
    while (world.queue.messages.length > 0) {
      const drains = hosts.map((host) => world.queue.drain((body) => host.work(body, world.log)));
      assert.deepEqual((await Promise.all(drains)).flat(), []);
      await world.clock.advance(MINUTE / 2);
    }
    const runs = await world.history({ limit: "200" });
    assert.deepEqual(runs.map(({ team }) => team).sort(), names.toSorted());
    assert.equal(world.mailbox.sent.length, 20);
    assert.ok((world.graph.stats.maxInFlight.get(COACH) ?? 0) <= 4);
  });
});
