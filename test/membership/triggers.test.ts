import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ConfigSourceError } from "../../shared/config/config-folder.ts";
import type { Run } from "../../shared/membership/run.ts";
import type { WorkMessage } from "../../shared/membership/work-message.ts";
import { aMembershipWorld, ME, type MembershipWorld, SPACE } from "../worlds/membership-world.ts";

const BATCH = "scheduled-2026-11-03T04:30:00Z";
const MINUTE = 60_000;
const MESSAGE: WorkMessage = {
  kind: "space",
  version: 1,
  batch: BATCH,
  space: SPACE,
  attempt: 0,
  part: 0,
  request: { kind: "sync", dryRun: false },
};
const PEOPLE = ["bob@example.org"];

/** Space, try, and minutes until it is visible, of what is in the queue. */
function waiting({ queue, clock }: MembershipWorld): [string, number, number][] {
  return queue.messages.map(({ body, visibleAt }) => {
    const { space, attempt } = body as WorkMessage;
    return [space, attempt, Math.round((visibleAt.getTime() - clock.now().getTime()) / 6000) / 10];
  });
}

function outcomes(runs: Run[]): string[] {
  return runs.map(
    ({ space, status, error, unknown }) => `${space}: ${error?.code ?? unknown?.code ?? status}`,
  );
}

async function addOther(world: MembershipWorld, fields: object = {}): Promise<void> {
  const other = world.webex.addSpace({ name: "other", members: [ME] });
  await world.writeConfig("spaces/other.json", { space_id: other.id, ...fields });
}

suite("the timer of the spaces", () => {
  test("queues one message for each space, asks nobody, and a worker syncs it", async (t) => {
    const world = await aMembershipWorld(t, { people: PEOPLE });
    await addOther(world);
    await world.timer();
    assert.deepEqual(waiting(world), [
      [SPACE, 0, 0],
      ["other", 0, 0],
    ]);
    assert.deepEqual(world.webex.exchanges, []);
    assert.deepEqual(world.log.lines, [`info: 2 spaces are queued as ${BATCH}`]);
    assert.deepEqual(await world.drain(), []);
    assert.deepEqual(outcomes(await world.history({ batch: BATCH })).sort(), [`${SPACE}: ok`, "other: ok"]);
    assert.deepEqual(world.changes().sort(), ["added bob@example.org", "added bob@example.org"]);
  });

  test("that fires twice for one occurrence, or on two hosts, or late, has each space synced once", async (t) => {
    const world = await aMembershipWorld(t, { people: PEOPLE });
    await world.timer();
    await world.clock.advance(2 * MINUTE);
    const timer = { schedule: "0 30 4 * * *", isPastDue: false };
    await world.anotherHost().enqueueDue(timer, world.log);
    await world.clock.advance(5 * 60 * MINUTE);
    await world.service.enqueueDue({ ...timer, isPastDue: true }, world.log);
    assert.equal(world.queue.messages.length, 3);
    await world.drain();
    const [run, ...others] = await world.history();
    assert.deepEqual([run?.batch, others], [BATCH, []]);
    assert.match(world.log.lines.at(-1) ?? "", /^info: space all-hands: run .* has ended already$/);
  });

  test("that an operator fires later in the day starts syncs of their own", async (t) => {
    const world = await aMembershipWorld(t, { people: PEOPLE });
    await world.timer();
    await world.drain();
    await world.clock.advance(60 * MINUTE);
    await world.timer();
    await world.drain();
    const [second, first, ...others] = await world.history();
    assert.deepEqual([first?.batch, others], [BATCH, []]);
    assert.match(second?.batch ?? "", /^fired-2026-11-03T05:3/);
  });

  test("without a space says so, and is no failure", async (t) => {
    const world = await aMembershipWorld(t);
    const config = { place: "nowhere", list: async () => [], read: async () => undefined };
    await world.anotherHost({ config }).enqueueDue({ schedule: "0 30 4 * * *", isPastDue: false }, world.log);
    assert.equal(world.log.lines[0], "warn: there is no space file in nowhere: nothing to do");
    assert.deepEqual(world.queue.messages, []);
  });

  test("reports a space whose file is wrong, once, and fails after all others are queued", async (t) => {
    const world = await aMembershipWorld(t, {
      people: PEOPLE,
      files: { "spaces/wrong.json": { space: "x" } },
    });
    for (let time = 0; time < 2; time += 1) {
      const failure =
        /^Not all syncs could be queued: ROLLCALL_SYNC_FAILED space wrong: failed, error config_invalid/;
      if (time === 0) await assert.rejects(world.timer(), { name: "AggregateError", message: failure });
      else await world.timer();
    }
    await world.drain();
    const runs = await world.history();
    assert.deepEqual(outcomes(runs).sort(), [`${SPACE}: ok`, "wrong: config_invalid"]);
    assert.match(
      runs.find(({ space }) => space === "wrong")?.error?.message ?? "",
      /spaces\/wrong\.json has 2 mistakes/,
    );
  });

  test("fails when a message could not be queued, for the host to record it", async (t) => {
    const world = await aMembershipWorld(t);
    world.queue.refuse(1);
    await assert.rejects(world.timer(), /Not all syncs could be queued: The queue is not to be reached/);
  });
});

suite("the worker of the spaces", () => {
  test("leaves a space alone that is being synced: the message comes again, and is none of the five tries", async (t) => {
    const world = await aMembershipWorld(t, { people: PEOPLE });
    const busy = world.anotherHost({ lock: () => Promise.resolve(undefined) });
    await world.queue.send(MESSAGE);
    for (let time = 0; time < 7; time += 1) {
      assert.deepEqual(await world.queue.drain((body) => busy.work(body, world.log)), []);
      assert.deepEqual(waiting(world), [[SPACE, 0, 0.5]]);
      await world.clock.advance(MINUTE / 2);
    }
    assert.deepEqual(world.webex.exchanges, []);
    await world.drain();
    assert.deepEqual(outcomes(await world.history()), [`${SPACE}: ok`]);
  });

  test("tries again after 15 minutes, an hour and three hours what failed for a reason that may pass", async (t) => {
    const world = await aMembershipWorld(t, { people: PEOPLE });
    world.webex.faults.add({ kind: "status", status: 503, path: "/access_token$", times: 0 });
    await world.queue.send(MESSAGE);
    assert.deepEqual(await world.drain(), []);
    for (const [attempt, minutes] of [
      [1, 15],
      [2, 60],
      [3, 180],
    ] as const) {
      assert.deepEqual(waiting(world), [[SPACE, attempt, minutes]]);
      await world.clock.advance((minutes + 1) * MINUTE);
      assert.deepEqual(await world.drain(), []);
    }
    assert.deepEqual(waiting(world), []);
    const runs = await world.history({ batch: BATCH });
    assert.deepEqual(outcomes(runs), Array(4).fill(`${SPACE}: token_unavailable`));
    assert.equal(new Set(runs.map(({ runId }) => runId)).size, 4);
    assert.ok(
      world.log.lines.some((line) => /^warn: space all-hands: .* again in 60 minutes \(2 of 3\)$/.test(line)),
    );
    assert.deepEqual(world.changes(), []);
  });

  const waits: [why: string, seed: Parameters<typeof aMembershipWorld>[1]][] = [
    [
      "the account is no moderator",
      { room: { isLocked: true, members: [{ email: ME, isModerator: false }] } },
    ],
    [
      "the plan is held",
      {
        members: PEOPLE,
        people: PEOPLE,
        file: { max_removals: { count: 0, percent: 0 }, excluded_emails: PEOPLE },
      },
    ],
    ["the connection was never made", { people: PEOPLE, file: { connection: "second" } }],
  ];
  for (const [why, seed] of waits) {
    test(`tries nothing again when ${why}: that waits for a person`, async (t) => {
      const world = await aMembershipWorld(t, seed);
      await world.queue.send(MESSAGE);
      await world.drain();
      assert.equal((await world.history()).length, 1);
      assert.deepEqual(waiting(world), []);
    });
  }

  test("tries nothing again that somebody has forced or takes back", async (t) => {
    const world = await aMembershipWorld(t, { people: PEOPLE });
    const run = await world.sync();
    await world.clock.advance(5 * MINUTE);
    await world.drain();
    world.webex.faults.add({ kind: "status", status: 503, path: "/access_token$", times: 0 });
    world.service = world.anotherHost();
    await world.queue.send({ ...MESSAGE, request: { kind: "sync", dryRun: false, force: "0".repeat(64) } });
    await world.queue.send({ ...MESSAGE, batch: "another", request: { kind: "undo", undoes: run.runId } });
    await world.drain();
    assert.equal((await world.history()).length, 3);
    assert.deepEqual(waiting(world), []);
  });

  test("drops what is of a space whose file is gone", async (t) => {
    const world = await aMembershipWorld(t);
    await world.queue.send({ ...MESSAGE, space: "gone" });
    assert.deepEqual(await world.drain(), []);
    assert.equal(world.log.lines.at(-1), "warn: space gone: its file is gone, so there is nothing to run");
  });

  test("has a message come again while the configuration cannot be read", async (t) => {
    const world = await aMembershipWorld(t, { people: PEOPLE });
    const fails = (): Promise<never> => Promise.reject(new ConfigSourceError("The folder cannot be read."));
    const service = world.anotherHost({ config: { place: "nowhere", list: fails, read: fails } });
    await assert.rejects(service.work(MESSAGE, world.log), ConfigSourceError);
  });
});

test("a message that is not one of ours is put aside after five tries, and stops no other", async (t) => {
  const world = await aMembershipWorld(t, { people: PEOPLE });
  const poison = { ...MESSAGE, version: 2 };
  await world.queue.send(poison);
  await world.queue.send(MESSAGE);
  const failures = await world.drain();
  assert.equal(failures.length, 5);
  assert.match(
    String(failures[0]),
    /WorkMessageError: A message in the queue membership-syncs is not one of ours, .* version/,
  );
  assert.deepEqual(
    (await world.queue.poison.peek()).map(({ body }) => body),
    [poison],
  );
  assert.deepEqual(outcomes(await world.history()), [`${SPACE}: ok`]);
});

test("of two hosts that are asked at once one syncs, and the other is told that it is under way", async (t) => {
  const world = await aMembershipWorld(t, { people: PEOPLE });
  const hosts = [world.service, world.anotherHost()];
  const answers = await Promise.all(hosts.map((host) => host.syncNow({ space: SPACE }, world.log)));
  const runs = answers.flatMap((answer) => (answer.kind === "ran" ? answer.runs : []));
  assert.deepEqual(outcomes(runs).sort(), [`${SPACE}: already_running`, `${SPACE}: ok`]);
  assert.equal((await world.history()).length, 1);
  const busy = world.anotherHost({ lock: () => Promise.resolve(undefined) });
  const all = await busy.syncNow({}, world.log);
  assert.ok(all.kind === "ran");
  assert.deepEqual(outcomes(all.runs), [`${SPACE}: already_running`]);
});

test("what somebody asked for goes on in the queue though another space could not be begun", async (t) => {
  const world = await aMembershipWorld(t, { people: PEOPLE });
  await addOther(world, { connection: "second" });
  const service = world.anotherHost({
    lock: (space) =>
      space === "other"
        ? Promise.reject(new Error("Server busy"))
        : Promise.resolve({ signal: new AbortController().signal, release: () => Promise.resolve() }),
    connectionLease: () => Promise.resolve(undefined),
  });
  await assert.rejects(service.syncNow({}, world.log), /Server busy/);
  assert.deepEqual(
    world.queue.messages.map(({ body }) => (body as WorkMessage).space),
    [SPACE],
  );
});

suite("the list of runs", () => {
  test("is newest first, of a space, a batch, or all, and never longer than asked for", async (t) => {
    const world = await aMembershipWorld(t, { people: PEOPLE });
    await addOther(world);
    const runs: Run[] = [];
    for (let time = 0; time < 2; time += 1) {
      for (const space of [SPACE, "other"]) {
        runs.unshift(await world.sync({ space }));
        await world.clock.advance(MINUTE);
      }
    }
    assert.deepEqual(await world.history(), runs);
    assert.deepEqual(await world.history({ limit: "3" }), runs.slice(0, 3));
    assert.deepEqual(
      await world.history({ space: "other" }),
      runs.filter(({ space }) => space === "other"),
    );
    assert.deepEqual(await world.history({ batch: runs[1]?.batch, code: "a key" }), [runs[1]]);
    assert.deepEqual(await world.history({ space: "nobody" }), []);
    assert.deepEqual(await world.history({ batch: "a/b\u0000'" }), []);
    const wrong = [
      { limit: "0" },
      { limit: "201" },
      { limit: "x" },
      { limit: "1.5" },
      { limit: "" },
      { team: "robots" },
      ...["", "../held", "a/b", "'", "\u0000", "x".repeat(64)].map((space) => ({ space })),
      { batch: "x".repeat(101) },
    ];
    for (const query of wrong) {
      const outcome = await world.service.history(query);
      assert.ok(outcome.kind === "invalid", JSON.stringify(query));
      assert.match(outcome.detail, new RegExp(Object.keys(query)[0] ?? ""));
    }
  });
});
