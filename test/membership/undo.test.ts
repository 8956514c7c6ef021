import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { DirectoryPerson } from "../../shared/membership/directory.ts";
import type { Inverse } from "../../shared/membership/inverse.ts";
import type { MembershipFact } from "../../shared/membership/membership-fact.ts";
import { read, unknown } from "../../shared/membership/reading.ts";
import type { Member } from "../../shared/membership/space.ts";
import { inverseOfRun } from "../../shared/membership/step-rows.ts";
import {
  type RunPlan,
  type Step,
  stepsOfPlan,
  stepsOfUndo,
  subjectOf,
} from "../../shared/membership/steps.ts";
import { planUndo, type UndoInput, type UndoPlan } from "../../shared/membership/undo.ts";
import {
  group,
  inside,
  listed,
  me,
  moderated,
  moderatingMyself,
  myself,
  planOf,
  spaceFile,
  THEIRS,
} from "./space-world.ts";

const NEW = "2026-11-03T04:31:00.000Z";

/** Ada was removed, Bob added. */
function aRun(ada: Partial<Member> = {}): Inverse {
  const plan = planOf({ people: [listed("bob")], members: [inside("ada", ada)], file: { keep: [] } });
  return inverseOfAll(stepsOfPlan(plan, 5000));
}

/** Of a run of which every step has changed something. */
function inverseOfAll(plan: RunPlan): Inverse {
  const fact = (step: Step): MembershipFact =>
    step.change === "add"
      ? { runId: "run", change: "added", personId: `id of ${step.name}`, created: NEW }
      : { runId: "run", change: "removed" };
  return inverseOfRun(plan, new Map(plan.phases.flat().map((step) => [subjectOf(step), fact(step)])));
}

const bob = inside("bob", { created: NEW });

function undone(
  inverse: Inverse,
  members: readonly Member[],
  { people = [listed("bob")], ...rest }: Partial<UndoInput> & { people?: DirectoryPerson[] } = {},
): UndoPlan {
  const space = rest.space ?? read(group);
  const own = space.state === "read" && space.value.isLocked ? moderatingMyself : myself;
  return planUndo({
    inverse,
    space,
    members: read([own, ...members]),
    me: read(me),
    directory: read(people),
    file: spaceFile(),
    ...rest,
  });
}

suite("taking back a run", () => {
  test("adds whom it removed, and removes whom it added", () => {
    assert.deepEqual(undone(aRun(), [bob]), {
      spaceId: "room",
      additions: [
        {
          personId: "id of ada",
          email: "ada@example.org",
          name: "ada",
          isModerator: false,
          reason: "removed by the run",
          despite: "left the directory",
        },
      ],
      removals: [
        {
          membershipId: "membership of bob",
          personId: "id of bob",
          email: "bob@example.org",
          name: "bob",
          reason: "added by the run",
        },
      ],
      skipped: [],
      present: 2,
    });
  });

  test("makes a moderator of who was one, where the space is moderated", () => {
    const run = aRun({ isModerator: true });
    assert.deepEqual(run.removed, []);
    const removed = { ...aRun().removed[0], isModerator: true } as Inverse["removed"][number];
    const inverse = { ...aRun(), removed: [removed] };
    assert.equal(undone(inverse, [bob], { space: read(moderated) }).additions[0]?.isModerator, true);
    assert.equal(undone(inverse, [bob]).additions[0]?.isModerator, false);
  });

  test("adds a guest and a bot again", () => {
    const guest = aRun({ orgId: THEIRS });
    assert.equal(guest.removed[0]?.reason, "guest");
    assert.equal(undone(guest, [bob]).additions.length, 1);
    const made = aRun({ isAppUser: true });
    assert.equal(made.removed[0]?.reason, "guest");
    assert.equal(undone(made, [bob]).additions.length, 1);
    const bot = aRun({ isMonitor: true });
    assert.equal(bot.removed[0]?.reason, "bot");
    assert.equal(undone(bot, [bob]).additions.length, 1);
  });

  test("adds somebody whom the same rule would remove again, since that is what undoing is for", () => {
    const inverse = aRun();
    const plan = undone(
      { ...inverse, removed: [{ ...inverse.removed[0], reason: "excluded department" } as never] },
      [bob],
      {
        people: [listed("ada", { department: "Sales" }), listed("bob")],
        file: spaceFile({ excluded_departments: ["sales"] }),
      },
    );
    assert.equal(plan.additions.length, 1);
  });

  test("adds somebody who has come back into the directory", () => {
    assert.equal(undone(aRun(), [bob], { people: [listed("ada"), listed("bob")] }).additions.length, 1);
  });

  const since: [says: string, rest: Parameters<typeof undone>[2], reason: string][] = [
    [
      "whose login was disabled since",
      { people: [listed("ada", { loginEnabled: false })] },
      "not login enabled",
    ],
    [
      "whose address was excluded since",
      { people: [listed("ada")], file: spaceFile({ excluded_emails: ["ada@example.org"] }) },
      "excluded address",
    ],
  ];
  for (const [says, rest, reason] of since) {
    test(`does not add somebody ${says}`, () => {
      const plan = undone(aRun(), [bob], rest);
      assert.deepEqual(plan.additions, []);
      assert.deepEqual(plan.skipped, [{ email: "ada@example.org", name: "ada", reason }]);
    });
  }

  test("does not add somebody who left the directory since, when the run had another reason", () => {
    const inverse = aRun();
    const removed = [{ ...inverse.removed[0], reason: "excluded address" } as Inverse["removed"][number]];
    const plan = undone({ ...inverse, removed }, [bob]);
    assert.equal(plan.skipped[0]?.reason, "left the directory");
  });

  test("leaves alone what others have done since", () => {
    const cases: [members: Member[], reasons: string[]][] = [
      [[inside("ada"), bob], ["already back"]],
      [[inside("lovelace", { email: "ADA@example.org" }), bob], ["already back"]],
      [[inside("ada")], ["already back", "already gone"]],
      [
        [inside("ada"), inside("bob", { created: "2026-11-03T09:00:00.000Z" })],
        ["already back", "added anew since"],
      ],
      [
        [inside("ada"), { ...bob, isModerator: true }],
        ["already back", "a moderator since"],
      ],
    ];
    for (const [members, reasons] of cases) {
      assert.deepEqual(
        undone(aRun(), members).skipped.map(({ reason }) => reason),
        reasons,
      );
    }
  });

  test("removes nobody whom the space file has come to name, by any of their addresses, as somebody to keep", () => {
    const cases: [keep: string, listing: Partial<DirectoryPerson>, member: Partial<Member>][] = [
      ["Bob@example.org", {}, {}],
      ["robert@example.org", { emails: ["bob@example.org", "robert@example.org"] }, {}],
      ["robert@example.org", { personId: undefined }, { otherEmails: ["robert@example.org"] }],
    ];
    for (const [keep, listing, member] of cases) {
      const plan = undone(aRun(), [{ ...bob, ...member }], {
        people: [listed("bob", listing)],
        file: spaceFile({ keep: [keep] }),
      });
      assert.deepEqual(plan.removals, []);
      assert.deepEqual(plan.skipped, [{ email: "bob@example.org", name: "bob", reason: "kept address" }]);
    }
  });

  test("removes a guest whom it had added, though guests are to be kept", () => {
    assert.equal(undone(aRun(), [{ ...bob, orgId: THEIRS }]).removals.length, 1);
  });

  test("knows whom it removed by any of their addresses, and whom it added", () => {
    const otherEmails = ["ada@old.example"];
    const excluded = { department: "Sales", personId: undefined, emails: otherEmails };
    const people = [listed("ada", excluded), listed("bob", { personId: undefined })];
    const file = { excluded_departments: ["sales"] };
    const run = stepsOfPlan(planOf({ people, members: [inside("ada", { otherEmails })], file }), 5000);
    const asBob = inside("bob", { email: "b@example.org", otherEmails: ["bob@example.org"], created: NEW });
    const inverse = inverseOfAll(run);
    const added = inverse.added.map((each) => ({ ...each, personId: undefined }));
    const undo = undone({ ...inverse, added }, [asBob], { people, file: spaceFile(file) });
    assert.deepEqual([undo.additions.length, undo.removals.length, undo.skipped], [1, 1, []]);
    const again = inverseOfAll(stepsOfUndo(undo, 5000));
    assert.deepEqual(again.removed[0]?.otherEmails, ["bob@example.org"]);
  });

  test("never removes ourselves", () => {
    const added = { personId: "id of me", email: "me@example.org", name: "me", created: undefined };
    const plan = undone({ spaceId: "room", removed: [], added: [added] }, []);
    assert.deepEqual([plan.removals, plan.skipped[0]?.reason], [[], "the connected account"]);
  });

  test("changes nothing when anything is unknown", () => {
    const plan = undone(aRun(), [bob], { directory: unknown("It is 503.") });
    assert.deepEqual([plan.additions, plan.removals, plan.skipped], [[], [], []]);
    assert.equal(plan.unknown?.reason, "It is 503.");
    assert.ok(undone(aRun(), [bob], { people: [] }).unknown);
    assert.ok(undone(aRun(), [bob], { members: read([bob]) }).unknown);
  });
});

suite("the inverse of a run", () => {
  const plan = stepsOfPlan(
    planOf({ people: [listed("bob", { personId: undefined })], members: [inside("ada")] }),
    5000,
  );

  test("is empty of what it has not changed, be it that somebody else had done it before", () => {
    assert.deepEqual(inverseOfRun(plan, new Map()), { spaceId: "room", added: [], removed: [] });
  });

  test("names whom an address turned out to be, where Webex has told it", () => {
    const added = (fact: Partial<MembershipFact>): Inverse["added"] =>
      inverseOfRun(plan, new Map([["bob@example.org", { runId: "run", change: "added", ...fact }]])).added;
    const who = { email: "bob@example.org", name: "bob" };
    assert.deepEqual(added({ personId: "id of bob", created: NEW }), [
      { ...who, personId: "id of bob", created: NEW },
    ]);
    assert.deepEqual(added({}), [{ ...who, personId: undefined, created: undefined }]);
  });
});
