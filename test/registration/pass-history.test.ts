import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Run } from "../../shared/registration/run.ts";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { ADA, card, invited, session, sessions } from "../worlds/seeds.ts";
import { COACH } from "../worlds/services.ts";

async function historyOf(world: World, query: object = {}): Promise<Run[]> {
  const outcome = await world.service.history(query);
  assert.ok(outcome.kind === "found", JSON.stringify(outcome));
  return outcome.runs;
}

suite("the history of runs", () => {
  test("is newest first, as long as is asked for, of one team, of one batch, or of all", async (t) => {
    const world = await aWorld(t, {
      events: [session()],
      teams: { sharks: { calendar: { topic: "Sharks" } } },
    });
    const ids: Record<string, string[]> = { robots: [], sharks: [] };
    for (let pass = 0; pass < 3; pass += 1) {
      for (const run of await world.runAll()) ids[run.team]?.unshift(run.runId);
      await world.clock.advance(60_000);
    }
    const all = await historyOf(world);
    assert.deepEqual(
      all.map(({ startedAt }) => startedAt),
      all
        .map(({ startedAt }) => startedAt)
        .toSorted()
        .toReversed(),
    );
    assert.deepEqual([all.length, new Set(all.map(({ runId }) => runId)).size], [6, 6]);
    const idsOf = (runs: Run[]): string[] => runs.map(({ runId }) => runId);
    assert.deepEqual(idsOf(await historyOf(world, { team: "robots" })), ids["robots"]);
    assert.deepEqual(
      idsOf(await historyOf(world, { team: "sharks", limit: "2" })),
      ids["sharks"]?.slice(0, 2),
    );
    assert.deepEqual(await historyOf(world, { limit: "3" }), all.slice(0, 3));
    assert.deepEqual(await historyOf(world, { team: "unknown" }), []);
    const [newest] = all;
    assert.deepEqual(
      await historyOf(world, { batch: newest?.batch ?? "" }),
      all.filter(({ batch }) => batch === newest?.batch),
    );
    assert.deepEqual(await historyOf(world, { batch: newest?.batch ?? "", team: "robots", limit: "1" }), [
      all.find(({ batch, team }) => batch === newest?.batch && team === "robots"),
    ]);
    assert.deepEqual(await historyOf(world, { batch: "unknown" }), []);
  });

  test("holds each report as it was answered, and outlives the process", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    const run = await world.run();
    await world.restart();
    assert.deepEqual(await historyOf(world), [run]);
  });

  test("holds reports that are larger than a property, and than a row", async (t) => {
    const crowd = Array.from({ length: 120 }, (_, index) =>
      card(
        `A person with a rather long name, the ${index}th of that kind`,
        "Team Member",
        `person-${index}@example.org`,
      ),
    );
    const attendees = crowd.map((person) => invited(person));
    const world = await aWorld(t, { contacts: crowd, events: sessions(60, { attendees }) });
    const run = await world.run();
    assert.ok(JSON.stringify(run).length > 1024 * 1024);
    assert.deepEqual(await historyOf(world), [run]);
  });

  test("holds runs that failed, and none that were dry", async (t) => {
    const world = await aWorld(t, { events: [session({ attendees: [invited(ADA)] })] });
    await world.run({ dryRun: true });
    // Forgets the access token, which stays valid for its hour.
    await world.restart();
    await world.login.revokeAccount(COACH);
    const failed = await world.run();
    assert.deepEqual([failed.status, await historyOf(world)], ["failed", [failed]]);
  });

  for (const query of [{ limit: "0" }, { limit: "many" }, { limit: "201" }, { teams: "robots" }]) {
    test(`refuses ${new URLSearchParams(query as Record<string, string>).toString()}`, async (t) => {
      const world = await aWorld(t);
      const outcome = await world.service.history(query);
      assert.ok(outcome.kind === "invalid");
      assert.match(outcome.detail, /limit|teams/);
    });
  }
});

test("a report that cannot be kept leaves the run what it was, with a warning", async (t) => {
  const world = await aWorld(t, { events: [session()] });
  await world.run();
  await world.blobs.deleteContainer("registration-runs");
  const run = await world.run();
  assert.deepEqual(
    [run.status, outcomesOf(run), run.warnings],
    ["ok", ["skipped already_registered"], ["history_failed"]],
  );
  assert.ok(world.log.lines.some((line) => /^warn: the report of run .* was not kept/.test(line)));
});
