import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { CALENDAR, COACH, anEvent, graphWorld, keepUnderWay, messageOf, refusalOf } from "./graph-world.ts";
import type { GraphWorld, Resource, Told } from "./graph-world.ts";

interface PartAnswer {
  id: string;
  status: number;
  headers: Record<string, string>;
  body?: Resource;
}

const JSON_HEADERS = { "content-type": "application/json" };

function batch(world: GraphWorld, requests: unknown): Promise<Told> {
  return world.ask("/$batch", { body: { requests } });
}

/** The parts' answers by their ids. */
async function answers(world: GraphWorld, requests: unknown): Promise<Record<string, PartAnswer>> {
  const told = await batch(world, requests);
  assert.equal(told.status, 200, JSON.stringify(told.body));
  return Object.fromEntries((told.body["responses"] as PartAnswer[]).map((part) => [part.id, part]));
}

function gets(count: number, url = "/me/calendars"): Resource[] {
  return Array.from({ length: count }, (_, index) => ({ id: `${index}`, method: "GET", url }));
}

/** Each depends on the one before. */
function serial(urls: string[]): Resource[] {
  return urls.map((url, index) => {
    const part = { id: `${index}`, method: "GET", url };
    return index === 0 ? part : Object.assign(part, { dependsOn: [`${index - 1}`] });
  });
}

suite("a batch", () => {
  test("answers each part for itself, and not in the order they came", async () => {
    const world = await graphWorld();
    const told = await batch(world, [
      { id: "a", method: "GET", url: "/me/calendars?$select=name" },
      { id: "b", method: "get", url: "me/events/7" },
      { id: "c", method: "POST", url: "/me/events", headers: JSON_HEADERS, body: { subject: "x" } },
    ]);
    assert.equal(told.status, 200);
    const parts = told.body["responses"] as PartAnswer[];
    assert.deepEqual(
      parts.map(({ id, status }) => `${id} ${status}`),
      ["c 400", "b 400", "a 200"],
    );
    const calendars = parts[2]?.body?.["value"] as Resource[] | undefined;
    assert.equal(calendars?.[0]?.["name"], CALENDAR);
    assert.match(parts[2]?.headers["content-type"] ?? "", /^application\/json/);
    assert.deepEqual([world.graph.stats.requests, world.graph.stats.parts], [1, 3]);
  });

  test("writes, with a body and its type", async () => {
    const world = await graphWorld();
    const id = world.graph.mailbox(COACH).addEvent(CALENDAR, anEvent("2026-11-03T13:00:00"));
    const body = { "@odata.type": "microsoft.graph.openTypeExtension", extensionName: "x", sent: true };
    const url = `/me/events/${id}/extensions`;
    const { write, read } = await answers(world, [
      { id: "write", method: "POST", url, headers: { "Content-Type": "application/json" }, body },
      { id: "read", method: "GET", url: `${url}/x`, dependsOn: ["write"] },
    ]);
    assert.deepEqual([write?.status, read?.status, read?.body?.["sent"]], [201, 200, true]);
  });

  test("holds absolute links to the next pages of its parts", async () => {
    const events = Array.from({ length: 11 }, () => anEvent("2026-11-03T13:00:00"));
    const world = await graphWorld({ calendars: [{ name: CALENDAR, events }] });
    const { a } = await answers(world, [{ id: "a", method: "GET", url: "/me/events?$select=subject" }]);
    const link = String(a?.body?.["@odata.nextLink"]);
    assert.ok(link.startsWith(`${world.graph.url}/v1.0/me/events?`), link);
    assert.equal(((await world.ask(link)).body["value"] as unknown[]).length, 1);
  });

  test("whose parts each depend on the one before stops at the first that fails", async () => {
    const world = await graphWorld();
    const urls = ["/me/calendars", "/me/events/7", "/me/calendars", "/me/calendars"];
    const told = await batch(world, serial(urls));
    const parts = told.body["responses"] as PartAnswer[];
    // In an order of their own all the same.
    const statuses = parts.map(({ id, status }) => `${id} ${status}`);
    assert.deepEqual(statuses, ["3 424", "2 424", "1 400", "0 200"]);
    assert.equal(world.graph.stats.parts, 2);
  });

  test("runs one part after the other where each depends on the one before", async () => {
    const world = await graphWorld();
    world.graph.faults.latencyMs = 1;
    const statuses = Object.values(await answers(world, serial(Array<string>(6).fill("/me/calendars")))).map(
      ({ status }) => status,
    );
    assert.deepEqual(statuses, Array(6).fill(200));
    assert.equal(world.graph.stats.maxInFlight.get(COACH), 1);
  });

  test("may have all the others depend on one", async () => {
    const world = await graphWorld();
    const parts = await answers(world, [
      { id: "1", method: "GET", url: "/me/events/7" },
      { id: "2", method: "GET", url: "/me/calendars", dependsOn: ["1"] },
      { id: "3", method: "GET", url: "/me/calendars" },
      { id: "4", method: "GET", url: "/me/calendars", dependsOn: ["1"] },
    ]);
    const statuses = Object.values(parts).map(({ id, status }) => `${id} ${status}`);
    assert.deepEqual(statuses, ["1 400", "2 424", "3 200", "4 424"]);
  });

  test("needs a token, and each part its permission", async () => {
    const world = await graphWorld();
    const none = await world.ask("/$batch", { token: "x", body: { requests: gets(1) } });
    assert.equal(refusalOf(none), "401 InvalidAuthenticationToken");
    const token = world.token({ scopes: ["Contacts.Read"] });
    const told = await world.ask("/$batch", {
      token,
      body: { requests: [...gets(1), { id: "c", method: "GET", url: "/me/contacts" }] },
    });
    const statuses = (told.body["responses"] as PartAnswer[]).map(({ status }) => status);
    assert.deepEqual(statuses, [200, 403]);
  });

  const odd: { name: string; requests: unknown; words: RegExp }[] = [
    { name: "without parts", requests: [], words: /Invalid batch payload format/ },
    { name: "of 21 parts", requests: gets(21), words: /exceeds the maximum value of 20/ },
    {
      name: "with one id twice, in another case",
      requests: [
        { id: "a", method: "GET", url: "/me" },
        { id: "A", method: "GET", url: "/me" },
      ],
      words: /'A' is not unique/,
    },
    { name: "with a part without id", requests: [{ method: "GET", url: "/me" }], words: /payload format/ },
    {
      name: "with an absolute address",
      requests: [{ id: "1", method: "GET", url: "https://graph.microsoft.com/v1.0/me" }],
      words: /payload format/,
    },
    {
      name: "with a part that waits for nobody",
      requests: [{ id: "1", method: "GET", url: "/me", dependsOn: ["2"] }],
      words: /depends on '2'/,
    },
    {
      name: "with two chains side by side",
      requests: [
        { id: "1", method: "GET", url: "/me" },
        { id: "2", method: "GET", url: "/me", dependsOn: ["1"] },
        { id: "3", method: "GET", url: "/me" },
        { id: "4", method: "GET", url: "/me", dependsOn: ["3"] },
      ],
      words: /either fully sequential or fully parallel/,
    },
    {
      name: "with a part that depends on two",
      requests: [...gets(2), { id: "2", method: "GET", url: "/me", dependsOn: ["0", "1"] }],
      words: /either fully sequential or fully parallel/,
    },
    {
      name: "with a body of no type",
      requests: [...gets(1), { id: "w", method: "POST", url: "/me/events", body: {} }],
      words: /^Write request with id 'w' does not contain a Content-Type header\.$/,
    },
    {
      name: "with a write of no body",
      requests: [{ id: "w", method: "POST", url: "/me/sendMail" }],
      words: /^Write request id : w does not contain Content-Type header or body\.$/,
    },
  ];
  for (const { name, requests, words } of odd) {
    test(`${name} is refused as a whole`, async () => {
      const world = await graphWorld();
      const told = await batch(world, requests);
      assert.equal(told.status, 400);
      assert.match(String(messageOf(told)), words);
      assert.equal(world.graph.stats.parts, 0);
    });
  }

  test("meets the faults that are set for its parts", async () => {
    const world = await graphWorld();
    const mailbox = world.graph.mailbox(COACH);
    const event = mailbox.addEvent(CALENDAR, anEvent("2026-11-03T13:00:00"));
    const path = `/events/${event}$`;
    world.graph.faults.add({
      kind: "status",
      status: 429,
      headers: { "retry-after": "7" },
      path: "contacts",
    });
    world.graph.faults.add({ kind: "reset-after", path });
    const { a, b, c } = await answers(world, [
      { id: "a", method: "GET", url: "/me/contacts" },
      { id: "b", method: "DELETE", url: `/me/events/${event}` },
      { id: "c", method: "GET", url: "/me/contacts" },
    ]);
    assert.deepEqual([a?.status, b?.status, c?.status], [429, 504, 200]);
    assert.equal(a?.headers["retry-after"], "7");
    assert.deepEqual(mailbox.events, []);
  });
});

suite("the parts of a batch", () => {
  test("are under way four at a time, so that a batch alone is never refused", async () => {
    const world = await graphWorld();
    const statuses = Object.values(await answers(world, gets(20))).map(({ status }) => status);
    assert.deepEqual(new Set(statuses), new Set([200]));

    const slow = await graphWorld();
    await keepUnderWay(slow, 4, () => [batch(slow, gets(20))]);
    assert.equal(slow.graph.stats.parts, 4);
  });

  test("are refused one by one when two batches share a mailbox", async () => {
    const world = await graphWorld();
    await keepUnderWay(world, 4, () => [batch(world, gets(4))]);
    const parts = await answers(world, [...gets(2), { id: "me", method: "GET", url: "/me" }]);
    const statuses = Object.values(parts).map(({ id, status }) => `${id} ${status}`);
    assert.deepEqual(statuses.sort(), ["0 429", "1 429", "me 200"]);
    assert.equal(parts["1"]?.headers["retry-after"], "1");
  });
});
