import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { addMember, listMemberships, removeMember } from "../../shared/webex/memberships.ts";
import { fetchRoom } from "../../shared/webex/rooms.ts";
import { ride } from "./webex-ride.ts";

const ALREADY = { status: 409, body: { message: "User is already a participant in the room." } };
const FULL = {
  status: 409,
  body: { message: "Conversation already has the maximum number of participants." },
};
const ada = { roomId: "r", person: { id: "p" } };

suite("the members of a space", () => {
  test("are listed with what decides about them", async () => {
    const queries: string[] = [];
    const { road } = await ride(({ query }) => {
      queries.push(query.toString());
      return {
        status: 200,
        body: {
          items: [
            {
              id: "m",
              roomId: "r",
              personId: "p",
              personEmail: "ada@example.org",
              personDisplayName: "Ada",
              personOrgId: "o",
              isModerator: true,
              created: "2026-11-03T04:30:00.000Z",
            },
            { id: "n", personId: "q", isModerator: false, isMonitor: true },
          ],
        },
      };
    });
    assert.deepEqual(await listMemberships(road, "r"), [
      {
        id: "m",
        personId: "p",
        personEmail: "ada@example.org",
        personDisplayName: "Ada",
        personOrgId: "o",
        isModerator: true,
        created: "2026-11-03T04:30:00.000Z",
        isMonitor: false,
      },
      {
        id: "n",
        personId: "q",
        personEmail: "",
        personDisplayName: "",
        isModerator: false,
        isMonitor: true,
      },
    ]);
    assert.deepEqual(queries, ["roomId=r&max=1000"]);
  });

  test("are not taken for ordinary ones when Webex does not say who moderates", async () => {
    const { road } = await ride(() => ({ status: 200, body: { items: [{ id: "m", personId: "p" }] } }));
    await assert.rejects(listMemberships(road, "r"), { name: "WebexAnswerError", message: /isModerator/u });
  });
});

suite("an addition", () => {
  test("is by id or by address, as a moderator only when asked for", async () => {
    const bodies: unknown[] = [];
    const { road } = await ride((request) => {
      bodies.push(request.json());
      return { status: 200, body: { id: "m", personId: "p", created: "2026-11-03T04:30:00.000Z" } };
    });
    assert.deepEqual(await addMember(road, ada), {
      state: "added",
      personId: "p",
      created: "2026-11-03T04:30:00.000Z",
    });
    await addMember(road, { roomId: "r", person: { email: "ada@example.org" }, isModerator: true });
    assert.deepEqual(bodies, [
      { roomId: "r", personId: "p" },
      { roomId: "r", personEmail: "ada@example.org", isModerator: true },
    ]);
  });

  test("of somebody who is there already changes nothing", async () => {
    const { road, counts } = await ride(() => ALREADY);
    assert.deepEqual(await addMember(road, ada), { state: "already", maybeOurs: false });
    assert.equal(counts.requests, 1);
  });

  test("whose answer was lost is repeated, and may then be ours", async () => {
    let members = 0;
    const { road, server } = await ride(() => {
      members += 1;
      return members > 1 ? ALREADY : { status: 200, body: { id: "m" } };
    });
    server.faults.add({ kind: "reset-after" });
    assert.deepEqual(await addMember(road, ada), { state: "already", maybeOurs: true });
  });

  test("that conflicts with another rule fails, unless they are there", async () => {
    const empty = await ride(({ method }) =>
      method === "GET" ? { status: 200, body: { items: [] } } : FULL,
    );
    await assert.rejects(addMember(empty.road, ada), { name: "WebexServiceError", status: 409 });
    const member = { id: "m", personId: "p", isModerator: false };
    const there = await ride(({ method }) =>
      method === "GET" ? { status: 200, body: { items: [member] } } : { status: 409 },
    );
    assert.deepEqual(await addMember(there.road, ada), { state: "already", maybeOurs: false });
  });

  test("that is refused fails", async () => {
    for (const status of [400, 403, 404]) {
      const { road } = await ride(() => ({ status }));
      await assert.rejects(addMember(road, ada), { name: "WebexServiceError", status });
    }
  });
});

suite("a removal", () => {
  test("ends the membership", async () => {
    const paths: string[] = [];
    const { road } = await ride(({ method, path }) => {
      paths.push(`${method} ${path}`);
      return { status: 204 };
    });
    assert.deepEqual(await removeMember(road, "m/1"), { state: "removed" });
    assert.deepEqual(paths, ["DELETE /v1/memberships/m%2F1"]);
  });

  test("of somebody who is gone already changes nothing", async () => {
    const { road } = await ride(() => ({ status: 404 }));
    assert.deepEqual(await removeMember(road, "m"), { state: "gone", maybeOurs: false });
  });

  test("whose answer was lost is repeated, and may then be ours", async () => {
    let isThere = true;
    const { road, server } = await ride(() => {
      const status = isThere ? 204 : 404;
      isThere = false;
      return { status };
    });
    server.faults.add({ kind: "reset-after" });
    assert.deepEqual(await removeMember(road, "m"), { state: "gone", maybeOurs: true });
  });

  test("that is refused fails", async () => {
    const { road } = await ride(() => ({ status: 403 }));
    await assert.rejects(removeMember(road, "m"), { name: "WebexServiceError", status: 403 });
  });
});

suite("a space", () => {
  test("tells of itself whether it is moderated, whether others can join, and the team that has it", async () => {
    const room = { type: "group", isLocked: true, teamId: "t" };
    const { road } = await ride(({ path }) => ({
      status: path === "/v1/rooms/r" ? 200 : 404,
      body: { ...room, id: "r", title: "Engines", lastActivity: "2026-11-03T04:30:00.000Z" },
    }));
    assert.deepEqual(await fetchRoom(road, "r"), room);
  });

  test("that does not tell it is an answer in an unknown form", async () => {
    const { road } = await ride(() => ({ status: 200, body: { id: "r", type: "group" } }));
    await assert.rejects(fetchRoom(road, "r"), { name: "WebexAnswerError", message: /isLocked/u });
  });
});
