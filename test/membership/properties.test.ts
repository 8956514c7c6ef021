import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import type { DirectoryPerson } from "../../shared/membership/directory.ts";
import {
  type Change,
  changeByAddition,
  changeByRemoval,
  inverseOf,
} from "../../shared/membership/inverse.ts";
import { type Plan, planSpace, type PlanInput } from "../../shared/membership/plan.ts";
import { planHash } from "../../shared/membership/plan-hash.ts";
import { read } from "../../shared/membership/reading.ts";
import type { Member } from "../../shared/membership/space.ts";
import { planUndo } from "../../shared/membership/undo.ts";
import { randomSeed } from "../registration/random-seed.ts";
import { group, inside, listed, me, moderated, NOW, OURS, spaceFile, THEIRS } from "./space-world.ts";

/** An account that Webex knows, in the directory or not, in the space or not. */
interface Account {
  personId: string;
  emails: string[];
  name: string;
  orgId: string | undefined;
  isListed: boolean;
  listing: Partial<DirectoryPerson>;
  isInside: boolean;
  isModerator: boolean;
}

interface World {
  accounts: Account[];
  isLocked: boolean;
  isWebexDirectory: boolean;
  file: object;
}

const LATER = new Date(NOW.getTime() + 60_000);

const anAccount = fc.record({
  // Names meet, so that the order has to be decided by something else.
  name: fc.constantFrom("ada", "bob", "Cora", "dan"),
  addresses: fc.integer({ min: 1, max: 3 }),
  orgId: fc.constantFrom(OURS, OURS, OURS, THEIRS, undefined),
  isListed: fc.boolean(),
  listing: fc.record(
    {
      department: fc.constantFrom("Sales", "Legal", undefined),
      loginEnabled: fc.constantFrom(true, true, true, false, undefined),
      invitePending: fc.constantFrom(false, false, false, true),
      kind: fc.constantFrom("person" as const, "person" as const, "person" as const, "bot" as const),
    },
    { requiredKeys: ["loginEnabled", "invitePending", "kind"] },
  ),
  isInside: fc.boolean(),
  isModerator: fc.boolean(),
});

const aWorld: fc.Arbitrary<World> = fc
  .record({
    drafts: fc.array(anAccount, { maxLength: 14 }),
    isLocked: fc.boolean(),
    isWebexDirectory: fc.boolean(),
    file: fc.record({
      keep: fc.subarray(["bots", "guests", "moderators", "person0@example.org", "person1b@example.org"]),
      excluded_departments: fc.subarray(["sal", "LEGAL"]),
      excluded_emails: fc.subarray(["person2@example.org", "person3b@example.org"]),
      grace_days: fc.constantFrom(0, 0, 2),
    }),
  })
  .map(({ drafts, isLocked, isWebexDirectory, file }) => ({
    isLocked,
    isWebexDirectory,
    file,
    accounts: drafts.map(({ addresses, ...draft }, index) => ({
      ...draft,
      personId: `id ${index}`,
      emails: ["", "b", "c"]
        .slice(0, addresses)
        .map(
          (letter) => `person${index}${letter}@${draft.listing.kind === "bot" ? "webex.bot" : "example.org"}`,
        ),
    })),
  }));

function peopleOf({ accounts, isWebexDirectory }: World): DirectoryPerson[] {
  const people = accounts
    .filter(({ isListed }) => isListed)
    .map(({ personId, emails, name, listing }) =>
      listed(name, { ...listing, personId: isWebexDirectory ? personId : undefined, emails }),
    );
  return [...people, listed("zoe")];
}

function memberOf(account: Account, isModerator: boolean, created: Date): Member {
  const { personId, emails, name, orgId } = account;
  return inside(name, {
    membershipId: `membership of ${personId}`,
    personId,
    // Any address of an account may be the one it shows.
    email: emails.at(-1) ?? "",
    orgId,
    isModerator,
    created: created.toISOString(),
  });
}

function membersOf({ accounts, isLocked }: World): Member[] {
  return [
    inside("me", { isModerator: isLocked }),
    ...accounts
      .filter((account) => account.isInside)
      .map((account) => memberOf(account, isLocked && account.isModerator, new Date("2026-01-01T00:00:00Z"))),
  ];
}

function inputOf(world: World, members: Member[], more: Partial<PlanInput> = {}): PlanInput {
  return {
    space: read(world.isLocked ? moderated : group),
    members: read(members),
    me: read(me),
    directory: read(peopleOf(world)),
    file: spaceFile(world.file),
    now: NOW,
    absences: {},
    mostMembers: 5000,
    ...more,
  };
}

/** Listed in each world: somebody to whom no rule applies, so that the directory is never empty. */
const zoe: Account = {
  personId: "id of zoe",
  emails: ["zoe@example.org"],
  name: "zoe",
  orgId: OURS,
  isListed: true,
  listing: {},
  isInside: false,
  isModerator: false,
};

/** Whose id or address it is. */
function accountOf({ accounts }: World, wanted: { personId: string | undefined; email: string }): Account {
  const account = [...accounts, zoe].find(({ personId, emails }) =>
    wanted.personId === undefined ? emails.includes(wanted.email) : personId === wanted.personId,
  );
  return account ?? assert.fail(`nobody is ${wanted.personId ?? wanted.email}`);
}

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

function changesOf(plan: Plan, world: World): Change[] {
  return [
    ...plan.additions.map((addition) =>
      changeByAddition(addition, {
        state: "added",
        personId: accountOf(world, addition).personId,
        created: LATER.toISOString(),
      }),
    ),
    ...plan.removals.map((removal) => changeByRemoval(removal, { state: "removed" })),
  ].filter((change) => change !== undefined);
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
        const { additions, removals } = planSpace(inputOf(world, after, { absences: plan.absences }));
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
        const done = {
          ...plan,
          additions: plan.additions.filter(() => coins.next().value === true),
          removals: plan.removals.filter(() => coins.next().value === true),
        };
        const after = apply(members, done, world);
        const input = inputOf(world, after, { now: LATER });
        const undo = planUndo({ ...input, inverse: inverseOf("room", changesOf(done, world)) });
        assert.deepEqual(undo.skipped, []);
        const gone = new Set(undo.removals.map(({ membershipId }) => membershipId));
        let back = after.filter(({ membershipId }) => !gone.has(membershipId));
        for (const addition of undo.additions) back = add(back, addition, world, addition.isModerator);
        assert.deepEqual(roster(back), roster(members));
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
        const other = planSpace(inputOf(world, members, { directory: read(people) }));
        assert.deepEqual(other, plan);
        assert.equal(planHash(other), planHash(plan));
      }),
      randomSeed(context),
    );
  });
});
