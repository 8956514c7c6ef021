import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import type { Fault } from "../../infra/local/emulators/faults.ts";
import { randomSeed } from "../registration/random-seed.ts";
import { aMembershipWorld, crowdOf, ME, ROOM, shown } from "../worlds/membership-world.ts";

const NEW = crowdOf(3, "new");
const OLD = crowdOf(3, "old");
const disabled = (email: string): { email: string; displayName: string; loginEnabled: boolean } => ({
  email,
  displayName: email.split("@")[0] ?? "",
  loginEnabled: false,
});
/** Three to add, and three to remove. */
const SEED = { people: [...NEW, ...OLD.map(disabled)], members: OLD };
const REASONS = [
  ...NEW.map((email) => `add ${email}: in the directory`),
  ...OLD.map((email) => `remove ${email}: not login enabled`),
];
const CHANGES = [...NEW.map((email) => `added ${email}`), ...OLD.map((email) => `removed ${email}`)];

suite("a change of a plan", () => {
  test("that somebody else has made first is a success, and not taken back with the run", async (t) => {
    const world = await aMembershipWorld(t, SEED);
    const space = world.webex.space(ROOM);
    let isFirst = true;
    world.webex.faults.add({
      decide: ({ method, target }) => {
        if (method === "POST" && target.endsWith("/memberships") && isFirst) {
          isFirst = false;
          space.add(NEW[1] ?? "");
          space.remove(OLD[1] ?? "");
        }
        return undefined;
      },
    });
    const run = await world.sync();
    assert.deepEqual([run.status, run.progress.done], ["ok", 6]);
    assert.deepEqual(shown(run.actions).slice(0, 6), [
      REASONS[0],
      `${REASONS[1]} (already)`,
      REASONS[2],
      REASONS[3],
      `${REASONS[4]} (already)`,
      REASONS[5],
    ]);
    await world.clock.advance(1000);
    assert.equal((await world.undo(run.runId)).status, "ok");
    assert.deepEqual(world.members(), [ME, NEW[1], OLD[0], OLD[2]]);
  });

  test("that is refused stops no other, and is told with Webex's own words", async (t) => {
    const world = await aMembershipWorld(t, SEED);
    const refused = { kind: "status", status: 400, body: { message: "Not this one." } } as const;
    world.webex.faults.add({ ...refused, method: "POST", path: "/memberships" });
    world.webex.faults.add({ ...refused, method: "DELETE" });
    await world.timer();
    await world.drain();
    const [run] = await world.history();
    assert.deepEqual(
      [run?.status, run?.progress.done, run?.counts],
      ["partial", 4, { add: 3, remove: 3, keep: 1 }],
    );
    const failed = run?.actions.filter(({ outcome }) => outcome === "failed") ?? [];
    assert.deepEqual(
      failed.map(({ action }) => action),
      ["add", "remove"],
    );
    assert.ok(failed.every(({ error = "" }) => /with 400: Not this one\./.test(error)));
    // What may pass is tried again by itself.
    await world.clock.advance(15 * 60_000);
    await world.drain();
    assert.deepEqual(
      (await world.history()).map(({ status }) => status),
      ["ok", "partial"],
    );
    assert.deepEqual(world.changes().sort(), CHANGES);
  });

  for (const fullSpaceStatus of [403, 409] as const) {
    test(`that finds the space full (${fullSpaceStatus}) has failed, and removals go on`, async (t) => {
      const world = await aMembershipWorld(t, { ...SEED, webex: { spaceLimit: 5, fullSpaceStatus } });
      const run = await world.sync();
      assert.deepEqual([run.status, run.progress.done], ["partial", 4]);
      const outcomes = run.actions.map(({ action, outcome }) => `${action} ${outcome}`).sort();
      assert.deepEqual(outcomes.slice(0, 3), ["add failed", "add failed", "add undefined"]);
      await world.clock.advance(1000);
      const next = await world.sync();
      assert.deepEqual([next.status, next.counts], ["ok", { add: 2, remove: 0, keep: 2 }]);
    });
  }

  test("whose answer was lost is looked up, and is there once", async (t) => {
    const world = await aMembershipWorld(t, SEED);
    // Each try of the first addition and of the first removal: one was made, and one was not.
    world.webex.faults.add({
      kind: "status-after",
      status: 502,
      method: "POST",
      path: "/memberships",
      times: 1,
    });
    world.webex.faults.add({ kind: "reset-before", method: "DELETE", times: 3 });
    const run = await world.sync();
    assert.deepEqual([run.status, shown(run.actions).slice(0, 6)], ["ok", REASONS]);
    assert.deepEqual(world.changes().sort(), CHANGES);
    await world.clock.advance(1000);
    await world.undo(run.runId);
    assert.deepEqual(world.members(), [ME, ...OLD]);
  });

  for (const refused of [400, 403, 404]) {
    test(`whose answer was lost, and whose repeat is refused with ${refused}, is looked up, too`, async (t) => {
      const [added = "", removed = ""] = [NEW[0], OLD[0]];
      const world = await aMembershipWorld(t, {
        people: [...NEW, disabled(removed)],
        members: [...OLD.slice(0, 1), ...NEW.slice(1)],
      });
      for (const method of ["POST", "DELETE"]) {
        const path = "/memberships";
        world.webex.faults.add({ kind: "status-after", status: 504, method, path });
        world.webex.faults.add({ kind: "status", status: refused, method, path });
      }
      const run = await world.sync();
      assert.deepEqual(world.changes().sort(), [`added ${added}`, `removed ${removed}`]);
      assert.deepEqual([run.status, run.progress.done], ["ok", 2]);
      await world.clock.advance(1000);
      await world.undo(run.runId);
      assert.deepEqual(world.members(), [ME, ...NEW.slice(1), removed]);
    });
  }

  test("that never came about, as a last look shows, has failed", async (t) => {
    const world = await aMembershipWorld(t, { ...SEED, people: [...NEW.slice(0, 1), ...OLD.map(disabled)] });
    world.webex.faults.add({ kind: "reset-before", method: "POST", path: "/memberships", times: 5 });
    const run = await world.sync();
    assert.deepEqual([run.status, shown(run.actions)[0]], ["partial", `${REASONS[0]} (failed)`]);
    assert.deepEqual(world.members(), [ME]);
  });

  for (const status of [429, 423]) {
    test(`waits for as long as Webex asks for with ${status}`, async (t) => {
      const world = await aMembershipWorld(t, SEED);
      const { webex, clock } = world;
      let refusedAt: number | undefined;
      let soonest = Number.POSITIVE_INFINITY;
      webex.faults.add({
        decide: ({ method }): Fault | undefined => {
          const now = clock.now().getTime();
          if (method === "DELETE" && refusedAt === undefined) {
            refusedAt = now;
            return { kind: "status", status, headers: { "retry-after": "7" } };
          }
          if (refusedAt !== undefined && now > refusedAt) soonest = Math.min(soonest, now - refusedAt);
          return undefined;
        },
      });
      const run = await world.sync();
      assert.deepEqual([run.status, run.warnings, run.progress.done], ["ok", ["throttled"], 6]);
      assert.ok(soonest >= 7000, String(soonest));
      assert.deepEqual(world.changes().sort(), CHANGES);
      assert.equal(run.requests, webex.exchanges.length);
    });
  }

  test("is not begun when Webex asks for longer than anybody waits; the next run makes it", async (t) => {
    const world = await aMembershipWorld(t, SEED);
    const rest = { kind: "status", status: 429, headers: { "retry-after": "600" } } as const;
    world.webex.faults.add({ ...rest, method: "DELETE", times: 0 });
    const run = await world.sync();
    assert.deepEqual([run.status, run.error?.code, run.progress.done], ["partial", "throttled", 3]);
    assert.deepEqual(world.members(), [ME, ...NEW, ...OLD]);
    world.webex.faults.clear();
    await world.clock.advance(601_000);
    assert.deepEqual([(await world.sync()).status, world.members()], ["ok", [ME, ...NEW]]);
  });

  test("is not begun any more when the account was disabled", async (t) => {
    const world = await aMembershipWorld(t, SEED);
    world.webex.faults.add({ kind: "status", status: 401, method: "DELETE", times: 0 });
    const run = await world.sync();
    assert.deepEqual([run.status, run.error?.code, run.progress.done], ["partial", "permission_missing", 3]);
    assert.deepEqual(world.members(), [ME, ...NEW, ...OLD]);
  });
});

const KINDS: (Fault | undefined)[] = [
  { kind: "status", status: 503 },
  { kind: "status", status: 400 },
  { kind: "status", status: 429, headers: { "retry-after": "1" } },
  { kind: "status", status: 423, headers: { "retry-after": "2" } },
  { kind: "status-after", status: 504 },
  { kind: "reset-before" },
  { kind: "reset-after" },
];
const someFault = fc.oneof(
  { weight: 2, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: fc.constantFrom(...KINDS) },
);

test("whatever fails, in whatever order, nobody is changed whom no plan names, nor twice; and all can be taken back", async (t) => {
  const people = crowdOf(8);
  const world = await aMembershipWorld(t, { people });
  const { webex, clock } = world;
  const space = webex.space(ROOM);
  const round = async (
    isWanted: boolean[],
    isInside: boolean[],
    faults: Iterator<Fault | undefined>,
  ): Promise<void> => {
    for (const [index, email] of people.entries()) {
      webex.people.change(email, { loginEnabled: isWanted[index] === true });
      if (world.members().includes(email)) space.remove(email);
      if (isInside[index] === true) space.add(email);
    }
    await clock.advance(3_600_000);
    const before = world.members();
    const made = world.changes().length;
    const { actions } = await world.sync({ dryRun: true });
    const named = actions
      .filter(({ action }) => action !== "keep")
      .map(({ action, email }) => `${action === "add" ? "added" : "removed"} ${email}`);
    webex.faults.add({
      decide: ({ target }) => (target.includes("/memberships") ? faults.next().value : undefined),
    });
    const runs = [await world.sync()];
    webex.faults.clear();
    await clock.advance(60_000);
    runs.push(await world.sync());
    assert.equal(runs.at(-1)?.status, "ok");
    assert.deepEqual(world.changes().slice(made).sort(), named.sort());
    assert.deepEqual(world.members(), [ME, ...people.filter((_, index) => isWanted[index])]);
    for (const { runId } of runs.toReversed()) {
      await clock.advance(1000);
      await world.service.undo({ runId }, world.log);
    }
    assert.deepEqual(world.members(), before);
  };
  const flags = fc.array(fc.boolean(), { minLength: people.length, maxLength: people.length });
  await fc.assert(fc.asyncProperty(flags, flags, fc.infiniteStream(someFault), round), {
    ...randomSeed(t),
    numRuns: 12,
    endOnFailure: true,
  });
});
