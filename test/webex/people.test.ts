import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { fetchMe } from "../../shared/webex/people-me.ts";
import {
  findPeople,
  findPeopleByAddress,
  mayListPeople,
  pagesOfPeople,
  type WebexPerson,
} from "../../shared/webex/people.ts";
import { ride, type Ride } from "./webex-ride.ts";

const ada = { id: "1", emails: ["ada@example.org"] };

async function everybody({ road }: Ride): Promise<WebexPerson[]> {
  const people: WebexPerson[] = [];
  for await (const page of pagesOfPeople(road)) people.push(...page);
  return people;
}

suite("the directory", () => {
  test("is asked for in the largest pages, without presence and calling details", async () => {
    const queries: string[] = [];
    const world = await ride(({ query }) => {
      queries.push(query.toString());
      return { status: 200, body: { items: [ada] } };
    });
    await everybody(world);
    assert.deepEqual(queries, ["max=1000&excludeStatus=true&callingData=false"]);
  });

  test("keeps of each person only what decides about them", async () => {
    const world = await ride(() => ({
      status: 200,
      body: {
        items: [
          {
            id: "1",
            emails: ["ada@example.org", "countess@example.org"],
            displayName: "Ada",
            department: "Engines",
            loginEnabled: true,
            invitePending: false,
            type: "person",
            orgId: "o",
            phoneNumbers: [{ type: "work", value: "+1 408 526 7209" }],
            avatar: "https://avatar.example/1",
          },
        ],
      },
    }));
    assert.deepEqual(await everybody(world), [
      {
        id: "1",
        emails: ["ada@example.org", "countess@example.org"],
        displayName: "Ada",
        department: "Engines",
        loginEnabled: true,
        invitePending: false,
        type: "person",
      },
    ]);
  });

  test("tells whether somebody may sign in, with quotes or without", async () => {
    const world = await ride(() => ({
      status: 200,
      body: {
        items: [
          { ...ada, loginEnabled: "false", invitePending: "true" },
          { ...ada, loginEnabled: false, invitePending: true },
          { ...ada, loginEnabled: "true", invitePending: "false" },
          { ...ada, loginEnabled: "perhaps", invitePending: null },
          ada,
        ],
      },
    }));
    assert.deepEqual(
      (await everybody(world)).map(({ loginEnabled, invitePending }) => [loginEnabled, invitePending]),
      [
        [false, true],
        [false, true],
        [true, false],
        [undefined, undefined],
        [undefined, undefined],
      ],
    );
  });

  test("may list somebody without a name, an address or a department", async () => {
    const world = await ride(() => ({
      status: 200,
      body: { items: [{ id: "1", emails: null, displayName: null, department: "" }, { id: "2" }] },
    }));
    assert.deepEqual(
      (await everybody(world)).map(({ emails, displayName, department }) => [
        emails,
        displayName,
        department,
      ]),
      [
        [[], "", ""],
        [[], "", undefined],
      ],
    );
  });

  test("with somebody without an id is an answer in an unknown form", async () => {
    const world = await ride(() => ({ status: 200, body: { items: [{ emails: [] }] } }));
    await assert.rejects(everybody(world), { name: "WebexAnswerError", message: /0\.id/u });
  });

  test("is not given to whom Webex asks for an address or a name", async () => {
    for (const status of [400, 403]) {
      const { road } = await ride(() => ({
        status,
        body: { message: "Email, displayName, or id list should be specified." },
      }));
      assert.equal(await mayListPeople(road), false);
    }
    const { road } = await ride(() => ({ status: 200, body: { items: [ada] } }));
    assert.equal(await mayListPeople(road), true);
  });

  test("is neither given nor refused when Webex is out of order", async () => {
    const { road } = await ride(() => ({ status: 404 }));
    await assert.rejects(mayListPeople(road), { name: "WebexServiceError", status: 404 });
  });
});

test("people are looked up by id, 85 at once", async () => {
  const asked: number[] = [];
  const { road } = await ride(({ query }) => {
    const ids = query.get("id")?.split(",") ?? [];
    asked.push(ids.length);
    return {
      status: 200,
      body: { items: ids.filter((id) => id !== "7").map((id) => ({ id })), notFoundIds: [] },
    };
  });
  const found = await findPeople(
    road,
    Array.from({ length: 200 }, (_, index) => String(index)),
  );
  assert.equal(found.length, 199);
  assert.deepEqual(asked, [85, 85, 30]);
  assert.deepEqual(await findPeople(road, []), []);
});

test("people with long ids are looked up in addresses that every server takes", async () => {
  const ids = Array.from({ length: 85 }, (_, index) =>
    Buffer.from(`ciscospark://urn:TEAM:us-west-2_r/PEOPLE/188e3a97-cc0d-b32c-0c85-ad28cde2${1000 + index}`)
      .toString("base64")
      .replaceAll("=", ""),
  );
  const asked: string[] = [];
  const lengths: number[] = [];
  const { road } = await ride(({ query, url }) => {
    asked.push(...(query.get("id")?.split(",") ?? []));
    lengths.push(url.href.length);
    return { status: 200, body: { items: [] } };
  });
  await findPeople(road, ids);
  assert.deepEqual(asked, ids);
  assert.ok(Math.max(...lengths) < 8000, `${Math.max(...lengths)} characters`);
});

test("people are found by any of their addresses, one at a time", async () => {
  const asked: string[] = [];
  const { road } = await ride(({ query }) => {
    const email = query.get("email") ?? "";
    asked.push(email);
    return { status: 200, body: { items: email === "countess@example.org" ? [ada] : [] } };
  });
  const found = await findPeopleByAddress(road, ["countess@example.org", "nobody+x@example.org"]);
  assert.deepEqual(
    found.map(({ id }) => id),
    ["1"],
  );
  assert.deepEqual(asked.sort(), ["countess@example.org", "nobody+x@example.org"]);
  assert.deepEqual(await findPeopleByAddress(road, []), []);
});

suite("who is signed in", () => {
  const me = { id: "1", emails: ["ada@example.org"], displayName: "Ada", orgId: "o" };

  test("is known by id, addresses and organization", async () => {
    const { road } = await ride(() => ({ status: 200, body: { ...me, status: "active" } }));
    assert.deepEqual(await fetchMe(road), me);
  });
});
