import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { contractObserver } from "../../contracts/contract-check.ts";
import { COACH, type Resource, allPages, graphWorld, refusalOf, valuesOf } from "./graph-world.ts";

const ADA = { account: "ada@contoso.example", displayName: "Ada O'Hara", department: "Engines", id: "ada" };
const EVE = { account: "eve@fabrikam.example", displayName: "Eve", tenant: "another", id: "eve" };
const contract = contractObserver("msgraph");
const world = await graphWorld(
  {},
  {
    onExchange: (exchange) => contract.onExchange(exchange),
    seed: { accounts: [{ account: COACH, displayName: "Camille Martin", id: "coach" }, ADA, EVE] },
  },
);
const { graph, token } = world;
const scopes = ["GroupMember.Read.All", "User.Read.All"];

function members(group: string): string {
  return `/groups/${group}/transitiveMembers/microsoft.graph.user?$select=displayName,department,userType`;
}

function ids(users: Resource[]): unknown[] {
  return users.map(({ id }) => id);
}

suite("the users in a group", () => {
  const inner = graph.addGroup(["ada", "eve", "a printer"]);
  const group = graph.addGroup(["coach", inner, "ada"]);

  test("are those of the groups within it as well, each once, as far as they are in the tenant", async () => {
    const told = await world.ask(members(group), { token: token({ scopes }) });
    assert.deepEqual(ids(valuesOf(told)), ["coach", "ada"]);
    assert.match(String(told.body["@odata.context"]), /#users\(displayName,department,userType\)$/);
    assert.deepEqual(ids(valuesOf(await world.ask(members(inner), { token: token({ scopes }) }))), ["ada"]);
  });

  test("come page by page", async () => {
    graph.settings.largestPage = 1;
    const withToken: typeof world = {
      ...world,
      ask: (path) => world.ask(path, { token: token({ scopes }) }),
    };
    const { pages, items } = await allPages(withToken, members(group));
    graph.settings.largestPage = 1000;
    assert.deepEqual([pages, ids(items)], [2, ["coach", "ada"]]);
  });

  test("are those of a group that is in itself", async () => {
    const round = ["ada"];
    round.push(graph.addGroup(round));
    const told = await world.ask(members(round[1] ?? ""), { token: token({ scopes }) });
    assert.deepEqual(ids(valuesOf(told)), ["ada"]);
  });

  const known = { displayName: ADA.displayName, department: null, userType: null };
  const shown: [further: string[], user: object][] = [
    [[], { ...known, displayName: null }],
    [["User.ReadBasic.All"], known],
    [["User.Read.All"], { ...known, department: "Engines", userType: "Member" }],
  ];
  for (const [further, user] of shown) {
    test(`show what GroupMember.Read.All ${further.map((scope) => `and ${scope} `).join("")}let one see`, async () => {
      const granted = ["GroupMember.Read.All", ...further];
      for (const claims of [{ scopes: granted }, { scopes: [], roles: granted, account: undefined }]) {
        const given = token(claims as Parameters<typeof token>[0]);
        const told = await world.ask(members(inner), { token: given });
        assert.deepEqual(valuesOf(told), [{ ...user, id: "ada" }]);
      }
    });
  }

  test("are refused without the permission, and where there is no such group", async () => {
    const without = token({ scopes: ["User.Read.All"] });
    assert.equal(
      refusalOf(await world.ask(members(group), { token: without })),
      "403 Authorization_RequestDenied",
    );
    const nowhere = await world.ask(members("no-such-group"), { token: token({ scopes }) });
    assert.equal(refusalOf(nowhere), "404 Request_ResourceNotFound");
  });

  test("are told as Microsoft publishes it", () => contract.assertClean());
});
