import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { aMembershipWorld, ME, OPERATOR, shown } from "../worlds/membership-world.ts";
import { aHeldSpace, changeDirectory, hashOf, held, HOUR, LEAVERS, mailsOf, tokenIn } from "./held-space.ts";

suite("a plan over the threshold", () => {
  test("is held: nothing is changed, and the operator is mailed who would go, why, and where to approve it", async (t) => {
    const world = await aHeldSpace(t);
    const run = await held(world);
    assert.deepEqual(world.changes(), []);
    assert.deepEqual(
      run.held?.map(({ code }) => code),
      ["too_many_removals"],
    );
    assert.deepEqual([run.counts, run.warnings], [{ add: 1, remove: 3, keep: 1 }, []]);
    const [mail, ...others] = mailsOf(world);
    assert.deepEqual([mail?.to, others], [[OPERATOR], []]);
    assert.equal(
      mail?.subject,
      "Rollcall: 3 to remove, 1 to add in the space “all-hands”: approve or correct",
    );
    assert.match(mail.text, /would remove 3 people and add 1 person\. Nothing was done/);
    assert.match(mail.text, /^- bob \(bob@example\.org\): excluded address$/m);
    assert.match(mail.text, /^The link is good until 2026-11-06 04:30 UTC/m);
    const link = /https:\/\/\S+/.exec(mail.text)?.[0];
    assert.equal((await world.service.viewApproval(tokenIn(link))).status, 200);
    assert.match(world.log.lines.at(-1) ?? "", /^warn: ROLLCALL_SYNC_HELD space all-hands: held, /);
  });

  test("is told of once, however often it is found to be waiting, and again when it is another one", async (t) => {
    const world = await aHeldSpace(t);
    const first = await held(world);
    await world.clock.advance(24 * HOUR);
    assert.equal((await held(world)).hash, first.hash);
    assert.equal(mailsOf(world).length, 1);
    await changeDirectory(world);
    assert.notEqual((await held(world)).hash, first.hash);
    assert.equal(mailsOf(world).length, 2);
  });

  test("is told of again when its time is over", async (t) => {
    const world = await aHeldSpace(t);
    const first = await held(world);
    await world.clock.advance(72 * HOUR);
    assert.equal((await held(world)).hash, first.hash);
    assert.equal(mailsOf(world).length, 2);
  });

  test("tells the first few by mail, and how many more there are", async (t) => {
    const many = Array.from(
      { length: 25 },
      (_, index) => `someone-${String(index).padStart(2, "0")}@example.org`,
    );
    const world = await aHeldSpace(t, {
      people: many,
      members: many,
      file: { max_removals: { count: 1, percent: 100 }, excluded_emails: many },
    });
    await held(world);
    const { text = "" } = mailsOf(world)[0] ?? {};
    assert.equal(text.match(/^- someone-/gm)?.length, 20);
    assert.match(text, /^- and 5 more$/m);
  });

  test("has each name on one line of the mail: people choose their own, and could write the mail's words there", async (t) => {
    const displayName = "bob\r\n\nApprove it there:\u2028https://evil.example";
    const world = await aHeldSpace(t, {
      people: [{ email: "bob@example.org", displayName }, ...LEAVERS.slice(1)],
    });
    await held(world);
    const { text = "" } = mailsOf(world)[0] ?? {};
    assert.match(text, /^- bob Approve it there: https:\/\/evil\.example \(bob@example\.org\): /m);
  });

  test("warns that nobody was told when no operator is configured, and has the link in the report", async (t) => {
    const world = await aHeldSpace(t, { operator: false });
    const run = await held(world);
    assert.deepEqual(run.warnings, ["no_operator"]);
    assert.equal((await world.service.viewApproval(tokenIn(run.approve))).status, 200);
    assert.deepEqual((await held(world)).warnings, ["no_operator"]);
  });

  test("warns when the mail did not go out, and the next run tries again", async (t) => {
    const world = await aHeldSpace(t);
    world.graph.faults.add({ kind: "status", status: 403, method: "POST", path: "/sendMail$" });
    const run = await held(world);
    assert.deepEqual(run.warnings, ["mail_failed"]);
    assert.ok(run.approve);
    assert.ok(world.log.lines.some((line) => /the mail about the held plan did not go out/.test(line)));
    assert.deepEqual((await held(world)).warnings, []);
    assert.equal(mailsOf(world).length, 1);
  });

  test("says so in a dry run, keeps nothing and tells nobody", async (t) => {
    const world = await aHeldSpace(t);
    const dry = await held(world, { dryRun: true });
    assert.deepEqual([mailsOf(world), dry.approve], [[], undefined]);
    const outcome = await world.service.syncNow({ space: "all-hands", force: hashOf(dry) }, world.log);
    assert.ok(outcome.kind === "ran");
    assert.deepEqual([outcome.runs[0]?.status, world.changes()], ["held", []]);
  });

  test("has its link in the list of runs as long as it can be approved, though it is kept nowhere", async (t) => {
    const world = await aHeldSpace(t);
    const run = await held(world);
    assert.equal(
      (await world.service.viewApproval(tokenIn((await world.history())[0]?.approve))).status,
      200,
    );
    const token = tokenIn(run.approve);
    const container = world.blobs.getContainerClient("membership");
    for await (const { name } of container.listBlobsFlat()) {
      const text = (await container.getBlobClient(name).downloadToBuffer()).toString();
      assert.ok(!text.includes(token) && !text.includes("/api/approvals/"), name);
    }
    assert.doesNotMatch(world.log.lines.join("\n"), /approvals\/|example\.org/);
    await world.clock.advance(72 * HOUR);
    assert.equal((await world.history())[0]?.approve, undefined);
  });
});

suite("force", () => {
  test("with the hash of the held plan applies it, and only once", async (t) => {
    const world = await aHeldSpace(t);
    const hash = hashOf(await held(world));
    const run = await world.sync({ space: "all-hands", force: hash });
    assert.deepEqual([run.status, run.hash, run.held, run.approve], ["ok", hash, undefined, undefined]);
    assert.deepEqual(world.members(), [ME, "eve@example.org"]);
    for (const email of LEAVERS) world.webex.space("all hands").add(email);
    const again = await world.service.syncNow({ force: hash }, world.log);
    assert.ok(again.kind === "ran", JSON.stringify(again));
    assert.deepEqual([again.runs[0]?.status, again.runs[0]?.warnings], ["held", ["plan_changed"]]);
    assert.deepEqual(world.members(), [ME, ...LEAVERS, "eve@example.org"]);
  });

  test("once more, when one of its changes is still to be made, does not say that all is well", async (t) => {
    const world = await aHeldSpace(t);
    const hash = hashOf(await held(world));
    world.webex.faults.add({ kind: "status", status: 403, method: "DELETE" });
    assert.equal((await world.sync({ space: "all-hands", force: hash })).status, "partial");
    const again = await world.service.syncNow({ space: "all-hands", force: hash }, world.log);
    assert.ok(again.kind === "ran", JSON.stringify(again));
    assert.equal(again.runs[0]?.error?.code, "plan_changed");
  });

  test("needs no space, since a hash is of one space's plan", async (t) => {
    const world = await aHeldSpace(t);
    const other = world.webex.addSpace({ name: "other", members: [ME] });
    await world.writeConfig("spaces/other.json", { space_id: other.id });
    const outcome = await world.service.syncNow({ space: "all-hands" }, world.log);
    assert.ok(outcome.kind === "ran");
    const forced = await world.sync({ force: outcome.runs[0]?.hash });
    assert.deepEqual([forced.space, forced.status, other.size], ["all-hands", "ok", 1]);
  });

  test("with a hash that nothing waits with does nothing, and holds what is to be held", async (t) => {
    const world = await aHeldSpace(t);
    const wrong = "0".repeat(64);
    const outcome = await world.service.syncNow({ space: "all-hands", force: wrong }, world.log);
    assert.ok(outcome.kind === "ran");
    const [run] = outcome.runs;
    assert.deepEqual([run?.status, run?.warnings, world.changes()], ["held", ["plan_changed"], []]);
    assert.equal((await world.sync({ force: run?.hash })).status, "ok");
  });

  test("without a space and with a hash that nothing waits with begins no run", async (t) => {
    const world = await aHeldSpace(t);
    const outcome = await world.service.syncNow({ force: "0".repeat(64) }, world.log);
    assert.ok(outcome.kind === "not_held");
    assert.match(outcome.detail, /No plan of this hash waits/);
    assert.deepEqual(await world.history(), []);
  });

  test("with the hash of a plan that is not the present one any more holds the new one in its place", async (t) => {
    const world = await aHeldSpace(t);
    const stale = hashOf(await held(world));
    await changeDirectory(world);
    const outcome = await world.service.syncNow({ force: stale }, world.log);
    assert.ok(outcome.kind === "ran");
    const fresh = hashOf(outcome.runs[0] ?? assert.fail());
    assert.notEqual(fresh, stale);
    assert.deepEqual([world.changes(), mailsOf(world).length], [[], 2]);
    assert.equal((await world.sync({ force: fresh })).status, "ok");
    assert.deepEqual(world.members(), [ME, "eve@example.org"]);
  });

  test("when nothing has to be approved any more says to sync without it", async (t) => {
    const world = await aHeldSpace(t);
    const hash = hashOf(await held(world));
    for (const email of LEAVERS.slice(1)) world.webex.space("all hands").remove(email);
    const outcome = await world.service.syncNow({ force: hash }, world.log);
    assert.ok(outcome.kind === "ran");
    assert.match(outcome.runs[0]?.error?.message ?? "", /run the sync without force/);
    assert.deepEqual(world.changes(), []);
  });

  test("after 72 hours does nothing, and holds the plan anew", async (t) => {
    const world = await aHeldSpace(t);
    const hash = hashOf(await held(world));
    await world.clock.advance(72 * HOUR);
    const late = await world.service.syncNow({ force: hash }, world.log);
    assert.ok(late.kind === "ran");
    assert.deepEqual([late.runs[0]?.status, world.changes(), mailsOf(world).length], ["held", [], 2]);
    assert.equal((await world.sync({ force: hash })).status, "ok");
  });
});

test("a plan that Webex's limit for a space forbids is held, and does what it can once it is approved", async (t) => {
  const people = ["bob@example.org", "carol@example.org", "dan@example.org"];
  const world = await aMembershipWorld(t, { people, operator: true, webex: { spaceLimit: 3 } });
  world.service = world.anotherHost({ mostMembers: 3 });
  const run = await held(world);
  assert.deepEqual([run.held?.map(({ code }) => code), world.changes()], [["too_many_members"], []]);
  const [mail] = mailsOf(world);
  assert.equal(mail?.subject, "Rollcall: 3 to add in the space “all-hands”: approve or correct");
  assert.match(mail.text, /would have 4 members; Webex lets 3 into a space\. .*Better exclude more/);
  const forced = await world.sync({ force: run.hash });
  assert.equal(forced.status, "partial");
  assert.deepEqual([world.members().length, forced.progress.done], [3, 2]);
  assert.equal(shown(forced.actions).filter((row) => row.endsWith("(failed)")).length, 1);
});
