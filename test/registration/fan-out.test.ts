import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ConfigSource } from "../../shared/config/config-folder.ts";
import { ConfigSourceError, configFolder } from "../../shared/config/config-folder.ts";
import type { WorkMessage } from "../../shared/registration/work-message.ts";
import { aQueueWorld, type QueueWorld } from "../worlds/queue-world.ts";
import { outcomesOf } from "../worlds/registration-world.ts";
import { session, sessions } from "../worlds/seeds.ts";

const BATCH = "scheduled-2026-11-03T11:30:00Z";
const MINUTE = 60_000;

/** Connection, teams and try of what is in the queue. */
function queued({ queue }: QueueWorld): [string, string[], number][] {
  return queue.messages.map(({ body }) => {
    const { connection, teams, attempt } = body as WorkMessage;
    return [connection, teams, attempt];
  });
}

suite("the timer", () => {
  test("queues one message for each connection, and asks nobody's mailbox", async (t) => {
    const teams = {
      sharks: { calendar: { topic: "Sharks" } },
      frogs: { connection: "pond", calendar: { topic: "Frogs" } },
    };
    const world = await aQueueWorld(t, { events: [session()], teams });
    await world.timer();
    assert.deepEqual(queued(world), [
      ["pond", ["frogs"], 0],
      ["default", ["robots", "sharks"], 0],
    ]);
    assert.equal(world.graph.exchanges.length, 0);
    assert.deepEqual(world.log.lines, [`info: 3 teams are queued as ${BATCH}`]);
  });

  test("queues a team that is alone, too, and a worker runs it with one line in the log", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    await world.timer();
    assert.deepEqual(queued(world), [["default", ["robots"], 0]]);
    assert.deepEqual(await world.drain(), []);
    assert.deepEqual(queued(world), []);
    assert.equal(world.mailbox.sent.length, 1);
    const [run, ...others] = await world.history();
    assert.deepEqual([run?.batch, run && outcomesOf(run), others], [BATCH, ["sent new"], []]);
    assert.match(
      world.log.lines[1] ?? "",
      /^info: ROLLCALL_PASS_OK team robots: ok, 1 sent \(new\), \d+ requests, run [0-9a-f-]{36}$/,
    );
    assert.equal(world.log.lines.length, 2);
  });

  test("that fires twice for one occurrence has each pass made once", async (t) => {
    const teams = { sharks: { calendar: { topic: "Sharks" } } };
    const world = await aQueueWorld(t, { events: [session()], teams });
    await world.timer();
    await world.clock.advance(4 * MINUTE);
    await world.timer();
    await world.clock.advance(20 * MINUTE);
    await world.timer(true);
    await world.drain();
    const runs = await world.history();
    assert.deepEqual(runs.map(({ team }) => team).sort(), ["robots", "sharks"]);
    assert.equal(world.mailbox.sent.length, 1);
  });

  test("that an operator fires later in the day starts passes of their own", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    await world.timer();
    await world.drain();
    await world.clock.advance(60 * MINUTE);
    await world.timer();
    await world.drain();
    const [second, first, ...others] = await world.history();
    assert.deepEqual([first?.batch, others], [BATCH, []]);
    assert.match(second?.batch ?? "", /^fired-2026-11-03T12:30:\d\d\.\d+Z$/);
    assert.deepEqual(second && outcomesOf(second), ["skipped already_registered"]);
  });

  test("without a team says so, and is no failure", async (t) => {
    const world = await aQueueWorld(t, { files: { "empty/conf/mail-pattern.txt": "" } });
    const config = configFolder(`${world.env["CONFIG_DIR"]}/empty`);
    const host = world.anotherHost({ config });
    await host.enqueueDue({ schedule: "0 30 11 * * *", isPastDue: false }, world.log);
    assert.match(world.log.lines[0] ?? "", /^warn: there is no team file in .*empty: nothing to do$/);
    assert.deepEqual(queued(world), []);
  });

  test("names nobody in the log, whatever happens", async (t) => {
    const world = await aQueueWorld(t, { events: sessions(3) });
    world.graph.faults.add({ kind: "status", status: 403, method: "POST", path: "/sendMail$" });
    world.graph.faults.add({ kind: "status", status: 403, method: "POST", path: "/extensions$" });
    await world.timer();
    await world.drain();
    assert.match(world.log.lines.join("\n"), /ROLLCALL_PASS_FAILED team robots: partial/);
    assert.doesNotMatch(world.log.lines.join("\n"), /Ada|Grace|example\.org|Team Session/);
  });
});

suite("a team whose file is wrong", () => {
  const teams = { sharks: { calendar: { topics: "Sharks" } } };

  test("gets its failed report at once, and the timer fails after all others are queued", async (t) => {
    const world = await aQueueWorld(t, { events: [session()], teams });
    await assert.rejects(world.timer(), (error) => {
      assert.ok(error instanceof AggregateError);
      assert.match(
        error.message,
        /^Not all passes could be queued: ROLLCALL_PASS_FAILED team sharks: failed, error config_invalid/,
      );
      return true;
    });
    assert.deepEqual(queued(world), [["default", ["robots"], 0]]);
    const [run, ...others] = await world.history();
    assert.deepEqual(
      [run?.team, run?.batch, run?.error?.code, others],
      ["sharks", BATCH, "config_invalid", []],
    );
    assert.match(run?.error?.message ?? "", /calendar\.topics: .* did you mean “topic”\?/);
  });

  test("is reported once for each occurrence, however often the timer fires for it", async (t) => {
    const world = await aQueueWorld(t, { events: [session()], teams });
    await assert.rejects(world.timer());
    await world.timer(true);
    assert.equal((await world.history()).length, 1);
  });

  test("is no reason for another that conflicts with none to stay away; those in conflict are all told", async (t) => {
    const world = await aQueueWorld(t, {
      events: [session()],
      teams: { sharks: {}, frogs: { calendar: { topic: "Frogs" } } },
    });
    await assert.rejects(world.timer());
    assert.deepEqual(queued(world), [["default", ["frogs"], 0]]);
    const runs = await world.history();
    assert.deepEqual(runs.map(({ team, error }) => `${team} ${error?.code}`).sort(), [
      "robots config_invalid",
      "sharks config_invalid",
    ]);
  });
});

suite("a team whose file cannot be read at the moment", () => {
  /** The configuration, of which one file cannot be read for a while. */
  function flaky(world: QueueWorld, file: string): ConfigSource & { mended: boolean } {
    const folder = configFolder(world.env["CONFIG_DIR"] ?? "");
    const source = {
      ...folder,
      mended: false,
      async read(path: string) {
        if (path === file && !source.mended) throw new ConfigSourceError(`${path} cannot be read.`);
        return folder.read(path);
      },
    };
    return source;
  }

  test("is queued all the same, and the worker brings its pass to its connection", async (t) => {
    const teams = { frogs: { connection: "pond", calendar: { topic: "Frogs" } } };
    const world = await aQueueWorld(t, { teams });
    const config = flaky(world, "teams/frogs.json");
    world.service = world.anotherHost({ config });
    await world.timer();
    assert.deepEqual(queued(world), [["default", ["frogs", "robots"], 0]]);
    config.mended = true;
    const lines = world.log.lines.length;
    await world.drain();
    assert.match(
      world.log.lines[lines] ?? "",
      /^info: team frogs: its connection is pond; its pass goes there$/,
    );
    const runs = await world.history();
    assert.deepEqual(runs.map(({ team, error }) => `${team} ${error?.code}`).sort(), [
      "frogs not_connected",
      "robots undefined",
    ]);
  });

  test("is tried again later when the worker cannot read it either", async (t) => {
    const world = await aQueueWorld(t, { events: [session()] });
    const config = flaky(world, "teams/robots.json");
    world.service = world.anotherHost({ config });
    await world.timer();
    await world.drain();
    assert.equal((await world.history())[0]?.error?.code, "config_unreadable");
    assert.deepEqual(queued(world), [["default", ["robots"], 1]]);
    config.mended = true;
    await world.clock.advance(15 * MINUTE);
    await world.drain();
    assert.equal((await world.history())[0]?.status, "ok");
  });
});

test("a queue that cannot be reached fails the timer, after what can be queued is", async (t) => {
  const teams = { frogs: { connection: "pond" } };
  const world = await aQueueWorld(t, { events: [session()], teams });
  world.queue.refuse(1);
  await assert.rejects(world.timer(), /Not all passes could be queued: The queue is not to be reached/);
  assert.equal(queued(world).length, 1);
});
