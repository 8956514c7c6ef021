import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { FaultRule } from "../../infra/local/emulators/faults.ts";
import type { AccountSeed } from "../../infra/local/emulators/graph/seed.ts";
import { roomIdOf } from "../../infra/local/emulators/webex/spaces.ts";
import type { Run } from "../../shared/membership/run.ts";
import {
  aMembershipWorld,
  ME,
  type MembershipWorld,
  person,
  ROOM,
  shown,
  SPACE,
} from "../worlds/membership-world.ts";
import { COACH } from "../worlds/services.ts";

/** Somebody to add, and somebody to remove: whatever is changed is seen. */
const PEOPLE = ["bob@example.org", "carol@example.org", person("eve@example.org", { loginEnabled: false })];
const MEMBERS = ["eve@example.org"];
/** As often as it is asked. */
const ALWAYS = { kind: "status", times: 0 } as const;
const PEOPLE_PAGE = String.raw`/people\?max=1000`;
const SECOND_PAGE = String.raw`/people\?.*cursor=`;

function answering(path: string, items: object[], link?: string): FaultRule {
  return { ...ALWAYS, path, status: 200, body: { items }, headers: link ? { link } : {} };
}

interface Trap {
  says: string;
  faults?: FaultRule[];
  /** What is otherwise than it should be, and how it is put right. */
  arrange?: (world: MembershipWorld) => void | Promise<void>;
  restore?: (world: MembershipWorld) => void | Promise<void>;
  code: string;
  reason: RegExp;
}

function inSpace(name: string): (world: MembershipWorld) => Promise<void> {
  return (world) =>
    world.writeConfig(`spaces/${SPACE}.json`, {
      space_id: roomIdOf(name),
      max_removals: { count: 100, percent: 100 },
    });
}

const TRAPS: Trap[] = [
  {
    says: "the second page of the directory answers 500, again and again",
    faults: [{ ...ALWAYS, status: 500, path: SECOND_PAGE }],
    code: "unread",
    reason: /not be read to its end \(2 people were\): Webex answered GET \/v1\/people with 500/,
  },
  {
    says: "the connection breaks at the second page of the directory, again and again",
    faults: [{ kind: "reset-before", times: 0, path: SECOND_PAGE }],
    code: "unread",
    reason: /\(2 people were\): Webex gave no answer/,
  },
  {
    says: "the second page of the directory leads to itself",
    faults: [answering(SECOND_PAGE, [], `</v1/people?cursor=again>; rel="next"`)],
    code: "unread",
    reason: /lead round in a circle/,
  },
  {
    says: "the directory is empty",
    faults: [answering(PEOPLE_PAGE, [])],
    code: "unread",
    reason: /directory is empty/,
  },
  {
    says: "the directory tells of nobody whether they may sign in, as to those who are no administrators",
    faults: [answering(PEOPLE_PAGE, [{ id: "somebody" }])],
    code: "unread",
    reason: /account of an administrator/,
  },
  {
    says: "a page of the members fails",
    faults: [{ ...ALWAYS, path: "/memberships" }],
    code: "unread",
    reason: /members of the space could not be read: Webex answered GET \/v1\/memberships with 503/,
  },
  {
    says: "it is not known who we are",
    faults: [{ ...ALWAYS, path: "/people/me", status: 502 }],
    code: "unread",
    reason: /connected account could not be read/,
  },
  {
    says: "those who seem to have left cannot be asked for",
    arrange: ({ webex }) => webex.people.remove("eve@example.org"),
    faults: [{ ...ALWAYS, path: String.raw`/people\?id=` }],
    restore: ({ webex }) => {
      webex.people.add(person("frank@example.org"));
    },
    code: "unread",
    reason: /Those who seem to have left the directory could not be read/,
  },
  {
    says: "there is no such room",
    arrange: inSpace("a room that nobody knows"),
    restore: inSpace(ROOM),
    code: "unread",
    reason: /Could not find a room/,
  },
  {
    says: "we are not in the room",
    arrange: ({ webex }) => webex.space(ROOM).remove(ME),
    restore: ({ webex }) => webex.space(ROOM).add(ME),
    code: "unread",
    reason: /Could not find a room/,
  },
  {
    says: "the room is moderated, and its moderators only are shown to us, who are in the team",
    arrange: async (world) => {
      const members = [{ email: "bob@example.org", isModerator: true }, "carol@example.org"];
      world.webex.addSpace({ name: "general", team: "sales", isGeneral: true, members: [ME] });
      world.webex.addSpace({ name: "moderated", team: "sales", isLocked: true, members });
      await inSpace("moderated")(world);
    },
    restore: inSpace(ROOM),
    code: "only_moderators_visible",
    reason: /shows it moderators only/,
  },
  {
    says: "the room is the team's, and we are not in it",
    arrange: async (world) => {
      world.webex.addSpace({ name: "open", team: "sales", members: ["bob@example.org"] });
      await inSpace("open")(world);
    },
    restore: inSpace(ROOM),
    code: "not_in_the_space",
    reason: /Add it to the space/,
  },
  {
    says: "the room is moderated, and not by us",
    arrange: ({ webex }) => webex.space(ROOM).change({ isLocked: true }),
    restore: ({ webex }) => webex.space(ROOM).change({ isLocked: false }),
    code: "not_a_moderator",
    reason: /Make it a moderator/,
  },
  {
    says: "it is a talk between two",
    arrange: async (world) => {
      world.webex.addSpace({ name: "talk", type: "direct", members: [ME, "bob@example.org"] });
      await inSpace("talk")(world);
    },
    restore: inSpace(ROOM),
    code: "direct_space",
    reason: /Correct space_id/,
  },
];

function isLeftAlone(world: MembershipWorld, run: Run, before: readonly string[]): void {
  assert.deepEqual(world.members(), before);
  assert.deepEqual(world.changes(), []);
  assert.deepEqual([run.status, run.counts, run.actions], ["failed", { add: 0, remove: 0, keep: 0 }, []]);
}

suite("a space is left as it is", () => {
  test("as long as not everything is known:", async (t) => {
    const world = await aMembershipWorld(t, {
      people: PEOPLE,
      members: MEMBERS,
      webex: { largestPage: { people: 2, memberships: 1000 } },
    });
    for (const { says, faults = [], arrange, restore, code, reason } of TRAPS) {
      await t.test(says, async () => {
        await arrange?.(world);
        for (const fault of faults) world.webex.faults.add(fault);
        const before = world.members();
        const run = await world.sync();
        isLeftAlone(world, run, before);
        assert.equal(run.unknown?.code, code, JSON.stringify(run));
        assert.match(run.unknown?.reason ?? "", reason);
        world.webex.faults.clear();
        await restore?.(world);
      });
    }
    await t.test("and no longer", async () => {
      const { status, counts } = await world.sync();
      assert.deepEqual([status, counts], ["ok", { add: 3, remove: 1, keep: 1 }]);
    });
  });

  test("when nobody has connected an account", async (t) => {
    const world = await aMembershipWorld(t, {
      people: PEOPLE,
      members: MEMBERS,
      file: { connection: "nobodys" },
    });
    const before = world.members();
    const run = await world.sync();
    isLeftAlone(world, run, before);
    assert.equal(run.error?.code, "not_connected", JSON.stringify(run.error));
  });
});

suite("a space that follows Microsoft's directory", () => {
  const seed = {
    people: ["bob@example.org", "carol@example.org", "dan@example.org", "eve@example.org"],
    members: ["carol@example.org", "dan@example.org", "eve@example.org"],
  };

  async function connected(world: MembershipWorld): Promise<Record<"bob" | "carol" | "dan", string>> {
    await world.connectMicrosoft();
    const add = (account: string, rest: Partial<AccountSeed> = {}): string =>
      world.graph.addAccount({ account, displayName: account, ...rest }).user.id;
    // Who consented is there too, and not of the organization.
    world.graph.mailbox(COACH).changeUser({ userType: "Guest" });
    add(ME);
    add("visitor@partner.example", { userType: "Guest" });
    return {
      bob: add("bob.b@tenant.example", { mail: "Bob@example.org" }),
      carol: add("carol@tenant.example", { otherMails: ["carol@example.org"] }),
      dan: add("dan@example.org", { accountEnabled: false }),
    };
  }

  test("has its users, and not its guests, by their addresses", async (t) => {
    const world = await aMembershipWorld(t, { ...seed, file: { source: { type: "microsoft" } } });
    await connected(world);
    world.graph.settings.largestPage = 2;
    const dry = await world.sync({ dryRun: true });
    const run = await world.sync();
    assert.deepEqual(shown(run.actions), [
      "add Bob@example.org: in the directory",
      "remove dan@example.org: not login enabled",
      "remove eve@example.org: left the directory",
      "keep ada@example.org: the connected account",
      "keep carol@example.org: in the directory",
    ]);
    assert.deepEqual([run.status, dry.actions], ["ok", run.actions]);
    assert.deepEqual(world.members(), [ME, "bob@example.org", "carol@example.org"]);
    await world.clock.advance(1000);
    const back = await world.undo(run.runId);
    assert.deepEqual([back.status, world.members()], ["ok", [ME, ...seed.members]]);
  });

  test("or those of a group and of the groups within it, or nobody when there is no such group", async (t) => {
    const world = await aMembershipWorld(t, seed);
    const { bob, carol } = await connected(world);
    const group = world.graph.addGroup([bob, world.graph.addGroup([carol])]);
    const write = (id: string): Promise<void> =>
      inSpaceOf(world, { source: { type: "microsoft", group: id } });
    await write("no-such-group");
    const unknown = await world.sync();
    isLeftAlone(world, unknown, [ME, ...seed.members]);
    assert.match(unknown.unknown?.reason ?? "", /no-such-group/);
    await write(group);
    // Not 500: the last of the pauses before another try may be longer than those the clock lets pass by itself.
    world.graph.faults.add({ ...ALWAYS, status: 403, path: "/groups/" });
    isLeftAlone(world, await world.sync(), [ME, ...seed.members]);
    world.graph.faults.clear();
    const { status } = await world.sync();
    assert.deepEqual([status, world.members()], ["ok", [ME, "bob@example.org", "carol@example.org"]]);
  });
});

function inSpaceOf(world: MembershipWorld, fields: object): Promise<void> {
  const file = { space_id: roomIdOf(ROOM), max_removals: { count: 100, percent: 100 } };
  return world.writeConfig(`spaces/${SPACE}.json`, { ...file, ...fields });
}
