import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import type { Inverse } from "../../shared/membership/inverse.ts";
import type { MembershipFact } from "../../shared/membership/membership-fact.ts";
import { type Plan, planSpace } from "../../shared/membership/plan.ts";
import { planHash } from "../../shared/membership/plan-hash.ts";
import type { Member } from "../../shared/membership/space.ts";
import { inverseOfRun } from "../../shared/membership/step-rows.ts";
import { type Step, stepsOfPlan, subjectOf } from "../../shared/membership/steps.ts";
import { planUndo } from "../../shared/membership/undo.ts";
import { randomSeed } from "../registration/random-seed.ts";
import {
  accountOf,
  aWorld,
  inputOf,
  LATER,
  memberOf,
  membersOf,
  peopleOf,
  type World,
} from "./random-space.ts";
import { inside, OURS, spaceFile } from "./space-world.ts";

/** Who is in the space after an addition. */
function add(
  members: Member[],
  wanted: { personId: string | undefined; email: string },
  world: World,
  isModerator = false,
): Member[] {
  const account = accountOf(world, wanted);
  assert.ok(!members.some(({ personId }) => personId === account.personId), "is in the space already");
  return [...members, memberOf(account, isModerator, LATER)];
}

function apply(members: Member[], plan: Pick<Plan, "additions" | "removals">, world: World): Member[] {
  const gone = new Set(plan.removals.map(({ membershipId }) => membershipId));
  let after = members.filter(({ membershipId }) => !gone.has(membershipId));
  assert.equal(members.length - after.length, gone.size, "somebody is removed who is not there");
  for (const addition of plan.additions) after = add(after, addition, world);
  return after;
}

/** What takes back a run that has made all of a plan. */
function inverseOfAll(plan: Plan, world: World): Inverse {
  const factOf = (step: Step): MembershipFact =>
    step.change === "remove"
      ? { runId: "run", change: "removed" }
      : {
          runId: "run",
          change: "added",
          personId: accountOf(world, { personId: step.personId, email: step.email }).personId,
          created: LATER.toISOString(),
        };
  const run = stepsOfPlan(plan, 5000);
  return inverseOfRun(run, new Map(run.phases.flat().map((step) => [subjectOf(step), factOf(step)])));
}

/** Who is in a space, and as what. */
function roster(members: readonly Member[]): string[] {
  return members.map(({ personId, isModerator }) => `${personId}${isModerator ? " moderates" : ""}`).sort();
}

suite("whatever the directory, the space and its file", () => {
  test("a plan that was applied leaves nothing to plan", (context) => {
    fc.assert(
      fc.property(aWorld, (world) => {
        const members = membersOf(world);
        const plan = planSpace(inputOf(world, members));
        assert.equal(plan.unknown, undefined);
        const after = apply(members, plan, world);
        const { additions, removals } = planSpace(inputOf(world, after, { missing: plan.missing }));
        assert.deepEqual([additions, removals], [[], []]);
      }),
      randomSeed(context),
    );
  });

  test("a run and its inverse leave everybody as they were, as far as the run came", (context) => {
    fc.assert(
      fc.property(aWorld, fc.infiniteStream(fc.boolean()), (world, coins) => {
        const members = membersOf(world);
        const plan = planSpace(inputOf(world, members));
        const isDone = (): boolean => coins.next().value === true;
        const additions = plan.additions.filter(isDone);
        const done = { ...plan, additions, removals: plan.removals.filter(isDone) };
        const after = apply(members, done, world);
        const input = inputOf(world, after, { now: LATER });
        const undo = planUndo({ ...input, inverse: inverseOfAll(done, world) });
        // Whom the file names is not removed, not even by this.
        const { keep } = input.file;
        const stay = additions
          .map((addition) => accountOf(world, addition))
          .filter(({ emails }) => emails.some((email) => keep.emails.includes(email)));
        assert.deepEqual(
          undo.skipped.map(({ reason }) => reason),
          stay.map(() => "kept address"),
        );
        const gone = new Set(undo.removals.map(({ membershipId }) => membershipId));
        let back = after.filter(({ membershipId }) => !gone.has(membershipId));
        for (const addition of undo.additions) back = add(back, addition, world, addition.isModerator);
        const before = [...members, ...stay.map((account) => memberOf(account, false, LATER))];
        assert.deepEqual(roster(back), roster(before));
      }),
      randomSeed(context),
    );
  });

  test("every member is either kept or removed, with a reason, and nobody twice", (context) => {
    fc.assert(
      fc.property(aWorld, (world) => {
        const members = membersOf(world);
        const { kept, removals } = planSpace(inputOf(world, members));
        const named = [...kept, ...removals].map(({ membershipId }) => membershipId);
        assert.deepEqual(named.sort(), members.map(({ membershipId }) => membershipId).sort());
      }),
      randomSeed(context),
    );
  });

  test("nobody is removed who belongs into the space, or is to be kept", (context) => {
    fc.assert(
      fc.property(aWorld, (world) => {
        const file = spaceFile(world.file);
        const { removals } = planSpace(inputOf(world, membersOf(world)));
        for (const { personId, isModerator, orgId, email } of removals) {
          const account =
            world.accounts.find((each) => each.personId === personId) ?? assert.fail("it is us");
          assert.ok(!(file.keep.groups.moderators && isModerator));
          assert.ok(!(file.keep.groups.guests && orgId !== OURS));
          assert.ok(!(file.keep.groups.bots && email.endsWith("@webex.bot")));
          const known = account.isListed ? account.emails : [email];
          assert.ok(!known.some((each) => file.keep.emails.includes(each)));
          if (!account.isListed) continue;
          const { department = "", loginEnabled, invitePending, kind } = account.listing;
          const mayBeRemoved =
            loginEnabled === false ||
            invitePending === true ||
            kind === "bot" ||
            file.excludedDepartments.some((part) => department.toLowerCase().includes(part)) ||
            account.emails.some((each) => file.excludedEmails.includes(each));
          assert.ok(mayBeRemoved);
        }
      }),
      randomSeed(context),
    );
  });

  test("a space that had a moderator keeps one", (context) => {
    fc.assert(
      fc.property(aWorld, (world) => {
        // As a team's General space: it has moderators without being a moderated one, and we are none of them.
        const members = membersOf({ ...world, isLocked: true }).map((member) =>
          member.name === "me" ? inside("me") : member,
        );
        const after = apply(members, planSpace(inputOf({ ...world, isLocked: false }, members)), world);
        const moderates = ({ isModerator }: Member): boolean => isModerator;
        assert.equal(after.some(moderates), members.some(moderates));
      }),
      randomSeed(context),
    );
  });

  test("the order of reading makes no difference", (context) => {
    const shuffled = aWorld.chain((world) =>
      fc.tuple(
        fc.constant(world),
        fc.shuffledSubarray(peopleOf(world), { minLength: peopleOf(world).length }),
        fc.shuffledSubarray(membersOf(world), { minLength: membersOf(world).length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([world, people, members]) => {
        const plan = planSpace(inputOf(world, membersOf(world)));
        const other = planSpace(inputOf(world, members, { people }));
        assert.deepEqual(other, plan);
        assert.equal(planHash(other), planHash(plan));
      }),
      randomSeed(context),
    );
  });
});
