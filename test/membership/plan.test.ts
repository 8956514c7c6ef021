import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { read } from "../../shared/membership/reading.ts";
import { canonicalPlan, planHash } from "../../shared/membership/plan-hash.ts";
import { stepsOfPlan } from "../../shared/membership/steps.ts";
import { type Given, inside, listed, moderated, NOW, planOf, reasonsOf } from "./space-world.ts";

function names(prefix: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${String(index).padStart(4, "0")}`);
}

/** A space of so many, ourselves among them, of whom some have left. */
function spaceOf(size: number, left: number, file: object = {}): Given {
  const staying = names("s", size - left - 1);
  const leaving = names("l", left);
  return {
    people: [...staying, "me"].map((name) => listed(name)),
    members: [...staying, ...leaving].map((name) => inside(name)),
    file: { max_removals: {}, ...file },
  };
}

suite("a plan is held", () => {
  const cases: [size: number, left: number, file: object, isHeld: boolean][] = [
    [1000, 20, {}, false],
    [1000, 21, {}, true],
    [100, 10, {}, false],
    [100, 11, {}, true],
    [5, 1, {}, false],
    [5, 2, {}, true],
    [2, 1, {}, false],
    [19, 1, {}, false],
    [19, 2, {}, true],
    [5, 1, { max_removals: { count: 0 } }, true],
    [5, 1, { max_removals: { percent: 0 } }, true],
    [5, 0, { max_removals: { count: 0, percent: 0 } }, false],
    [100, 30, { max_removals: { count: 30, percent: 30 } }, false],
    [100, 31, { max_removals: { count: 100, percent: 30 } }, true],
  ];
  for (const [size, left, file, isHeld] of cases) {
    const limits = JSON.stringify(file);
    test(`${isHeld ? "" : "not "}when ${left} of ${size} would be removed, with ${limits}`, () => {
      const plan = planOf(spaceOf(size, left, file));
      assert.equal(plan.removals.length, left);
      assert.equal(plan.held !== undefined, isHeld);
    });
  }

  test("with its numbers, and what can be done", () => {
    const { held } = planOf(spaceOf(240, 212));
    assert.deepEqual(held?.reasons, [
      {
        code: "too_many_removals",
        text: "212 of 240 members would be removed; without approval it may be 20 at the most (max_removals: 20, and 10 % of the members). Approve the plan, or correct what made it.",
      },
    ]);
  });

  test("when the space would have more members than Webex lets into one", () => {
    const people = names("p", 10).map((name) => listed(name));
    assert.equal(planOf({ people, members: [], mostMembers: 11 }).held, undefined);
    const plan = planOf({ people, members: [], mostMembers: 10 });
    assert.match(plan.held?.reasons[0]?.text ?? "", /would have 11 members; Webex lets 10 into a space/u);
    assert.equal(plan.additions.length, 10);
  });

  test("not because of a space that is overfull already, and from which people are only removed", () => {
    const given = spaceOf(12, 1);
    assert.equal(planOf({ ...given, mostMembers: 5 }).held, undefined);
  });
});

test("as many removals go first as keep the space from being overfull in between", () => {
  const given = spaceOf(10, 4, { max_removals: { count: 100, percent: 100 } });
  const people = [...given.people, ...names("p", 3).map((name) => listed(name))];
  const sizes = (mostMembers: number): number[] =>
    stepsOfPlan(planOf({ ...given, people, mostMembers }), mostMembers).phases.map(({ length }) => length);
  assert.deepEqual(sizes(100), [0, 3, 4]);
  assert.deepEqual(sizes(11), [2, 3, 2]);
  assert.deepEqual(sizes(5), [4, 3, 0]);
});

suite("in a grace period", () => {
  const given: Given = { people: [listed("bob")], members: [inside("ada")], file: { grace_days: 3 } };
  const since = NOW.toISOString();
  const after = (days: number, hours = 0): Date =>
    new Date(NOW.getTime() + days * 86_400_000 + hours * 3_600_000);

  test("a member who is missing is kept, and it is told since when and how long", () => {
    const plan = planOf(given);
    assert.deepEqual(plan.removals, []);
    const { reason, missing } = plan.kept[0] ?? assert.fail();
    assert.equal(reason, "in the grace period");
    assert.deepEqual(missing, { reason: "left the directory", since: "2026-11-03", until: "2026-11-06" });
    assert.deepEqual(plan.missing, { "id of ada": since });
  });

  test("a member is removed once it is over, and it is told since when they were missing", () => {
    const missing = planOf(given).missing;
    assert.deepEqual(planOf({ ...given, missing, now: after(2) }).removals, []);
    const plan = planOf({ ...given, missing, now: after(3) });
    assert.deepEqual(reasonsOf(plan.removals), ["ada: left the directory"]);
    assert.equal(plan.removals[0]?.since, "2026-11-03");
  });

  test("a run that begins a little earlier in the day does not make it a day longer", () => {
    const { missing } = planOf(given);
    assert.equal(planOf({ ...given, missing, now: after(3, -0.5) }).removals.length, 1);
    assert.equal(planOf({ ...given, missing, now: after(3, -2) }).removals.length, 0);
  });

  test("a member who came back in between is missing anew the next time", () => {
    const { missing } = planOf(given);
    const back = planOf({ ...given, missing, people: [listed("ada")], now: after(1) });
    assert.deepEqual(back.missing, {});
    const gone = planOf({ ...given, missing: back.missing, now: after(3) });
    assert.deepEqual([gone.removals, gone.missing], [[], { "id of ada": after(3).toISOString() }]);
  });

  test("a time that is none, or lies ahead, counts from now", () => {
    for (const time of ["yesterday", after(5).toISOString()]) {
      assert.deepEqual(planOf({ ...given, missing: { "id of ada": time } }).missing, {
        "id of ada": since,
      });
    }
  });

  test("of no days a member is removed at once", () => {
    const plan = planOf({ ...given, file: { grace_days: 0 } });
    assert.deepEqual(reasonsOf(plan.removals), ["ada: left the directory"]);
    assert.equal("since" in (plan.removals[0] ?? {}), false);
  });

  test("what is held or unread does not begin anew", () => {
    const missing = { "id of ada": since };
    const held = planOf({
      ...given,
      missing,
      now: after(4),
      file: { grace_days: 3, max_removals: { count: 0 } },
    });
    assert.ok(held.held);
    assert.deepEqual(held.missing, missing);
  });
});

suite("a plan", () => {
  const people = ["cora", "ada", "Bob", "élise", "bob"].map((name) => listed(name));
  const members = ["zoe", "yan", "Xia"].map((name) => inside(name));

  test("is in the order of names, the same on every machine", () => {
    const plan = planOf({ people, members });
    assert.deepEqual(
      plan.additions.map(({ name }) => name),
      ["Bob", "ada", "bob", "cora", "élise"],
    );
    assert.deepEqual(
      plan.removals.map(({ name }) => name),
      ["Xia", "yan", "zoe"],
    );
  });

  test("is the same in whatever order people and members were read", () => {
    assert.deepEqual(
      planOf({ people: people.toReversed(), members: members.toReversed() }),
      planOf({ people, members }),
    );
  });
});

suite("the hash of a plan", () => {
  const given: Given = { people: [listed("ada"), listed("bob")], members: [inside("cora"), inside("dan")] };
  const hash = planHash(planOf(given));

  test("is of 64 hexadecimal digits", () => assert.match(hash, /^[0-9a-f]{64}$/u));

  test("is the same whenever it was read, in whatever order, and whatever people are called now", () => {
    const later = new Date(NOW.getTime() + 86_400_000);
    const people = [listed("ada", { name: "Zoe" }), listed("bob", { name: "Abe" })];
    const members = [inside("cora", { name: "Zoe" }), inside("dan", { name: "Abe" })];
    assert.equal(planHash(planOf({ people, members, now: later })), hash);
  });

  test("is the same for a plan that is held and one that is approved", () => {
    const held = planOf({ ...given, file: { max_removals: { count: 0 } } });
    assert.ok(held.held);
    assert.equal(planHash(held), hash);
  });

  test("is that of the text, to the byte", () => {
    assert.equal(
      canonicalPlan(planOf(given)),
      '["plan 1","room",[["id","id of ada","in the directory"],["id","id of bob","in the directory"]],' +
        '[["membership of cora","id of cora","member","left the directory"],["membership of dan","id of dan","member","left the directory"]]]',
    );
  });

  const differing: [says: string, given: Given][] = [
    ["one more would be added", { ...given, people: [...given.people, listed("eve")] }],
    ["one less would be removed", { ...given, members: given.members.slice(1) }],
    ["one more would be removed", { ...given, members: [...given.members, inside("eve")] }],
    [
      "somebody would be removed for another reason",
      { ...given, people: [...given.people, listed("dan", { loginEnabled: false })] },
    ],
    [
      "somebody who would be removed has become a moderator",
      { ...given, space: read(moderated), members: [inside("cora"), inside("dan", { isModerator: true })] },
    ],
    [
      "somebody has come into the space anew",
      { ...given, members: [inside("cora"), inside("dan", { membershipId: "m2" })] },
    ],
    ["it is about another space", { ...given, file: { space_id: "another" } }],
  ];
  for (const [says, other] of differing) {
    test(`is another when ${says}`, () => assert.notEqual(planHash(planOf(other)), hash));
  }
});

test("a guest whom an app of our own organization has made is kept as other guests are", () => {
  const made = [inside("gus"), inside("gil", { isAppUser: true })];
  const given = {
    people: [listed("bob"), listed("gus", { kind: "app user" })],
    members: made,
  };
  assert.deepEqual(reasonsOf(planOf(given).kept).slice(0, 2), ["gil: kept guest", "gus: kept guest"]);
  const strict = planOf({ ...given, file: { keep: ["bots"] } });
  assert.deepEqual(reasonsOf(strict.removals), ["gil: guest", "gus: app user"]);
});
