import assert from "node:assert/strict";
import * as fc from "fast-check";
import type { DirectoryPerson } from "../../shared/membership/directory.ts";
import type { PlanInput } from "../../shared/membership/plan.ts";
import { read } from "../../shared/membership/reading.ts";
import type { Member } from "../../shared/membership/space.ts";
import {
  type Unlisted,
  unlisted,
  type WebexAccount,
  withAccounts,
  withAddressesOf,
} from "../../shared/membership/webex-addresses.ts";
import { group, inside, listed, me, moderated, NOW, OURS, spaceFile, THEIRS } from "./space-world.ts";

/** Spaces, directories and rules at random. */

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

export interface World {
  accounts: Account[];
  isLocked: boolean;
  isWebexDirectory: boolean;
  file: object;
}

export const LATER = new Date(NOW.getTime() + 60_000);

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

export const aWorld: fc.Arbitrary<World> = fc
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

export function peopleOf({ accounts, isWebexDirectory }: World): DirectoryPerson[] {
  const people = accounts
    .filter(({ isListed }) => isListed)
    .map(({ personId, emails, name, listing }) =>
      listed(name, {
        ...listing,
        // Another service knows nobody's id, and not all of their addresses.
        personId: isWebexDirectory ? personId : undefined,
        emails: isWebexDirectory ? emails : emails.slice(0, 1),
      }),
    );
  return [...people, listed("zoe")];
}

export function memberOf(account: Account, isModerator: boolean, created: Date): Member {
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

export function membersOf({ accounts, isLocked }: World): Member[] {
  return [
    inside("me", { isModerator: isLocked }),
    ...accounts
      .filter((account) => account.isInside)
      .map((account) => memberOf(account, isLocked && account.isModerator, new Date("2026-01-01T00:00:00Z"))),
  ];
}

export function inputOf(
  world: World,
  members: Member[],
  { people = peopleOf(world), ...more }: Partial<PlanInput> & { people?: DirectoryPerson[] } = {},
): PlanInput {
  const file = spaceFile(world.file);
  const accounts = world.isWebexDirectory ? [] : accountsBeside(unlisted(people, members, file), world);
  return {
    space: read(world.isLocked ? moderated : group),
    members: read(withAccounts(accounts, members)),
    me: read(me),
    directory: read(withAddressesOf(accounts, people)),
    file,
    now: NOW,
    missing: {},
    mostMembers: 5000,
    ...more,
  };
}

/** What Webex answers about those whom the directory does not list. */
function accountsBeside({ members, addresses }: Unlisted, { accounts }: World): WebexAccount[] {
  const ids = new Set(members.map(({ personId }) => personId));
  return accounts
    .filter(({ personId, emails }) => ids.has(personId) || emails.some((email) => addresses.includes(email)))
    .map(({ personId, emails }) => ({ id: personId, emails, type: "person" }));
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
export function accountOf(
  { accounts }: World,
  wanted: { personId: string | undefined; email: string },
): Account {
  const account = [...accounts, zoe].find(({ personId, emails }) =>
    wanted.personId === undefined ? emails.includes(wanted.email) : personId === wanted.personId,
  );
  return account ?? assert.fail(`nobody is ${wanted.personId ?? wanted.email}`);
}
