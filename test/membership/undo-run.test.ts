import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Run } from "../../shared/membership/run.ts";
import type { WorkMessage } from "../../shared/membership/work-message.ts";
import {
  aMembershipWorld,
  ME,
  type MembershipWorld,
  person,
  ROOM,
  shown,
  SPACE,
} from "../worlds/membership-world.ts";

const MINUTE = 60_000;
const UNKNOWN = "00000000-0000-4000-8000-000000000000";

/** Bob has to join, Carol and Dan have to leave. */
async function aSyncedSpace(
  t: Parameters<typeof aMembershipWorld>[0],
): Promise<{ world: MembershipWorld; run: Run }> {
  const world = await aMembershipWorld(t, {
    people: [
      "bob@example.org",
      person("carol@example.org", { department: "Sales" }),
      person("dan@example.org", { department: "Sales" }),
    ],
    members: ["carol@example.org", "dan@example.org"],
    file: { excluded_departments: ["sales"] },
  });
  const run = await world.sync();
  assert.deepEqual(world.members(), [ME, "bob@example.org"]);
  await world.clock.advance(2 * MINUTE);
  return { world, run };
}

const BEFORE = [ME, "carol@example.org", "dan@example.org"];

suite("taking back a run", () => {
  test("restores what it changed, and says of everybody why", async (t) => {
    const { world, run } = await aSyncedSpace(t);
    const undo = await world.undo(run.runId);
    assert.deepEqual([undo.status, undo.undoes, undo.progress.done], ["ok", run.runId, 3]);
    assert.deepEqual(shown(undo.actions), [
      "add carol@example.org: removed by the run",
      "add dan@example.org: removed by the run",
      "remove bob@example.org: added by the run",
    ]);
    assert.deepEqual(world.members(), BEFORE);
    assert.match(
      world.log.lines.at(-1) ?? "",
      /^info: ROLLCALL_SYNC_OK undo in space all-hands: ok, 2 to add, 1 to remove/,
    );
    assert.deepEqual((await world.history())[0], undo);
  });

  test("is done once", async (t) => {
    const { world, run } = await aSyncedSpace(t);
    const undo = await world.undo(run.runId);
    const again = await world.service.undo({ runId: run.runId }, world.log);
    assert.ok(again.kind === "undone_already");
    assert.ok(again.detail.includes(undo.runId));
    assert.equal(world.changes().length, 6);
  });

  test("in a full space takes out first whom it has no room beside", async (t) => {
    const before = [ME, "carol@example.org", "dan@example.org"];
    const world = await aMembershipWorld(t, {
      people: ["bob@example.org", "eve@example.org", ...before.slice(1)],
      members: before.slice(1),
      file: { excluded_emails: before.slice(1) },
      webex: { spaceLimit: 3 },
    });
    world.service = world.anotherHost({ mostMembers: 3 });
    const run = await world.sync();
    assert.deepEqual([run.status, world.members()], ["ok", [ME, "bob@example.org", "eve@example.org"]]);
    await world.clock.advance(2 * MINUTE);
    assert.equal((await world.undo(run.runId)).status, "ok");
    assert.deepEqual(world.members(), before);
  });

  test("can be taken back as well, and so can that", async (t) => {
    const { world, run } = await aSyncedSpace(t);
    const undo = await world.undo(run.runId);
    await world.clock.advance(2 * MINUTE);
    const redo = await world.undo(undo.runId);
    assert.equal(redo.status, "ok");
    assert.deepEqual(world.members(), [ME, "bob@example.org"]);
    await world.clock.advance(2 * MINUTE);
    assert.equal((await world.undo(redo.runId)).status, "ok");
    assert.deepEqual(world.members(), BEFORE);
  });

  test("leaves alone what others did since", async (t) => {
    const { world, run } = await aSyncedSpace(t);
    const space = world.webex.space(ROOM);
    space.remove("bob@example.org");
    space.add("bob@example.org");
    space.add("carol@example.org");
    world.webex.people.change("dan@example.org", { loginEnabled: false });
    const undo = await world.undo(run.runId);
    assert.deepEqual(shown(undo.actions), [
      "keep carol@example.org: already back",
      "keep dan@example.org: not login enabled",
      "keep bob@example.org: added anew since",
    ]);
    assert.equal(undo.status, "ok");
    assert.equal(world.changes().length, 3);
  });

  test("of a part of which Webex refuses is partial, and the rest can be taken back later", async (t) => {
    const { world, run } = await aSyncedSpace(t);
    world.webex.faults.add({ kind: "status", status: 400, method: "DELETE" });
    const undo = await world.undo(run.runId);
    assert.deepEqual([undo.status, undo.progress], ["partial", { peopleRead: 4, done: 2, total: 3 }]);
    await world.clock.advance(MINUTE);
    const rest = await world.undo(run.runId);
    assert.deepEqual([rest.status, rest.progress.done], ["ok", 1]);
    assert.deepEqual(world.members(), BEFORE);
  });

  test("changes nothing while anything is unknown", async (t) => {
    const { world, run } = await aSyncedSpace(t);
    world.webex.faults.add({ kind: "status", status: 404, path: "^/v1/people\\?" });
    const undo = await world.undo(run.runId);
    assert.deepEqual([undo.status, undo.unknown?.code], ["failed", "unread"]);
    assert.equal(world.changes().length, 3);
    assert.equal((await world.undo(run.runId)).status, "ok");
  });

  test("of a run that is unknown, or changed nothing, says so", async (t) => {
    const { world } = await aSyncedSpace(t);
    const outcome = await world.service.undo({ runId: UNKNOWN }, world.log);
    assert.ok(outcome.kind === "unknown_run");
    assert.match(outcome.detail, /There is no run 0{8}-.* GET \/api\/memberships\/runs lists the runs/);
    const dry = await world.sync({ dryRun: true });
    assert.equal((await world.service.undo({ runId: dry.runId }, world.log)).kind, "unknown_run");
    const synced = await world.sync();
    const nothing = await world.undo(synced.runId);
    assert.deepEqual([nothing.status, nothing.actions], ["ok", []]);
  });

  test("waits for nobody: while the space is being synced it says so", async (t) => {
    const { world, run } = await aSyncedSpace(t);
    const busy = world.anotherHost({ lock: () => Promise.resolve(undefined) });
    const outcome = await busy.undo({ runId: run.runId }, world.log);
    assert.ok(outcome.kind === "already_running");
    assert.match(outcome.detail, /is being synced already; .* Try again when that has ended/);
    assert.equal(world.changes().length, 3);
  });

  test("that was asked for twice, and had to wait in the queue, is done once", async (t) => {
    const { world, run } = await aSyncedSpace(t);
    const busy = world.anotherHost({ connectionLease: () => Promise.resolve(undefined) });
    for (let time = 0; time < 2; time += 1) {
      const outcome = await busy.undo({ runId: run.runId }, world.log);
      assert.ok(outcome.kind === "queued");
      assert.match(
        outcome.location,
        /^https:\/\/rollcall\.example\/api\/memberships\/runs\?batch=[\w-]+&limit=200$/,
      );
    }
    // Between the two somebody takes out again who had come back.
    const [first, second] = world.queue.messages.filter(
      ({ body }) => (body as WorkMessage).request.kind === "undo",
    );
    await world.service.work(first?.body, world.log);
    world.webex.space(ROOM).remove("carol@example.org");
    const [late] = await world.service.work(second?.body, world.log);
    assert.deepEqual([late?.status, late?.error?.code], ["failed", "undone_already"]);
    assert.deepEqual(world.members(), [ME, "dan@example.org"]);
  });

  test("after the file names another space says to put the former one back", async (t) => {
    const { world, run } = await aSyncedSpace(t);
    const other = world.webex.addSpace({ name: "other", members: [ME] });
    await world.writeConfig(`spaces/${SPACE}.json`, { space_id: other.id });
    const undo = await world.undo(run.runId);
    assert.deepEqual([undo.status, undo.error?.code, other.size], ["failed", "space_changed", 1]);
  });

  test("of a space whose file is gone is of an unknown run", async (t) => {
    const { world, run } = await aSyncedSpace(t);
    const config = { place: "nowhere", list: async () => [], read: async () => undefined };
    const outcome = await world.anotherHost({ config }).undo({ runId: run.runId }, world.log);
    assert.equal(outcome.kind, "unknown_run");
  });
});

test("a run whose process ended in its middle is ended by being taken back", async (t) => {
  const world = await aMembershipWorld(t, { people: ["bob@example.org", "carol@example.org"] });
  // As a process leaves it that ends after its changes, and before its report.
  const host = world.anotherHost({
    history: {
      find: () => Promise.resolve(undefined),
      list: () => Promise.resolve([]),
      subjectsOf: () => Promise.resolve(new Set<string>()),
      add: () => Promise.reject(new Error("The process has ended.")),
    },
  });
  const outcome = await host.syncNow({}, world.log);
  assert.ok(outcome.kind === "ran");
  const [run = assert.fail()] = outcome.runs;
  assert.deepEqual(
    (await world.history()).map(({ status }) => status),
    ["running"],
  );
  await world.clock.advance(MINUTE);
  const undo = await world.undo(run.runId);
  assert.equal(undo.status, "ok");
  assert.deepEqual(world.members(), [ME]);
  const [, ended] = await world.history();
  assert.deepEqual([ended?.runId, ended?.error?.code], [run.runId, "interrupted"]);
});

test("what is asked for is checked, and every mistake is named", async (t) => {
  const world = await aMembershipWorld(t);
  const { service, log } = world;
  const mistakes: [body: unknown, detail: RegExp][] = [
    [{}, /^runId: must be the runId of a report$/],
    [{ runId: "x" }, /^runId: must be the runId of a report$/],
    [{ runId: 7 }, /^runId: /],
    [{ runId: UNKNOWN, dryRun: true }, /dryRun/],
    [{ runId: `${UNKNOWN}/../../held/all-hands` }, /^runId: /],
    [null, /expected object/],
    [[], /expected object/],
    ["run", /expected object/],
  ];
  for (const [body, detail] of mistakes) {
    const outcome = await service.undo(body, log);
    assert.ok(outcome.kind === "invalid", JSON.stringify(body));
    assert.match(outcome.detail, detail);
  }
  const syncMistakes: [body: unknown, detail: RegExp][] = [
    [{ spaces: "all-hands" }, /spaces/],
    [{ space: 1 }, /^space: .*string/],
    [{ space: "x".repeat(101) }, /^space: /],
    [{ dryRun: "yes" }, /^dryRun: .*boolean/],
    [{ force: true }, /^force: /],
    [{ force: "abc" }, /^force: must be the hash of a held plan/],
    [{ force: "A".repeat(64) }, /^force: must be the hash/],
    [{ force: "0".repeat(64), dryRun: true }, /^force: applies a plan, and a dry run applies none/],
    [{ space: 1, dryRun: 2, more: 3 }, /space: .*; dryRun: .*; .*more/],
    [null, /expected object/],
  ];
  for (const [body, detail] of syncMistakes) {
    const outcome = await service.syncNow(body, log);
    assert.ok(outcome.kind === "invalid", JSON.stringify(body));
    assert.match(outcome.detail, detail);
  }
  const unknown = await service.syncNow({ space: "all-hand" }, log);
  assert.ok(unknown.kind === "unknown_space");
  assert.match(unknown.detail, /There is no space “all-hand”\. The spaces in .* are: all-hands\.$/);
  assert.deepEqual(world.webex.exchanges, []);
});
