import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { membershipWorld } from "../../shared/membership/wire.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { aMembershipWorld, crowdOf, ME, type MembershipWorld, shown } from "../worlds/membership-world.ts";
import { type Cut, cutOff } from "./cut-off.ts";
import { aHeldSpace, held, LEAVERS } from "./held-space.ts";
import { steadyLeases } from "./steady-leases.ts";

const DAY_MS = 86_400_000;
const NEW = crowdOf(3, "new");
const OLD = crowdOf(3, "old");
/** Three to add, and three to remove. */
const SEED = {
  people: [...NEW, ...OLD.map((email) => ({ email, displayName: email, loginEnabled: false }))],
  members: OLD,
};
const CHANGES = [...NEW.map((email) => `added ${email}`), ...OLD.map((email) => `removed ${email}`)];

/** The timer's message comes to a host that is cut off; it stays in the queue. */
async function workUntil(world: MembershipWorld, cut: Cut): Promise<void> {
  await world.timer();
  const { host, cut: happened } = cutOff(world, cut);
  const ended = world.anotherHost(host).work(world.queue.messages.at(-1)?.body, world.log);
  await Promise.race([happened, ended.then(() => assert.fail("It never came to that."))]);
}

const ADDITIONS_INTENDED = { step: "write", number: 1 } as const;
const ADDITIONS_MADE = { step: "write", number: 2, at: "before" } as const;

const CUTS: [says: string, cut: Cut][] = [
  ["when its plan is kept", { step: "savePlan", at: "after" }],
  ["before its intents are kept", { ...ADDITIONS_INTENDED, at: "before" }],
  ["between its intents and their effects", { ...ADDITIONS_INTENDED, at: "after" }],
  ["between the effects and their outcomes", ADDITIONS_MADE],
  ["between the additions and the removals", { ...ADDITIONS_MADE, at: "after" }],
  ["between the intents of the removals and their effects", { step: "write", number: 3, at: "after" }],
  ["between the removals and their outcomes", { step: "write", number: 4, at: "before" }],
  ["when all is done but to say how it is taken back", { step: "saveInverse", at: "before" }],
  ["when all is done but to report it", { step: "add", at: "before" }],
  ["between its report and its end", { step: "dropRunning", at: "before" }],
];

suite("a sync that is cut off", () => {
  test("is ended by whoever gets its message next, each change made once, and can be taken back:", async (t) => {
    const world = await aMembershipWorld(t, SEED);
    const before = world.members();
    for (const [says, cut] of CUTS) {
      await t.test(says, async () => {
        const made = world.changes().length;
        await workUntil(world, cut);
        assert.deepEqual(await world.drain(), []);
        assert.deepEqual(world.changes().slice(made).sort(), CHANGES);
        const [run, ...others] = await world.history();
        assert.ok(run);
        assert.deepEqual(
          [run.status, run.counts, run.progress.done, run.actions.map(({ outcome }) => outcome)],
          ["ok", { add: 3, remove: 3, keep: 1 }, 6, Array.from({ length: 7 }, () => undefined)],
        );
        assert.ok(others.every(({ status }) => status === "ok"));
        await world.clock.advance(1000);
        assert.equal((await world.undo(run.runId)).status, "ok");
        assert.deepEqual(world.members(), before);
        await world.clock.advance(DAY_MS);
      });
    }
  });

  test("is closed by another that comes first, which does the rest; each is taken back by itself", async (t) => {
    const world = await aMembershipWorld(t, SEED);
    const before = world.members();
    await workUntil(world, ADDITIONS_MADE);
    assert.deepEqual(
      (await world.history()).map(({ status }) => status),
      ["running"],
    );
    await world.clock.advance(1000);
    const second = await world.sync();
    assert.deepEqual([second.status, second.counts], ["ok", { add: 0, remove: 3, keep: 4 }]);
    const first = (await world.history()).find(({ runId }) => runId !== second.runId);
    assert.ok(first);
    assert.deepEqual([first.status, first.error?.code, first.progress.done], ["partial", "interrupted", 3]);
    assert.deepEqual(shown(first.actions).slice(0, 6), [
      ...NEW.map((email) => `add ${email}: in the directory`),
      ...OLD.map((email) => `remove ${email}: not login enabled (not_begun)`),
    ]);
    assert.deepEqual(await world.drain(), []);
    assert.deepEqual(world.changes(), CHANGES);
    assert.equal((await world.undo(second.runId)).status, "ok");
    assert.deepEqual(world.members(), [ME, ...NEW, ...OLD]);
    assert.equal((await world.undo(first.runId)).status, "ok");
    assert.deepEqual(world.members(), before);
  });

  test("is looked into only by whoever sees everybody in the space", async (t) => {
    const world = await aMembershipWorld(t, { ...SEED, room: { team: "sales" } });
    const { webex } = world;
    webex.addSpace({ name: "general", team: "sales", isGeneral: true, members: [ME] });
    await workUntil(world, ADDITIONS_MADE);
    const space = webex.space("all hands");
    space.change({ isLocked: true });
    space.remove(ME);
    await world.clock.advance(1000);
    assert.equal((await world.sync()).unknown?.code, "only_moderators_visible");
    space.add({ email: ME, isModerator: true });
    await world.clock.advance(1000);
    assert.equal((await world.sync()).status, "ok");
    const first = (await world.history()).find(({ error }) => error?.code === "interrupted");
    assert.equal((await world.undo(first?.runId ?? "")).status, "ok");
    assert.deepEqual(world.members(), [ME]);
  });

  test("while it finds out about an answer that an ended run has lost leaves that to the next", async (t) => {
    const [added = ""] = NEW;
    const world = await aMembershipWorld(t, { ...SEED, people: [added, ...SEED.people.slice(NEW.length)] });
    const { faults } = world.webex;
    faults.add({ kind: "reset-after", method: "POST", path: "/memberships" });
    faults.add({ kind: "reset-before", method: "POST", path: "/memberships", times: 4 });
    faults.add({
      kind: "status",
      status: 429,
      headers: { "retry-after": "600" },
      method: "DELETE",
      times: 0,
    });
    const run = await world.sync();
    assert.deepEqual(shown(run.actions).slice(0, 1), [`add ${added}: in the directory (unknown)`]);
    faults.clear();
    await world.clock.advance(601_000);
    await workUntil(world, { step: "write", at: "after" });
    await world.drain();
    assert.deepEqual(world.members(), [ME, added]);
    assert.equal((await world.undo(run.runId)).status, "ok");
    assert.deepEqual(world.members(), [ME]);
  });

  test("does nothing to another room that its space was given meanwhile", async (t) => {
    const world = await aMembershipWorld(t, SEED);
    const other = world.webex.addSpace({ name: "another", members: [ME, ...OLD] });
    await workUntil(world, { step: "savePlan", at: "after" });
    await world.writeConfig("spaces/all-hands.json", { space_id: other.id });
    await world.drain();
    const [run] = await world.history();
    assert.deepEqual([run?.status, run?.error?.code], ["failed", "space_changed"]);
    assert.deepEqual(world.changes(), []);
  });

  test("after its plan was approved has used the approval up all the same", async (t) => {
    const world = await aHeldSpace(t);
    const run = await held(world);
    await world
      .anotherHost({ connectionLease: () => Promise.resolve(undefined) })
      .syncNow({ force: run.hash }, world.log);
    const { host, cut } = cutOff(world, { step: "savePlan", at: "after" });
    void world.anotherHost(host).work(world.queue.messages.at(-1)?.body, world.log);
    await cut;
    assert.deepEqual(await world.drain(), []);
    assert.deepEqual(world.members(), [ME, "eve@example.org"]);
    for (const email of LEAVERS) world.webex.space("all hands").add(email);
    world.webex.space("all hands").remove("eve@example.org");
    const again = await world.service.syncNow({ force: run.hash }, world.log);
    assert.ok(again.kind === "ran", JSON.stringify(again));
    assert.deepEqual([again.runs[0]?.status, again.runs[0]?.warnings], ["held", ["plan_changed"]]);
    assert.deepEqual(world.members(), [ME, ...LEAVERS]);
  });

  test("by a storage account that fails when all is done has ended once it is kept how it is taken back", async (t) => {
    const world = await aMembershipWorld(t, SEED);
    const before = world.members();
    const { documents } = membershipWorld(world.env, world.log, world);
    let failures = 2;
    world.service = world.anotherHost({
      documents: {
        ...documents,
        saveInverse: (...kept) =>
          failures-- > 0 ? Promise.reject(new Error("Server busy")) : documents.saveInverse(...kept),
      },
    });
    const outcome = await world.service.syncNow({}, world.log);
    assert.ok(outcome.kind === "queued");
    assert.deepEqual([outcome.runs[0]?.status, outcome.runs[0]?.progress.done], ["running", 6]);
    await world.clock.advance(240_000);
    assert.deepEqual(await world.drain(), []);
    const [run, ...others] = await world.history();
    assert.deepEqual([run?.status, run?.progress.done, failures, others], ["ok", 6, -1, []]);
    assert.deepEqual(world.changes().sort(), CHANGES);
    await world.clock.advance(1000);
    assert.equal((await world.undo(run?.runId ?? "")).status, "ok");
    assert.deepEqual(world.members(), before);
  });
});

suite("a sync that has to stop", () => {
  test("since it lost the lock goes on by a message of its own", async (t) => {
    const world = await aMembershipWorld(t, SEED);
    const before = world.members();
    const leases = steadyLeases();
    let writes = 0;
    world.webex.faults.add({
      decide: ({ method }) => {
        writes += method === "GET" ? 0 : 1;
        if (writes === 3) leases.lose();
        return undefined;
      },
    });
    await world.timer();
    const [message] = world.queue.messages;
    assert.deepEqual(await world.anotherHost(leases).work(message?.body, world.log), []);
    world.webex.faults.clear();
    const next = world.queue.messages.at(-1)?.body;
    assert.deepEqual(next, { ...(message?.body as object), part: 1 });
    const [run] = await world.service.work(next, world.log);
    assert.deepEqual([run?.status, run?.progress.done], ["ok", 6]);
    assert.deepEqual(world.changes().sort(), CHANGES);
    await world.clock.advance(1000);
    assert.equal((await world.undo(run?.runId ?? "")).status, "ok");
    assert.deepEqual(world.members(), before);
  });

  test("since ten minutes are nearly over goes on in a message after it, and counts on", async (t) => {
    const people = crowdOf(90);
    const world = await aMembershipWorld(t, { people });
    // Of the run alone: what is on its way is not cut off.
    const clock = fakeClock(world.clock.now());
    world.webex.faults.add({
      decide: () => {
        if (world.changes().length === 40) void clock.advance(8.6 * 60_000);
        return undefined;
      },
    });
    await world.timer();
    const host = world.anotherHost({ ...steadyLeases(), clock });
    const [first] = world.queue.messages;
    assert.deepEqual(await host.work(first?.body, world.log), []);
    const [under] = await world.history();
    assert.deepEqual([under?.status, under?.finishedAt, under?.progress.total], ["running", undefined, 90]);
    assert.equal(under?.progress.done, world.changes().length);
    assert.ok(world.changes().length >= 40 && world.changes().length < 90, String(world.changes().length));
    const next = world.queue.messages.at(-1)?.body;
    assert.deepEqual(next, { ...(first?.body as object), part: 1 });
    const [run] = await host.work(next, world.log);
    assert.deepEqual([run?.status, run?.startedAt, run?.progress.done], ["ok", under?.startedAt, 90]);
    assert.equal(run?.requests, world.webex.exchanges.length);
    assert.deepEqual(
      world.changes().sort(),
      people.map((email) => `added ${email}`),
    );
    assert.deepEqual(
      (await world.history()).map(({ status }) => status),
      ["ok"],
    );
  });
});
