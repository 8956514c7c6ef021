import assert from "node:assert/strict";
import { after, suite, test } from "node:test";
import pLimit from "p-limit";
import type { Exchange } from "../../infra/local/emulators/emulator.ts";
import { systemClock } from "../../shared/clock.ts";
import { addMember, listMemberships, removeMember } from "../../shared/webex/memberships.ts";
import { fetchMe } from "../../shared/webex/people-me.ts";
import { findPeople, mayListPeople, pagesOfPeople } from "../../shared/webex/people.ts";
import { fetchRoom } from "../../shared/webex/rooms.ts";
import { openWebexRoad, type WebexRoad } from "../../shared/webex/webex-road.ts";
import { contractObserver } from "../contracts/contract-check.ts";
import {
  ADA,
  BOB,
  CAROL,
  directoryWorld,
  type DirectoryWorld,
  ROOM,
} from "../infra/webex/directory-world.ts";

const contract = contractObserver("webex");
after(() => contract.assertClean());

async function roadOf(world: DirectoryWorld, email: string): Promise<WebexRoad> {
  const token = await world.token(email);
  return openWebexRoad({
    url: world.webex.apiUrl,
    token: async () => token,
    limit: pLimit(8),
    clock: systemClock,
    signal: AbortSignal.timeout(20_000),
    onRequest: () => undefined,
    onThrottled: () => undefined,
  });
}

const observed = {
  onExchange: (exchange: Exchange): void => {
    // Signing in is not in what Webex publishes as OpenAPI.
    if (!exchange.path.endsWith("/access_token")) contract.onExchange(exchange);
  },
};

suite("with Webex's emulator", () => {
  test("everybody is read, page after page, and a space is filled and emptied again", async () => {
    const world = await directoryWorld({}, { ...observed, crowd: { count: 2500 } });
    const road = await roadOf(world, ADA);
    const sizes: number[] = [];
    const ids: string[] = [];
    for await (const page of pagesOfPeople(road)) {
      sizes.push(page.length);
      ids.push(...page.filter(({ loginEnabled }) => loginEnabled === true).map(({ id }) => id));
    }
    assert.deepEqual(sizes.slice(0, 2), [1000, 1000]);
    assert.equal(new Set(ids).size, ids.length);
    assert.ok(ids.length >= 2500);

    const me = await fetchMe(road);
    const { id: roomId } = world.webex.space(ROOM);
    assert.deepEqual(await fetchRoom(road, roomId), { type: "group", isLocked: false });
    const before = await listMemberships(road, roomId);
    assert.ok(before.some(({ personId }) => personId === me.id));

    const newcomers = ids.filter((id) => !before.some(({ personId }) => personId === id)).slice(0, 40);
    const added = await Promise.all(newcomers.map((id) => addMember(road, { roomId, person: { id } })));
    assert.deepEqual(new Set(added.map(({ state }) => state)), new Set(["added"]));
    const again = await addMember(road, { roomId, person: { id: newcomers[0] ?? "" } });
    assert.deepEqual(again, { state: "already", maybeOurs: false });

    const filled = await listMemberships(road, roomId);
    assert.equal(filled.length, before.length + 40);
    const gone = filled.filter(({ personId }) => newcomers.includes(personId));
    const removed = await Promise.all(gone.map(({ id }) => removeMember(road, id)));
    assert.deepEqual(new Set(removed.map(({ state }) => state)), new Set(["removed"]));
    assert.deepEqual(await removeMember(road, gone[0]?.id ?? ""), { state: "gone", maybeOurs: false });
    assert.deepEqual(await listMemberships(road, roomId), before);
  });

  test("only an administrator may list everybody", async () => {
    const world = await directoryWorld({}, observed);
    assert.equal(await mayListPeople(await roadOf(world, ADA)), true);
    assert.equal(await mayListPeople(await roadOf(world, BOB)), false);
  });

  test("somebody who left is not found by id any more", async () => {
    const world = await directoryWorld({}, observed);
    const road = await roadOf(world, ADA);
    const carol = world.webex.people.id(CAROL);
    const bob = world.webex.people.id(BOB);
    assert.equal((await findPeople(road, [carol, bob])).length, 2);
    world.webex.people.remove(CAROL);
    assert.deepEqual(
      (await findPeople(road, [carol, bob])).map(({ id }) => id),
      [bob],
    );
  });

  test("a full space refuses, whether it says so with 403 or with 409", async () => {
    for (const fullSpaceStatus of [403, 409] as const) {
      const world = await directoryWorld({}, { ...observed, settings: { spaceLimit: 2, fullSpaceStatus } });
      const road = await roadOf(world, ADA);
      const roomId = world.webex.space(ROOM).id;
      const person = { id: world.webex.people.id(CAROL) };
      await assert.rejects(addMember(road, { roomId, person }), { status: fullSpaceStatus });
    }
  });
});
