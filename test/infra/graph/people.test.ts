import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { ContactSeed } from "../../../infra/local/emulators/graph/seed.ts";
import { COACH, allPages, graphWorld, refusalOf, valuesOf } from "./graph-world.ts";

suite("the signed-in user", () => {
  test("of a personal account may have no mail", async () => {
    const { ask } = await graphWorld({ mail: null, givenName: "Camille" });
    const told = await ask("/me?$select=displayName,mail,userPrincipalName");
    const { "@odata.context": _, id, ...user } = told.body;
    assert.deepEqual(user, { displayName: "Camille Martin", mail: null, userPrincipalName: COACH });
    assert.match(String(id), /^[0-9a-f]{16}$/);
  });

  test("has the address of the account otherwise", async () => {
    const { ask } = await graphWorld();
    assert.equal((await ask("/me")).body["mail"], COACH);
    assert.equal(refusalOf(await ask("/me?$select=shoeSize")), "400 BadRequest");
  });
});

suite("the contacts", () => {
  const contacts: ContactSeed[] = Array.from({ length: 250 }, (_, index) => ({
    displayName: `Person ${index}`,
    jobTitle: "Team Member",
    categories: ["Student"],
    addresses: [`person.${index}@example.org`, `p${index}@example.com`],
  }));

  test("come ten at a time, and a hundred when asked", async () => {
    const world = await graphWorld({ contacts });
    assert.equal(valuesOf(await world.ask("/me/contacts")).length, 10);
    assert.deepEqual((await allPages(world, "/me/contacts")).pages, 25);
    const path = "/me/contacts?$top=100&$select=displayName,emailAddresses,jobTitle,categories";
    const { pages, items } = await allPages(world, path);
    assert.deepEqual([pages, items.length], [3, 250]);
    const { "@odata.etag": _, id: __, ...last } = items.at(-1) ?? {};
    assert.deepEqual(last, {
      displayName: "Person 249",
      jobTitle: "Team Member",
      categories: ["Student"],
      emailAddresses: [
        { name: "Person 249", address: "person.249@example.org" },
        { name: "Person 249", address: "p249@example.com" },
      ],
    });
  });

  test("change when their owner changes them", async () => {
    const { ask, graph } = await graphWorld();
    const mailbox = graph.mailbox(COACH);
    const id = mailbox.addContact({ displayName: "Ada O'Hara", addresses: ["ada@example.org"] });
    const [ada] = valuesOf(await ask("/me/contacts"));
    assert.deepEqual([ada?.["displayName"], ada?.["jobTitle"]], ["Ada O'Hara", null]);
    mailbox.deleteContact(id);
    assert.deepEqual(valuesOf(await ask("/me/contacts")), []);
  });
});

test("the calendars come ten at a time", async () => {
  const names = Array.from({ length: 12 }, (_, index) => ({ name: `Calendar ${index}` }));
  const world = await graphWorld({ calendars: names });
  const { pages, items } = await allPages(world, "/me/calendars?$select=name,isDefaultCalendar");
  assert.deepEqual([pages, items.length], [2, 12]);
  assert.deepEqual(
    items.map(({ isDefaultCalendar }) => isDefaultCalendar),
    names.map((_, index) => index === 0),
  );
});

test("a page may be smaller than what was asked for", async () => {
  const world = await graphWorld({ calendars: [{ name: "A" }, { name: "B" }, { name: "C" }] });
  world.graph.settings.largestPage = 2;
  const { pages, items } = await allPages(world, "/me/calendars?$top=100");
  assert.deepEqual([pages, items.length], [2, 3]);
});
