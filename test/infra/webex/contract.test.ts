import assert from "node:assert/strict";
import { test } from "node:test";
import { contractObserver } from "../../contracts/contract-check.ts";
import { ADA, allPages, BOB, CAROL, directoryWorld, GUEST, itemsOf, ROOM } from "./directory-world.ts";

test("what is answered is what Webex publishes, refusals included", async () => {
  const contract = contractObserver("webex");
  const world = await directoryWorld(
    { team: "t", isGeneral: true, isPublic: true, isLocked: true },
    {
      crowd: { count: 5 },
      onExchange: (exchange) => {
        if (exchange.path !== "/v1/access_token") contract.onExchange(exchange);
      },
    },
  );
  const { ask, webex } = world;
  const roomId = webex.space(ROOM).id;
  webex.people.change(BOB, { invitePending: true, loginEnabled: false });

  await allPages(world, "/people?max=3&excludeStatus=true&callingData=false");
  await ask("/people?displayName=somebody&max=2");
  await ask(`/people?id=${webex.people.id(GUEST)},none`);
  await ask("/people?max=none");
  await ask(`/people/${webex.people.id(BOB)}`);
  await ask(`/people/${webex.people.id(GUEST)}`);
  await ask("/people/me");
  await ask("/people/none");
  await ask("/organizations");
  await ask(`/organizations/${String((await ask("/people/me")).body["orgId"])}`);
  await ask(`/rooms/${roomId}`);
  await ask("/rooms/none");

  const added = await world.add(CAROL);
  assert.equal(added.status, 200);
  await world.add(CAROL);
  await allPages(world, `/memberships?roomId=${roomId}&max=2`);
  await ask(`/memberships?roomId=${roomId}&personEmail=${CAROL}`);
  await ask("/memberships");
  await ask(`/memberships/${String(added.body["id"])}`);
  await world.remove(CAROL);
  await world.remove(CAROL);
  await world.remove(ADA);

  await ask("/people", { token: await world.token(CAROL) });
  await ask("/people", { token: "none" });
  webex.settings.rateLimit = { requestsPerSecond: 0.01, burst: 1 };
  await ask("/people/me");
  assert.equal((await ask("/people/me")).status, 429);
  contract.assertClean();
});

test("booleans, as the service has been seen to send them, are not what Webex publishes", async () => {
  const contract = contractObserver("webex");
  const world = await directoryWorld({}, { settings: { flags: "boolean" }, onExchange: contract.onExchange });
  itemsOf(await world.ask("/people"));
  assert.throws(() => contract.assertClean(), /loginEnabled/);
});
