import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Ledger } from "../../shared/ledger/ledger.ts";
import type { Lease } from "../../shared/storage/blob-lease.ts";
import type { Registration } from "../../shared/registration/session.ts";
import { registrationWorld } from "../../shared/registration/wire.ts";
import { aQueueWorld } from "../worlds/queue-world.ts";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { ADA, GRACE, invited, session, sessions } from "../worlds/seeds.ts";

const HALF_A_MINUTE_MS = 30_000;

/** A run that waits for the contacts, until half a minute has passed. */
async function heldUp(world: World): Promise<{ run: ReturnType<World["runAll"]> }> {
  world.graph.faults.add({ kind: "hang", method: "GET", path: "/me/contacts" });
  const run = world.runAll();
  await world.arrived("GET", "/me/contacts");
  return { run };
}

suite("of two runs of one team at once", () => {
  test("one goes on, and the other says that it is running already", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    const { run } = await heldUp(world);
    const [second, ...others] = await world.runAll();
    assert.deepEqual([second?.status, second?.error?.code, others], ["failed", "already_running", []]);
    assert.match(second?.error?.message ?? "", /^A pass of robots is running already/);
    const asked = await world.ask({ team: "robots" });
    assert.equal(asked.kind, "already_running");

    await world.clock.advance(HALF_A_MINUTE_MS);
    const [first] = await run;
    assert.deepEqual([first?.status, first && outcomesOf(first)], ["ok", ["sent new"]]);
    assert.equal(world.mailbox.sent.length, 1);
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
  });

  test("in two processes it is the same", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    const { run } = await heldUp(world);
    await world.restart();
    assert.equal((await world.ask({ team: "robots" })).kind, "already_running");
    await world.clock.advance(HALF_A_MINUTE_MS);
    assert.equal((await run)[0]?.status, "ok");
  });

  test("other teams are not kept waiting", async (t) => {
    const sharks = { calendar: { topic: "Sharks" } };
    const world = await aWorld(t, { events: [session(), session({ subject: "Sharks" })], teams: { sharks } });
    world.graph.faults.add({ kind: "hang", method: "GET", path: "/me/contacts" });
    const first = world.runAll({ team: "robots" });
    await world.arrived("GET", "/me/contacts");
    const runs = await world.runAll();
    assert.deepEqual(
      runs.map((run) => [run.team, run.error?.code ?? outcomesOf(run)]),
      [
        ["robots", "already_running"],
        ["sharks", ["sent new"]],
      ],
    );
    await world.clock.advance(HALF_A_MINUTE_MS);
    assert.equal((await first)[0]?.status, "ok");
  });

  test("the one that was turned away leaves no trace in the history", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    const { run } = await heldUp(world);
    await world.runAll();
    await world.clock.advance(HALF_A_MINUTE_MS);
    const [first] = await run;
    const history = await world.service.history({});
    assert.deepEqual(history.kind === "found" && history.runs.map(({ runId }) => runId), [first?.runId]);
  });
});

test("a lock that is lost in the middle of a pass stops it before the next effect", async (t) => {
  const world = await aWorld(t, { events: sessions(22) });
  world.graph.faults.add({ kind: "hang", method: "POST", path: "batch$", times: 0 });
  const running = world.run();
  await world.arrived("POST", "$batch", 4);
  const lock = world.blobs.getContainerClient("locks").getBlobClient("registration/robots");
  await lock.getBlobLeaseClient().breakLease(0);
  // A third of the lock's minute: it is renewed, or found to be lost.
  await world.clock.advance(20_000);
  const run = await running;
  const of = (action: string) => run.events.filter((row) => row.action === action);
  assert.deepEqual([run.status, of("pending").length, of("failed").length], ["partial", 20, 2]);
  assert.match(of("failed")[0]?.error ?? "", /not begun any more: The lock registration\/robots was lost/);
  assert.equal(world.requests("POST", "$batch"), 4);
});

test("a lock that is lost while the calendar is read ends the pass, and says why", async (t) => {
  const world = await aWorld(t, { events: [session()] });
  const { run } = await heldUp(world);
  await world.blobs
    .getContainerClient("locks")
    .getBlobClient("registration/robots")
    .getBlobLeaseClient()
    .breakLease(0);
  await world.clock.advance(20_000);
  const [ended] = await run;
  assert.equal(ended?.status, "failed");
  assert.match(ended?.error?.message ?? "", /The lock registration\/robots was lost/);
  assert.equal(world.mailbox.sent.length, 0);
});

test("a pass that is overtaken takes nobody for gone whom it has not seen arrive", async (t) => {
  const world = await aQueueWorld(t, { events: [session({ attendees: [invited(GRACE)] })] });
  await world.run();
  const { ledger } = registrationWorld(world.env, world.log, { clock: world.clock });
  const lost = (): Promise<Lease> =>
    Promise.resolve({ signal: new AbortController().signal, release: () => Promise.resolve() });
  let isFirst = true;
  /** The other adds somebody and tells it after this one had every chance to read the calendar, but before it has read the ledger. */
  const slow: Ledger<Registration> = {
    async read(scope) {
      if (isFirst) {
        isFirst = false;
        for (let time = 0; time < 50; time += 1) await ledger.read(scope);
        const eventId = world.idOf("Team Session");
        world.mailbox.changeEvent(eventId, { attendees: [invited(GRACE), invited(ADA)] });
        await world.run();
      }
      return ledger.read(scope);
    },
    write: (scope, writes) => ledger.write(scope, writes),
  };
  const overtaken = world.anotherHost({ lock: lost, connectionLease: lost, ledger: slow });
  const outcome = await overtaken.runNow({}, world.log);
  assert.equal(outcome.kind, "ran");
  assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
  assert.equal(world.mailbox.sent.length, 2);
});
