import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  ADA,
  ADMIN_SCOPES,
  allPages,
  BOB,
  CAROL,
  directoryWorld,
  emailsOf,
  GUEST,
  itemsOf,
  nextOf,
  refusalOf,
} from "./directory-world.ts";

const world = await directoryWorld();
const crowd = await directoryWorld({}, { crowd: { count: 250 } });

suite("the directory", () => {
  test("is an administrator's to see, without those from outside", async () => {
    assert.deepEqual(emailsOf(itemsOf(await world.ask("/people"))), [ADA, BOB, CAROL]);
  });

  test("shows an administrator what others do not see", async () => {
    const [ada, bob, carol] = itemsOf(await world.ask("/people"));
    assert.deepEqual(ada?.["roles"], ["Y2lzY29zcGFyazovL3VzL1JPTEUvaWRfZnVsbF9hZG1pbg"]);
    assert.equal(bob?.["department"], "Sales");
    assert.deepEqual(bob["emails"], [BOB, "robert@example.org"]);
    assert.equal(bob["loginEnabled"], "true");
    assert.equal(bob["invitePending"], "false");
    assert.ok(carol && !("department" in carol));
  });

  test("has its flags as texts or as booleans", async () => {
    const { ask } = await directoryWorld({}, { settings: { flags: "boolean" } });
    const [ada] = itemsOf(await ask("/people"));
    assert.deepEqual([ada?.["loginEnabled"], ada?.["invitePending"]], [true, false]);
  });

  for (const [who, email, scopes] of [
    ["somebody who is no administrator", BOB, ADMIN_SCOPES],
    ["a token for memberships only", ADA, "spark:memberships_read"],
  ] as const) {
    test(`is refused to ${who} with 403`, async () => {
      const told = await world.ask("/people", { token: await world.token(email, scopes) });
      assert.match(refusalOf(told), /^403 .*missing required scopes or the user is missing required roles/);
      assert.deepEqual(told.body["errors"], [{ description: told.body["message"] }]);
      assert.equal(told.headers.get("trackingid"), told.body["trackingId"]);
    });
  }

  test("is refused with 400 to who can only search and searches for nothing", async () => {
    const told = await world.ask("/people", { token: await world.token(ADA, "spark:people_read") });
    assert.equal(refusalOf(told), "400 Email, displayName, or id list should be specified.");
  });

  for (const [what, query, found] of [
    ["an address", "email=BOB@example.org", [BOB]],
    ["a further address", "email=robert@example.org", [BOB]],
    ["the beginning of a name", "displayName=ca", [CAROL]],
    ["an address outside", `email=${GUEST}`, []],
  ] as const) {
    test(`can be searched by everybody for ${what}`, async () => {
      const token = await world.token(BOB, "spark:people_read");
      const people = itemsOf(await world.ask(`/people?${query}`, { token }));
      assert.deepEqual(emailsOf(people), found);
      assert.ok(people.every((person) => !("loginEnabled" in person) && !("department" in person)));
    });
  }

  test("can be searched by role by an administrator only", async () => {
    const path = "/people?roles=Y2lzY29zcGFyazovL3VzL1JPTEUvaWRfZnVsbF9hZG1pbg";
    assert.deepEqual(emailsOf(itemsOf(await world.ask(path))), [ADA]);
    assert.equal((await world.ask(path, { token: await world.token(BOB) })).status, 403);
  });

  test("gives people by id without presence and administration, and says which it did not find", async () => {
    const { body } = await world.ask(`/people?id=${world.webex.people.id(BOB)},none`);
    const [bob] = body["items"] as Record<string, unknown>[];
    assert.ok(bob && !("status" in bob) && !("loginEnabled" in bob));
    assert.deepEqual(body["notFoundIds"], ["none"]);
    const ids = Array.from({ length: 86 }, () => "none").join(",");
    assert.equal((await world.ask(`/people?id=${ids}`)).status, 400);
  });

  test("leaves presence out when asked to", async () => {
    assert.ok("status" in (itemsOf(await world.ask("/people"))[0] ?? {}));
    assert.ok(
      itemsOf(await world.ask("/people?excludeStatus=true")).every((person) => !("status" in person)),
    );
  });

  test("of another organization is nobody's here", async () => {
    const [guest] = itemsOf(await world.ask(`/people?id=${world.webex.people.id(GUEST)}`));
    assert.equal((await world.ask(`/people?orgId=${String(guest?.["orgId"])}`)).status, 403);
    const [ada] = itemsOf(await world.ask("/people"));
    assert.equal(itemsOf(await world.ask(`/people?orgId=${String(ada?.["orgId"])}`)).length, 3);
  });
});

suite("one person", () => {
  test("is found by id, from outside too", async () => {
    const told = await world.ask(`/people/${world.webex.people.id(GUEST)}`);
    assert.equal(told.body["displayName"], "Gus Guest");
    assert.ok(!("loginEnabled" in told.body));
    assert.equal((await world.ask("/people/none")).status, 404);
  });

  test("is whose token it is, with roles for an administrator", async () => {
    assert.ok(Array.isArray((await world.ask("/people/me")).body["roles"]));
    const bob = await world.ask("/people/me", { token: await world.token(BOB) });
    assert.ok(!("roles" in bob.body) && !("loginEnabled" in bob.body));
  });

  test("has no working token once gone or locked out", async () => {
    const { webex, ask, token } = await directoryWorld();
    const [bobs, carols] = [await token(BOB), await token(CAROL)];
    webex.people.remove(BOB);
    webex.people.change(CAROL, { loginEnabled: false });
    assert.equal((await ask("/people/me", { token: bobs })).status, 401);
    assert.equal((await ask("/people/me", { token: carols })).status, 401);
    assert.equal((await ask(`/people?email=${BOB}`)).status, 200);
    assert.deepEqual(emailsOf(itemsOf(await ask("/people"))), [ADA, CAROL]);
  });
});

suite("a page of people", () => {
  for (const [what, query, pages, size] of [
    ["a hundred, unless asked", "", 3, 100],
    ["as many as asked for", "?max=60", 5, 60],
    ["a hundred at most with calling data", "?max=1000&callingData=true", 3, 100],
    ["everybody, if there is room", "?max=1000", 1, 253],
  ] as const) {
    test(`has ${what}`, async () => {
      assert.equal(itemsOf(await crowd.ask(`/people${query}`)).length, size);
      const all = await allPages(crowd, `/people${query}`);
      assert.equal(all.pages, pages);
      assert.equal(new Set(all.items.map(({ id }) => id)).size, 253);
    });
  }

  test("has a thousand at most", async () => {
    crowd.webex.settings.largestPage.people = 50;
    const told = await crowd.ask("/people?max=1000");
    crowd.webex.settings.largestPage.people = 1000;
    assert.equal(itemsOf(told).length, 50);
    assert.match(nextOf(told) ?? "", /^https:\/\/webex\.localhost:\d+\/v1\/people\?max=1000&cursor=\w+$/);
  });

  for (const query of ["max=0", "max=ten", "max=", "cursor=none"]) {
    test(`is refused for ${query}`, async () => {
      assert.equal((await crowd.ask(`/people?${query}`)).status, 400);
    });
  }

  test("begins behind the last one, whoever has come or gone meanwhile", async () => {
    const { webex, ask } = await directoryWorld({}, { crowd: { count: 7 } });
    const first = await ask("/people?max=5");
    webex.people.remove(BOB);
    webex.people.remove("somebody-2@example.org");
    webex.people.add({ email: "new@example.org", displayName: "New" });
    const rest = await ask(nextOf(first) ?? "");
    assert.deepEqual(emailsOf(itemsOf(rest)), [
      "somebody-3@example.org",
      "somebody-4@example.org",
      "somebody-5@example.org",
      "somebody-6@example.org",
      "somebody-7@example.org",
    ]);
    assert.deepEqual(emailsOf(itemsOf(await ask(nextOf(rest) ?? ""))), ["new@example.org"]);
  });
});

test("somebody of the crowd can be changed, found by a new address, and replaced", async () => {
  const { webex, ask } = await directoryWorld({}, { crowd: { count: 3 } });
  const id = webex.people.id("somebody-2@example.org");
  webex.people.change("somebody-2@example.org", { email: "second@example.org", department: "" });
  assert.equal(webex.people.id("second@example.org"), id);
  assert.throws(() => webex.people.id("somebody-2@example.org"), /nobody with the address/);
  assert.ok(!("department" in (await ask(`/people/${id}`)).body));

  assert.throws(() => webex.people.add({ email: "SECOND@example.org", displayName: "x" }), /already/);
  webex.people.remove("second@example.org");
  assert.notEqual(webex.people.add({ email: "second@example.org", displayName: "Another" }), id);
  assert.deepEqual(itemsOf(await ask("/people?email=second@example.org"))[0]?.["displayName"], "Another");
});
