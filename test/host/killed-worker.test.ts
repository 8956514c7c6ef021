import assert from "node:assert/strict";
import { after, before, suite, test } from "node:test";
import { tableLedger } from "../../shared/ledger/ledger.ts";
import { RegistrationFact } from "../../shared/registration/registration-fact.ts";
import { REGISTRATION_RUNS, type Run } from "../../shared/registration/run.ts";
import { runHistoryIn } from "../../shared/runs/run-history.ts";
import { runIdOf } from "../../shared/runs/run-id.ts";
import { PASSES_QUEUE } from "../../shared/registration/work-message.ts";
import { poisonQueue } from "../../shared/storage/message-queue.ts";
import { startHostWorld } from "./host-world.ts";
import { KILL_POINTS, type KillPoint, SESSIONS } from "./kill-points.ts";
import { type Killed, killWorkers, type Left, type Victim } from "./killed-workers.ts";

const VICTIMS = KILL_POINTS.map((point, index): Victim => ({ point, team: `team-${index + 1}` }));

const world = await startHostWorld(
  VICTIMS.map(({ team }) => ({ team, connection: team, sessions: SESSIONS })),
);
const { storage } = world;
const history = runHistoryIn<Run>(storage, REGISTRATION_RUNS, ({ team }) => team);
const ledger = tableLedger(storage, RegistrationFact);
after(() => world.close());

/** Three hosts of the whole app, each a process, of which two are killed with `kill -9`; the messages are the same throughout. */
suite("a worker that is killed", () => {
  let killed: Killed;
  before(async () => {
    killed = await killWorkers(world, VICTIMS);
  });
  after(() => killed.close());

  for (const { point, team } of VICTIMS) {
    const { when, leaves } = point;
    test(`${when}: another ends its work, each notice is there once, and one report`, async () => {
      assert.ok(!killed.missed.has(team), "It never came to that.");
      assert.equal(described(killed.left.get(team)), leaves);
      const sessions = world.sessionsOf(team).sort();
      assert.deepEqual(world.announcedBy(team).sort(), sessions);
      assert.deepEqual(
        world.marksOf(team).map(({ generation }) => generation),
        sessions.map(() => 1),
      );
      const entries = [...(await ledger.read(`registration/${team}`)).values()];
      assert.deepEqual(
        entries.map((reading) => "entry" in reading && [reading.entry.generation, reading.entry.intent]),
        sessions.map(() => [1, undefined]),
      );
      const runs = await history.list({ subject: team, limit: 10 });
      assert.deepEqual(
        runs.map(({ runId, status }) => [runId, status]),
        [[runIdOf({ batch: killed.batch, subject: team, attempt: 0 }), "ok"]],
      );
      const outcomes = runs.flatMap(({ events }) =>
        events.map(({ action, reason }) => `${action} ${reason}`),
      );
      assert.deepEqual(
        outcomes.filter((outcome) => !["sent new", "skipped already_registered"].includes(outcome)),
        [],
      );
    });
  }

  test("leaves nothing behind: no message, none put aside, and each report in every list once", async () => {
    const queue = await storage.queue(PASSES_QUEUE);
    assert.equal((await queue.getProperties()).approximateMessagesCount, 0);
    assert.deepEqual(await poisonQueue(storage, PASSES_QUEUE).peek(), []);
    const teams = VICTIMS.map(({ team }) => team).sort();
    const lists = [{}, { batch: killed.batch }];
    for (const list of lists) {
      const runs = await history.list({ ...list, limit: 1000 });
      assert.deepEqual(runs.map(({ team }) => team).sort(), teams);
    }
    let [rows, reports] = [0, 0];
    for await (const _row of (await storage.table(REGISTRATION_RUNS.table)).listEntities()) rows += 1;
    for await (const _report of (await storage.container(REGISTRATION_RUNS.container)).listBlobsFlat())
      reports += 1;
    assert.deepEqual([rows, reports], [3 * teams.length, teams.length]);
  });

  test("keeps nobody waiting, once its leases are over: no pass was put off", () => {
    const { hosts } = killed;
    const putOff = hosts.map(({ log }) => log.count(/waits? for half a minute|tried again in/));
    assert.deepEqual(putOff, [0, 0, 0]);
  });
});

function described({ notices, marks }: Left = { notices: 0, marks: 0 }): KillPoint["leaves"] {
  if (marks > 0) return "notices and marks";
  return notices > 0 ? "notices" : "nothing";
}
