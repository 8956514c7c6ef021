import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  ADA,
  allPages,
  BOB,
  BOT,
  CAROL,
  directoryWorld,
  emailsOf,
  GUEST,
  itemsOf,
  membershipId,
  membersOf,
  nextOf,
  refusalOf,
  ROOM,
} from "./directory-world.ts";
import type { DirectoryWorld } from "./directory-world.ts";

function listOf({ webex }: DirectoryWorld, room = ROOM): string {
  return `/memberships?roomId=${webex.space(room).id}`;
}

suite("the members of a room", () => {
  test("are listed with where they are from, bots and guests too", async () => {
    const world = await directoryWorld({ members: [ADA, BOT, GUEST] });
    const members = itemsOf(await world.ask(listOf(world)));
    assert.deepEqual(emailsOf(members), [ADA, BOT, GUEST]);
    assert.equal(new Set(members.map(({ personOrgId }) => personOrgId)).size, 3);
    assert.deepEqual(Object.keys(members[0] ?? {}), [
      "id",
      "roomId",
      "personId",
      "personEmail",
      "personDisplayName",
      "personOrgId",
      "isModerator",
      "isMonitor",
      "roomType",
      "created",
    ]);
  });

  test("come page by page, and nobody is missed when others leave between two pages", async () => {
    const members = [ADA, ...Array.from({ length: 9 }, (_, index) => `somebody-${index + 1}@example.org`)];
    const world = await directoryWorld({ members }, { crowd: { count: 9 } });
    const first = await world.ask(`${listOf(world)}&max=4`);
    assert.deepEqual(emailsOf(itemsOf(first)), members.slice(0, 4));
    await world.remove("somebody-1@example.org");
    assert.deepEqual(emailsOf((await allPages(world, nextOf(first) ?? "")).items), members.slice(4));
  });

  test("can be asked for one of them", async () => {
    const world = await directoryWorld();
    for (const who of [`personEmail=${BOB.toUpperCase()}`, `personId=${world.webex.people.id(BOB)}`]) {
      assert.deepEqual(emailsOf(itemsOf(await world.ask(`${listOf(world)}&${who}`))), [BOB]);
      assert.equal((await world.ask(`/memberships?${who}`)).status, 400);
    }
    const one = await world.ask(`/memberships/${membershipId(world.webex, BOB)}`);
    assert.equal(one.body["personEmail"], BOB);
    assert.equal((await world.ask(`/memberships/${membershipId(world.webex, CAROL)}`)).status, 404);
  });

  test("are one's own in every room when no room is named", async () => {
    const world = await directoryWorld(
      {},
      {
        rooms: [
          { name: ROOM, members: [ADA] },
          { name: "b", members: [ADA, BOB] },
        ],
      },
    );
    const { pages, items } = await allPages(world, "/memberships?max=1");
    assert.equal(pages, 2);
    assert.deepEqual(emailsOf(items), [ADA, ADA]);
  });

  test("of a moderated team room are its moderators only, for who is in the team but not in the room", async () => {
    const rooms = [
      { name: "General", team: "t", isGeneral: true, members: [ADA, BOB, CAROL] },
      { name: ROOM, team: "t", isLocked: true, members: [{ email: BOB, isModerator: true }, CAROL] },
      { name: "open", team: "t", members: [BOB, CAROL] },
    ];
    const world = await directoryWorld({}, { rooms });
    assert.deepEqual(emailsOf(itemsOf(await world.ask(listOf(world)))), [BOB]);
    assert.deepEqual(emailsOf(itemsOf(await world.ask(listOf(world, "open")))), [BOB, CAROL]);
    const carols = { token: await world.token(CAROL) };
    assert.deepEqual(emailsOf(itemsOf(await world.ask(listOf(world), carols))), [BOB, CAROL]);
    assert.equal((await world.add(ADA)).status, 403);
    assert.equal((await world.remove(BOB)).status, 403);
  });
});

suite("a room", () => {
  test("is told with what it is", async () => {
    const world = await directoryWorld({ isLocked: true, isAnnouncementOnly: true, team: "t" });
    const { status, body } = await world.ask(`/rooms/${world.webex.space(ROOM).id}`);
    const { title, type, isLocked, isAnnouncementOnly, teamId, creatorId } = body;
    assert.deepEqual(
      { status, title, type, isLocked, isAnnouncementOnly, creatorId },
      {
        status: 200,
        title: ROOM,
        type: "group",
        isLocked: true,
        isAnnouncementOnly: true,
        creatorId: world.webex.people.id(ADA),
      },
    );
    assert.equal(typeof teamId, "string");
  });

  test("is not there for who is not in it, and for nobody once it is deleted", async () => {
    const world = await directoryWorld();
    const room = `/rooms/${world.webex.space(ROOM).id}`;
    const carols = { token: await world.token(CAROL) };
    const list = listOf(world);
    for (const path of [room, list, `/memberships/${membershipId(world.webex, BOB)}`]) {
      assert.equal((await world.ask(path, carols)).status, 404);
    }
    assert.equal(refusalOf(await world.ask(room, carols)), "404 Could not find a room with provided ID.");
    assert.equal((await world.add(CAROL, carols)).status, 404);
    world.webex.settings.strangerStatus = 403;
    assert.equal((await world.ask(room, carols)).status, 403);

    world.webex.space(ROOM).delete();
    for (const path of [room, list]) assert.equal((await world.ask(path)).status, 404);
    assert.equal((await world.ask("/rooms/none")).status, 404);
  });

  test("is for announcements only when it is moderated", async () => {
    const { webex } = await directoryWorld();
    assert.throws(() => webex.addSpace({ name: "news", isAnnouncementOnly: true }), /locked/);
    assert.throws(() => webex.addSpace({ name: ROOM }), /already/);
    assert.throws(() => webex.addSpace({ name: "new", members: ["nobody@example.org"] }), /Nobody has/);
  });
});

suite("adding somebody", () => {
  test("works by id and by address, and is in the log", async () => {
    const world = await directoryWorld();
    const { webex } = world;
    const told = await world.ask("/memberships", {
      body: { roomId: webex.space(ROOM).id, personId: webex.people.id(CAROL) },
    });
    assert.equal(told.status, 200);
    assert.equal(told.body["personEmail"], CAROL);
    assert.equal(told.body["id"], membershipId(webex, CAROL));
    assert.equal((await world.add(GUEST)).status, 200);
    assert.deepEqual(membersOf(world), [ADA, BOB, CAROL, GUEST]);
    assert.deepEqual(
      webex.changes.map(({ action, room, email, by }) => ({ action, room, email, by })),
      [CAROL, GUEST].map((email) => ({ action: "added", room: ROOM, email, by: ADA })),
    );
  });

  test("who is there already is refused with 409 and changes nothing", async () => {
    const world = await directoryWorld();
    assert.equal(refusalOf(await world.add(BOB)), "409 User is already a participant in the room.");
    assert.deepEqual(world.webex.changes, []);
  });

  for (const [what, body, status] of [
    ["no room", { personEmail: CAROL }, 400],
    ["nobody", { roomId: "" }, 400],
    ["an id that is none", { roomId: "", personId: "carol" }, 400],
    ["somebody unknown", { roomId: "", personEmail: "nobody@example.org" }, 404],
    ["text", "hello", 415],
    ["a list", [], 400],
  ] as const) {
    test(`is refused for ${what} with ${status}`, async () => {
      const { webex, ask } = await directoryWorld();
      const roomId = webex.space(ROOM).id;
      const sent = typeof body === "object" && "roomId" in body ? { ...body, roomId } : body;
      assert.equal((await ask("/memberships", { body: sent })).status, status);
    });
  }

  test("needs the scope for it", async () => {
    const world = await directoryWorld();
    const token = await world.token(ADA, "spark:memberships_read");
    assert.equal((await world.add(CAROL, { token })).status, 403);
    assert.equal((await world.remove(BOB, { token })).status, 403);
    assert.equal((await world.ask(listOf(world), { token })).status, 200);
    const rooms = await world.ask(`/rooms/${world.webex.space(ROOM).id}`, { token });
    assert.equal(rooms.status, 403);
  });

  test("to a full room is refused until somebody leaves", async () => {
    const world = await directoryWorld({}, { settings: { spaceLimit: 2 } });
    assert.match(refusalOf(await world.add(CAROL)), /^403 .*maximum number of participants/);
    assert.equal((await world.add(BOB)).status, 409);
    world.webex.settings.fullSpaceStatus = 409;
    assert.match(refusalOf(await world.add(CAROL)), /^409 .*maximum number of participants/);
    await world.remove(BOB);
    assert.equal((await world.add(CAROL)).status, 200);
    assert.equal(world.webex.space(ROOM).size, 2);
  });

  test("is not possible in a room of two", async () => {
    const world = await directoryWorld({ type: "direct" });
    assert.match(refusalOf(await world.add(CAROL)), /^403 1:1 conversation/);
    assert.equal((await world.remove(BOB)).status, 403);
  });

  test("as a moderator makes the room moderated, and oneself a moderator", async () => {
    const world = await directoryWorld();
    const { webex } = world;
    await world.ask("/memberships", {
      body: { roomId: webex.space(ROOM).id, personEmail: CAROL, isModerator: true },
    });
    assert.equal((await world.ask(`/rooms/${webex.space(ROOM).id}`)).body["isLocked"], true);
    const moderators = webex
      .space(ROOM)
      .members()
      .filter(({ isModerator }) => isModerator);
    assert.deepEqual(
      moderators.map(({ email }) => email),
      [ADA, CAROL],
    );
  });
});

suite("removing somebody", () => {
  test("is answered with 204, with 404 the second time, and in the log once", async () => {
    const world = await directoryWorld();
    assert.equal((await world.remove(BOB)).status, 204);
    assert.equal((await world.remove(BOB)).status, 404);
    assert.deepEqual(membersOf(world), [ADA]);
    assert.deepEqual(
      world.webex.changes.map(({ action, email }) => [action, email]),
      [["removed", BOB]],
    );
  });

  test("who has left the directory is possible: rooms keep them", async () => {
    const world = await directoryWorld();
    const { webex } = world;
    const id = membershipId(webex, BOB);
    webex.people.remove(BOB);
    assert.deepEqual(emailsOf(itemsOf(await world.ask(listOf(world)))), [ADA, BOB]);
    assert.equal((await world.ask(`/memberships/${id}`, { method: "DELETE" })).status, 204);
  });

  test("or adding is for moderators only in a moderated room, but everybody may leave", async () => {
    const world = await directoryWorld({
      isLocked: true,
      members: [{ email: ADA, isModerator: true }, BOB, CAROL],
    });
    const bobs = { token: await world.token(BOB) };
    assert.match(refusalOf(await world.add(GUEST, bobs)), /^403 Only moderators/);
    assert.match(refusalOf(await world.remove(CAROL, bobs)), /^403 Only moderators/);
    assert.equal((await world.remove(BOB, bobs)).status, 204);
    assert.equal((await world.remove(CAROL)).status, 204);
    assert.equal((await world.remove(ADA)).status, 204);
  });

  test("from a team's General room takes away all its rooms, and never its last moderator", async () => {
    const moderated = [{ email: ADA, isModerator: true }, BOB];
    const world = await directoryWorld(
      {},
      {
        rooms: [
          { name: "other team", team: "u", members: [BOB] },
          { name: "project", team: "t", members: [BOB, ADA] },
          { name: ROOM, team: "t", isGeneral: true, isLocked: true, members: moderated },
        ],
      },
    );
    assert.match(refusalOf(await world.remove(ADA)), /^403 The last moderator/);
    assert.equal((await world.remove(BOB)).status, 204);
    assert.deepEqual(membersOf(world, "project"), [ADA]);
    assert.deepEqual(membersOf(world, "other team"), [BOB]);
    assert.deepEqual(
      world.webex.changes.map(({ room }) => room),
      ["project", ROOM],
    );
  });
});

test("organizations are an administrator's to see, with the scope for it", async () => {
  const { ask, token } = await directoryWorld({}, { organization: "Mantabots" });
  const [own] = itemsOf(await ask("/organizations"));
  assert.equal(own?.["displayName"], "Mantabots");
  assert.equal((await ask("/people/me")).body["orgId"], own["id"]);
  assert.equal((await ask(`/organizations/${String(own["id"])}`)).status, 200);
  assert.equal((await ask("/organizations/none")).status, 404);
  assert.equal((await ask("/organizations", { token: await token(BOB) })).status, 403);
  assert.equal((await ask("/organizations", { token: await token(ADA, "spark:all") })).status, 403);
});

test("a path or method that is not there is refused", async () => {
  const { ask } = await directoryWorld();
  assert.equal((await ask("/nothing")).status, 404);
  assert.equal((await ask("/people", { body: {} })).status, 405);
  assert.equal((await ask("/people/me", { token: "none" })).status, 401);
});
