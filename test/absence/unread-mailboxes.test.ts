import assert from "node:assert/strict";
import { test } from "node:test";
import { dueForLookUp } from "../../shared/absence/follow-address.ts";
import { ADA, type AbsenceWorld, anAbsenceWorld, aWatchedWorld, BLAISE } from "../worlds/absence-world.ts";

const MINUTE = 60_000;
const AWAY = { status: "alwaysEnabled", externalReplyMessage: "I am away" } as const;

function greetingsSince(world: AbsenceWorld, count: number): string[] {
  return world.greetings().slice(count);
}

test("a mailbox that is gone, or that the app may not read, keeps no other from being told, and says why once", async (t) => {
  const accounts = [ADA, BLAISE, "eve@contoso.example"];
  const world = await aWatchedWorld(t, { accounts });
  const before = world.greetings().length;
  world.graph.mailbox(ADA).setUnavailable("inactive");
  world.graph.mailbox(BLAISE).setUnavailable("blocked");
  world.setReplies(ADA, AWAY);
  world.setReplies("eve@contoso.example", AWAY);
  await world.tick();
  const writes = world.writes();
  await world.ticks(3);
  assert.equal(world.writes(), writes);
  assert.deepEqual(greetingsSince(world, before), ["True eve@contoso.example: I am away"]);
  const { state, problem, deliveries } = await world.watched(ADA);
  assert.deepEqual([state, deliveries[0]?.told?.away], ["unknown", false]);
  assert.match(problem ?? "", /no such user or mailbox any more/u);
  assert.match((await world.watched(BLAISE)).problem ?? "", /Grant it MailboxSettings\.Read/u);
  world.graph.mailbox(ADA).setUnavailable(undefined);
  await world.ticks(2);
  assert.equal(greetingsSince(world, before).at(-1), `True ${ADA}: I am away`);
});

test("news the mediator has not taken reach it while Graph, or the login, is down", async (t) => {
  for (const down of ["graph", "login"] as const) {
    const world = await aWatchedWorld(t);
    const before = world.greetings().length;
    world.mediator.faults.add({ kind: "status", status: 503, path: "setstatus", times: 1 });
    world.setReplies(ADA, AWAY);
    await world.tick();
    world[down].faults.add({ kind: "status", status: 503, path: "batch|token", times: 0 });
    if (down === "login") await world.clock.advance(60 * MINUTE);
    await assert.rejects(world.tick());
    assert.deepEqual(greetingsSince(world, before), [`True ${ADA}: I am away`]);
    assert.match(world.log.lines.at(-1) ?? "", /^error: ROLLCALL_ABSENCE_FAILED .*1 told/u);
  }
});

test("when the app may read no mailbox at all, the tick and the health say so, and a new token is asked for", async (t) => {
  const world = await aWatchedWorld(t);
  const tokens = (): number => world.login.exchanges.filter(({ path }) => path.endsWith("/token")).length;
  for (const account of [ADA, BLAISE]) world.graph.mailbox(account).setUnavailable("blocked");
  for (let minute = 0; minute < 4; minute += 1) {
    await assert.rejects(world.tick(), /None of 2 mailboxes can be read: .* Grant it MailboxSettings\.Read/u);
  }
  assert.match(world.log.lines.at(-1) ?? "", /^error: ROLLCALL_ABSENCE_FAILED /u);
  await assert.rejects(world.service.examine(), /None of 2 mailboxes can be read: .*\(403\)/u);
  assert.equal(tokens(), 2);
  await assert.rejects(world.ticks(4));
  world.graph.mailbox(ADA).setUnavailable(undefined);
  await world.tick();
  assert.match(await world.service.examine(), /2 users are watched; the mailboxes of 1 of them/u);
});

test("a mailbox that is busy does not hide that the app may read none of the others", async (t) => {
  const others = ["c", "d"].map((name) => `${name}@contoso.example`);
  const world = await anAbsenceWorld(t, { accounts: [ADA, BLAISE, ...others] });
  await world.watchAll([ADA, BLAISE, ...others]);
  for (const account of [BLAISE, ...others]) world.graph.mailbox(account).setUnavailable("blocked");
  world.graph.faults.add({ kind: "status", status: 503, path: world.graph.mailbox(ADA).user.id, times: 0 });
  await assert.rejects(world.tick(), /1 not read.*None of 3 mailboxes can be read/u);
});

test("somebody who was deleted and made again is watched on, by the new id, within the hour", async (t) => {
  const world = await aWatchedWorld(t);
  const before = world.greetings().length;
  const [old, anew] = [world.graph.mailbox(ADA), world.graph.mailbox(BLAISE)];
  await world.service.monitor({ email: BLAISE, monitor: false });
  old.changeUser({ mail: null, userPrincipalName: "gone@contoso.example", proxyAddresses: [] });
  old.setUnavailable("not-found");
  const lookUps = (): number => world.graph.exchanges.filter(({ path }) => path.endsWith("/users")).length;
  const asked = lookUps();
  await world.ticks(60);
  assert.equal(lookUps(), asked + 1);
  assert.match((await world.watched(ADA)).problem ?? "", /no such user or mailbox any more/u);
  anew.changeUser({ mail: ADA, proxyAddresses: [`SMTP:${ADA}`] });
  world.setReplies(BLAISE, AWAY);
  await world.ticks(61);
  assert.deepEqual(
    (await world.service.list()).map(({ id, email, state }) => [id, email, state]),
    [[anew.user.id, ADA, "away"]],
  );
  assert.deepEqual(greetingsSince(world, before), [`True ${ADA}: I am away`]);
});

test("whoever is gone is looked for again after an hour, or when the clock was set back by more", () => {
  const user = { id: "gone", email: ADA, registration: "1", registeredAt: "2026-11-03T12:00:00.000Z" };
  const now = new Date("2026-11-03T12:00:00Z");
  const dueAfter = (minutes: number): number => {
    const lookedUpAt = new Map([[user.id, now.getTime() - minutes * MINUTE]]);
    return dueForLookUp([user], { clock: { now: () => now }, lookedUpAt }).length;
  };
  assert.deepEqual([59, 60, -59, -60].map(dueAfter), [0, 1, 0, 1]);
});
