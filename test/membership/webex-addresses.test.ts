import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { aMembershipWorld, ME, type MembershipWorld, person, shown } from "../worlds/membership-world.ts";
import { COACH } from "../worlds/services.ts";

const DAY_MS = 86_400_000;

/** Microsoft knows each of them by `x@example.org` alone, and Webex has them by `x.alias@example.org` first. */
function knownByAnother(...names: string[]): ReturnType<typeof person>[] {
  return names.map((name) =>
    person(`${name}.alias@example.org`, { otherEmails: [`${name}@example.org`], displayName: name }),
  );
}

async function connected(world: MembershipWorld): Promise<void> {
  await world.connectMicrosoft();
  // Who consented is there too, and not of the organization.
  world.graph.mailbox(COACH).changeUser({ userType: "Guest" });
  world.graph.addAccount({ account: ME, displayName: "Ada Lovelace" });
}

suite("of somebody whom Microsoft's directory and Webex know by different addresses", () => {
  test("whichever is excluded keeps them out", async (t) => {
    const world = await aMembershipWorld(t, {
      people: knownByAnother("x", "w"),
      file: { source: { type: "microsoft" }, excluded_emails: ["X.alias@example.org", "nobody@example.org"] },
    });
    await connected(world);
    for (const name of ["x", "w"])
      world.graph.addAccount({ account: `${name}@example.org`, displayName: name });
    const first = await world.sync();
    assert.deepEqual([first.status, shown(first.actions)[0]], ["ok", "add w@example.org: in the directory"]);
    await world.clock.advance(DAY_MS);
    await world.sync();
    assert.deepEqual(world.changes(), ["added w.alias@example.org"]);
  });

  test("whichever is named as one to keep keeps them in", async (t) => {
    const world = await aMembershipWorld(t, {
      people: [
        ...knownByAnother("left", "off", "gone"),
        person("visitor@example.org", { type: "appuser", displayName: "visitor" }),
      ],
      members: [
        "left.alias@example.org",
        "off.alias@example.org",
        "gone.alias@example.org",
        "visitor@example.org",
      ],
      file: { source: { type: "microsoft" }, keep: ["guests", "left@example.org", "off@example.org"] },
    });
    await connected(world);
    const off = { account: "off.alias@example.org", displayName: "off", accountEnabled: false };
    world.graph.addAccount(off);
    assert.deepEqual(shown((await world.sync()).actions), [
      "remove gone.alias@example.org: left the directory",
      `keep ${ME}: the connected account`,
      "keep left.alias@example.org: kept address",
      "keep off.alias@example.org: kept address",
      "keep visitor@example.org: kept guest",
    ]);
  });

  test("whichever the directory lists tells who comes back when a run is taken back", async (t) => {
    const members = ["y.alias@example.org"];
    const world = await aMembershipWorld(t, {
      people: knownByAnother("y"),
      members,
      file: { source: { type: "microsoft" }, excluded_departments: ["sales"] },
    });
    await connected(world);
    world.graph.addAccount({ account: "y@example.org", displayName: "y", department: "Sales" });
    const run = await world.sync();
    assert.deepEqual(shown(run.actions)[0], "remove y.alias@example.org: excluded department");
    await world.clock.advance(DAY_MS);
    const back = await world.undo(run.runId);
    assert.deepEqual([back.status, world.members()], ["ok", [ME, ...members]], JSON.stringify(back));
  });

  test("whichever the space has tells that an addition has come about whose answer was lost", async (t) => {
    const world = await aMembershipWorld(t, {
      people: knownByAnother("x"),
      file: { source: { type: "microsoft" } },
    });
    await connected(world);
    world.graph.addAccount({ account: "x@example.org", displayName: "x" });
    const path = "/memberships";
    world.webex.faults.add({ kind: "status-after", status: 504, method: "POST", path });
    world.webex.faults.add({ kind: "status", status: 400, method: "POST", path });
    const run = await world.sync();
    assert.deepEqual([run.status, run.actions[0]?.outcome], ["partial", "unknown"]);
    await world.clock.advance(1000);
    assert.equal((await world.sync()).status, "ok");
    await world.clock.advance(1000);
    assert.equal((await world.undo(run.runId)).status, "ok");
    assert.deepEqual(world.changes(), ["added x.alias@example.org", "removed x.alias@example.org"]);
  });

  for (const [what, email, members, changed] of [
    ["a removal", "gone@example.org", ["gone@example.org"], "removed gone@example.org"],
    ["an addition that is seen", "new@example.org", [], "added new@example.org"],
  ] as const) {
    test(`a last look tells what has come of ${what} whose answer was lost`, async (t) => {
      const people = [person(email)];
      const file = { source: { type: "microsoft" } } as const;
      const world = await aMembershipWorld(t, { people, members: [...members], file });
      await connected(world);
      if (members.length === 0) world.graph.addAccount({ account: email, displayName: email });
      for (const method of ["POST", "DELETE"]) {
        const path = "/memberships";
        world.webex.faults.add({ kind: "status-after", status: 504, method, path });
        world.webex.faults.add({ kind: "status", status: 400, method, path });
      }
      const run = await world.sync();
      assert.deepEqual([run.status, run.progress.done, world.changes()], ["ok", 1, [changed]]);
    });
  }
});
