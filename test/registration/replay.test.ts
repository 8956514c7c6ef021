import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { runIdOf } from "../../shared/runs/run-id.ts";
import type { WorkMessage } from "../../shared/registration/work-message.ts";
import { aQueueWorld } from "../worlds/queue-world.ts";
import { outcomesOf } from "../worlds/registration-world.ts";
import { session } from "../worlds/seeds.ts";

const MINUTE = 60_000;
const BATCH = "scheduled-2026-11-03T11:30:00Z";
const SHARKS = { sharks: { calendar: { topic: "Sharks" } } };
const MESSAGE: WorkMessage = {
  kind: "passes",
  version: 1,
  batch: BATCH,
  connection: "default",
  teams: ["robots", "sharks"],
  attempt: 0,
};

suite("a message that was put aside", () => {
  test("is a failed run of each of its teams in the list of runs, with what to do", async (t) => {
    const world = await aQueueWorld(t, { teams: SHARKS });
    world.queue.putAside(MESSAGE);
    const runs = await world.history();
    assert.deepEqual(
      runs.map(({ team, batch, status, error, runId }) => [team, batch, status, error?.code, runId]),
      MESSAGE.teams.map((team) => [
        team,
        BATCH,
        "failed",
        "platform_failed",
        runIdOf({ batch: BATCH, subject: team, attempt: 0 }),
      ]),
    );
    assert.match(
      runs[0]?.error?.message ?? "",
      /The platform failed .* POST \/api\/registrations\/replay with \{"team": "robots"\}\.$/,
    );
  });

  test("is among the runs by its time, of its team, of its batch, and as long as is asked for", async (t) => {
    const world = await aQueueWorld(t, { events: [session()], teams: SHARKS });
    const earlier = await world.runAll();
    await world.clock.advance(MINUTE);
    world.queue.putAside(MESSAGE);
    await world.clock.advance(MINUTE);
    const later = await world.runAll();
    const codes = async (query: object): Promise<string[]> =>
      (await world.history(query)).map(({ team, error, status }) => `${team} ${error?.code ?? status}`);
    assert.deepEqual(await codes({ team: "sharks" }), ["sharks ok", "sharks platform_failed", "sharks ok"]);
    assert.deepEqual((await codes({ limit: "3" })).toSorted(), [
      "robots ok",
      "robots platform_failed",
      "sharks ok",
    ]);
    assert.deepEqual(await codes({ batch: BATCH }), ["robots platform_failed", "sharks platform_failed"]);
    assert.deepEqual(await codes({ batch: BATCH, team: "robots" }), ["robots platform_failed"]);
    assert.deepEqual((await codes({ batch: earlier[0]?.batch })).toSorted(), ["robots ok", "sharks ok"]);
    assert.notEqual(earlier[0]?.batch, later[0]?.batch);
  });

  test("tells nothing of a team that came to its report before", async (t) => {
    const world = await aQueueWorld(t, { events: [session()], teams: SHARKS });
    await world.service.work({ ...MESSAGE, teams: ["robots"] }, world.log);
    world.queue.putAside(MESSAGE);
    assert.deepEqual((await world.history()).map(({ team, status }) => `${team} ${status}`).sort(), [
      "robots ok",
      "sharks failed",
    ]);
  });

  test("that is none of ours is shown without a team, and is nobody's to replay", async (t) => {
    const world = await aQueueWorld(t);
    world.queue.putAside("hello");
    const [run, ...others] = await world.history();
    assert.deepEqual([run?.team, run?.error?.code, others], ["?", "platform_failed", []]);
    assert.match(run?.error?.message ?? "", /registration-passes-poison is not one of ours/);
    assert.deepEqual(await world.history({ team: "robots" }), []);
    assert.equal((await world.service.replay({ team: "?" })).kind, "nothing_there");
  });
});

suite("a replay", () => {
  test("puts the team's message back, and what it had not done is done, once", async (t) => {
    const down = Object.assign(new Error("The account is not to be reached."), { name: "RestError" });
    const world = await aQueueWorld(t, { events: [session()], teams: SHARKS });
    const healthy = world.service;
    world.service = world.anotherHost({ connectionLease: () => Promise.reject(down) });
    await world.timer();
    assert.equal((await world.drain()).length, 5);
    world.service = healthy;
    assert.deepEqual(await world.service.replay({ team: "robots" }), { kind: "replayed", replayed: 1 });
    await world.drain();
    const runs = await world.history();
    assert.deepEqual(runs.map((run) => `${run.team}: ${outcomesOf(run).join()}`).sort(), [
      "robots: sent new",
      "sharks: ",
    ]);
    assert.equal(world.mailbox.sent.length, 1);
    assert.equal((await world.service.replay({ team: "robots" })).kind, "nothing_there");
  });

  test("puts back every message of that team, and no other's", async (t) => {
    const world = await aQueueWorld(t, { teams: SHARKS });
    world.queue.putAside({ ...MESSAGE, teams: ["robots"] });
    world.queue.putAside({ ...MESSAGE, teams: ["robots"], attempt: 1 });
    world.queue.putAside({ ...MESSAGE, teams: ["sharks"] });
    assert.deepEqual(await world.service.replay({ team: "robots" }), { kind: "replayed", replayed: 2 });
    assert.deepEqual(
      (await world.queue.poison.peek()).map(({ body }) => (body as WorkMessage).teams),
      [["sharks"]],
    );
  });

  test("of a team whose file is gone is allowed", async (t) => {
    const world = await aQueueWorld(t);
    world.queue.putAside({ ...MESSAGE, teams: ["dodos"] });
    assert.deepEqual(await world.service.replay({ team: "dodos" }), { kind: "replayed", replayed: 1 });
  });

  test("of what is not there says so", async (t) => {
    const world = await aQueueWorld(t);
    const outcome = await world.service.replay({ team: "robots" });
    assert.ok(outcome.kind === "nothing_there");
    assert.match(outcome.detail, /^No message of team “robots” was put aside/);
  });

  for (const [body, mistake] of [
    [{}, /^team: /],
    [{ team: "" }, /^team: /],
    [{ team: "robots", all: true }, /all/],
    [[], /expected object/],
  ] as const) {
    test(`is refused when it is asked for with ${JSON.stringify(body)}`, async (t) => {
      const world = await aQueueWorld(t);
      const outcome = await world.service.replay(body);
      assert.ok(outcome.kind === "invalid");
      assert.match(outcome.detail, mistake);
    });
  }
});
