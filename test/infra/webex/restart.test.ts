import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { roomIdOf } from "../../../infra/local/emulators/webex/spaces.ts";
import { ADA, BOB, CAROL, directoryWorld, emailsOf, itemsOf, membersOf, ROOM } from "./directory-world.ts";

const directory = await mkdtemp(path.join(tmpdir(), "webex-"));
after(() => rm(directory, { recursive: true }));

test("people, rooms and tokens outlive the emulator, and the rooms of the seed are for a new one only", async () => {
  const stateFile = path.join(directory, "webex.json");
  const crowd = { count: 3 };
  const first = await directoryWorld({}, { stateFile, crowd });
  const token = await first.token(ADA);
  await first.add(CAROL);
  await first.remove(BOB);
  first.webex.people.add({ email: "new@example.org", displayName: "New" });
  first.webex.people.change("somebody-1@example.org", { email: "first@example.org" });
  first.webex.people.remove("somebody-2@example.org");
  await first.webex.save();

  const second = await directoryWorld({ members: [BOB] }, { stateFile, crowd });
  assert.deepEqual(membersOf(second), [ADA, CAROL]);
  assert.equal(second.webex.space(ROOM).id, roomIdOf(ROOM));
  assert.equal(second.webex.space(ROOM).size, 2);
  assert.deepEqual(emailsOf(itemsOf(await second.ask("/people", { token }))).slice(3), [
    "first@example.org",
    "somebody-3@example.org",
    "new@example.org",
  ]);
  assert.equal(itemsOf(await second.ask("/people?email=first@example.org")).length, 1);
  assert.equal(itemsOf(await second.ask("/people?email=somebody-1@example.org")).length, 0);
});

test("the directory and the rooms are controlled over HTTP, too", async () => {
  const world = await directoryWorld();
  const control = async (name: string, ...given: unknown[]): Promise<unknown> => {
    const answer = await fetch(`${world.webex.url}/_control/${name}`, {
      method: "POST",
      body: JSON.stringify(given),
    });
    return answer.status === 204 ? undefined : answer.json();
  };
  await control("addPerson", { email: "new@example.org", displayName: "New" });
  await control("changePerson", "new@example.org", { department: "Legal" });
  await control("addMember", ROOM, { email: "new@example.org", isModerator: true });
  await control("changeRoom", ROOM, { isLocked: true });
  assert.equal((await world.add(CAROL)).status, 403);
  await control("removeMember", ROOM, "new@example.org");
  await control("removePerson", BOB);
  await control("settings", { spaceLimit: 7 });
  assert.equal(world.webex.settings.spaceLimit, 7);
  assert.deepEqual(membersOf(world), [ADA, BOB]);
  assert.deepEqual(await control("changes"), { result: [] });
  assert.match(JSON.stringify(await control("removePerson", BOB)), /nobody with the address/);
  await control("deleteRoom", ROOM);
  assert.match(JSON.stringify(await control("members", ROOM)), /no room/);
});
