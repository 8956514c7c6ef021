import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Run } from "../../shared/registration/run.ts";
import { connectTickets } from "../../shared/oauth/connect-ticket.ts";
import { connectionRegistry } from "../../shared/oauth/connection-registry.ts";
import { secretStoreFrom } from "../../shared/secrets/open-secret-store.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { type World, aWorld } from "../worlds/registration-world.ts";
import { session } from "../worlds/seeds.ts";
import { CLIENT_ID, COACH } from "../worlds/services.ts";

const DAY = 24 * 60 * 60 * 1000;

/** What the link in a report opens, once. */
async function openedBy({ env, clock }: World, link: string): Promise<unknown> {
  const storage = storageAccountFrom(env, { clock });
  const secrets = secretStoreFrom(env, { clock });
  const tickets = connectTickets({ secrets, storage, clock, publicUrl: "https://rollcall.example" });
  const [, ticket] = link.split("https://rollcall.example/api/connect/");
  return tickets.redeem(ticket ?? "");
}

/** The link of a pass that failed for want of a consent; it stands in its own field, and nowhere else. */
function linkOf({ status, error }: Run, code: string): string {
  assert.deepEqual([status, error?.code], ["failed", code]);
  const link = error?.connect ?? assert.fail(`There is no link: ${error?.message}`);
  assert.ok(!error?.message.includes(link));
  return link;
}

suite("a connection that is dead", () => {
  for (const [what, kill, code] of [
    ["revoked", (world: World) => world.login.revokeAccount(COACH), "consent_expired"],
    ["unused for 90 days", (world: World) => world.clock.advance(90 * DAY), "consent_expired"],
    [
      "not consented to any more",
      (world: World) => world.login.withdrawConsent(CLIENT_ID, COACH),
      "consent_missing",
    ],
  ] as const) {
    test(`because it was ${what} fails each pass, with a link that opens its consent page`, async (t) => {
      const world = await aWorld(t, { events: [session()] });
      await kill(world);
      const link = linkOf(await world.run(), code);
      assert.deepEqual(await openedBy(world, link), {
        outcome: "valid",
        request: { provider: "microsoft", connection: "default", capability: "registration" },
      });
      assert.deepEqual(await openedBy(world, link), { outcome: "used" });
      await world.restart();
      const next = linkOf(await world.run(), code);
      assert.notEqual(next, link);
      assert.ok(!world.log.lines.some((line) => line.includes("/connect/")), world.log.lines.join("\n"));
    });
  }

  test("that nobody has consented for yet says so, with the link", async (t) => {
    const world = await aWorld(t, { team: { connection: "frogs" } });
    const link = linkOf(await world.run(), "not_connected");
    assert.match(JSON.stringify(await openedBy(world, link)), /"connection":"frogs"/);
  });

  test("works again with the next pass after it was connected anew, and its trouble is forgotten", async (t) => {
    const world = await aWorld(t, { events: [session()] });
    await world.run();
    await world.login.revokeAccount(COACH);
    await world.restart();
    linkOf(await world.run(), "consent_expired");
    const registry = connectionRegistry(storageAccountFrom(world.env, { clock: world.clock }));
    assert.equal((await registry.get("microsoft", "default"))?.trouble?.code, "consent_expired");

    const scopes = "offline_access User.Read Calendars.ReadWrite Contacts.Read Mail.Send";
    const token = await world.login.grant(CLIENT_ID, COACH, scopes);
    await world.secrets.set("microsoft-refresh-token-default", token);
    assert.equal((await world.run()).status, "ok");
    assert.equal((await registry.get("microsoft", "default"))?.trouble, undefined);
  });
});

test("a consent that lacks a permission fails the pass with a link that asks for it", async (t) => {
  const world = await aWorld(t, { events: [session()] });
  const token = await world.login.grant(CLIENT_ID, COACH, "offline_access User.Read");
  await world.secrets.set("microsoft-refresh-token-default", token);
  const link = linkOf(await world.run(), "permission_missing");
  assert.match(JSON.stringify(await openedBy(world, link)), /"outcome":"valid"/);
});

test("a login service that is away is no dead connection: the pass fails without a link", async (t) => {
  const world = await aWorld(t, { events: [session()] });
  world.login.faults.add({ kind: "status", status: 503, times: 0 });
  const run = await world.run();
  assert.deepEqual(
    [run.status, run.error?.code, run.error?.connect],
    ["failed", "token_unavailable", undefined],
  );
});

test("what ails the client secret is no matter for the owner of the account: there is no link", async (t) => {
  const world = await aWorld(t, { events: [session()] });
  world.login.expireSecret(CLIENT_ID);
  const run = await world.run();
  assert.deepEqual(
    [run.status, run.error?.code, run.error?.connect],
    ["failed", "client_secret_refused", undefined],
  );
  assert.match(run.error?.message ?? "", /npm run secrets:set -- microsoft-client-secret/);
});
