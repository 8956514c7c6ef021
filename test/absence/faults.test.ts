import assert from "node:assert/strict";
import { test } from "node:test";
import { absenceWorld } from "../../shared/absence/wire.ts";
import type { Lease } from "../../shared/storage/blob-lease.ts";
import {
  ADA,
  type AbsenceWorld,
  anAbsenceWorld,
  aWatchedWorld,
  BLAISE,
  CLIENT,
} from "../worlds/absence-world.ts";

const MINUTE = 60_000;
const AWAY = { status: "alwaysEnabled", externalReplyMessage: "I am away" } as const;
const BACK = { status: "disabled" } as const;

function greetingsSince(world: AbsenceWorld, count: number): string[] {
  return world.greetings().slice(count);
}

test("a mediator that is down for an hour is told the last state of each, once, when it is back", async (t) => {
  const world = await aWatchedWorld(t);
  const { mediator, clock } = world;
  const before = world.greetings().length;
  mediator.faults.add({ kind: "reset-before", path: "setstatus", times: 0 });
  world.setReplies(ADA, AWAY);
  await world.ticks(10);
  world.setReplies(ADA, { externalReplyMessage: "Still away" });
  world.setReplies(BLAISE, AWAY);
  await world.ticks(10);
  world.setReplies(BLAISE, BACK);
  await world.ticks(40);
  const [delivery] = (await world.watched(ADA)).deliveries;
  assert.equal(delivery?.state, "undelivered");
  assert.deepEqual(delivery?.told?.away, false);
  assert.ok((delivery?.waiting?.tries ?? 0) >= 5);
  assert.match(delivery?.waiting?.failure ?? "", /^the mediator: it gave no answer/u);
  assert.ok(world.log.lines.some((line) => line.startsWith("error: ROLLCALL_ABSENCE_UNDELIVERED ")));
  assert.doesNotMatch(world.log.lines.join("\n"), /ada@|blaise@|away"/u);

  const tried = mediator.exchanges.filter(({ path }) => path === "/api/setstatus").length;
  assert.ok(tried < 40, `${tried} tries in an hour`);
  mediator.faults.clear();
  await world.ticks(16);
  const deliveredAt = (await world.watched(ADA)).deliveries[0]?.told?.at;
  const heard = world.mediator.greetings.find(({ message }) => message === "Still away");
  assert.equal(deliveredAt, heard?.at.toISOString());
  const told = greetingsSince(world, before);
  assert.equal(told.length, 2);
  assert.ok(told.includes(`True ${ADA}: Still away`));
  assert.ok(told.some((greeting) => greeting.startsWith(`False ${BLAISE}`)));
  assert.equal((await world.watched(ADA)).deliveries[0]?.state, "delivered");
  await clock.advance(MINUTE);
});

test("a mediator that says nothing is noticed after a few, and the rest do not wait for it", async (t) => {
  const crowd = {
    count: 30,
    account: (number: number) => ({ account: `p${number}@contoso.example`, displayName: `P${number}` }),
  };
  const names = Array.from({ length: 30 }, (_, index) => `p${index + 1}@contoso.example`);
  const world = await anAbsenceWorld(t, {
    accounts: [],
    crowd,
    voiceMail: names.map((alias) => ({ alias })),
  });
  await world.tick();
  assert.equal((await world.service.list()).length, 30);
  world.mediator.faults.add({ kind: "hang", path: "setstatus", times: 0 });
  const tick = world.service.watch(world.log);
  await world.clock.asleep(15_000);
  await world.clock.advance(15_000);
  await tick;
  const asked = world.mediator.exchanges.filter(({ path }) => path === "/api/setstatus").length;
  assert.ok(asked <= 8, `${asked} were sent`);
  const states = (await world.service.list()).map(({ deliveries }) => deliveries[0]?.waiting?.tries);
  assert.deepEqual(new Set(states), new Set([1]));
  world.mediator.faults.clear();
  await world.clock.advance(MINUTE);
  await world.tick();
  assert.equal(world.greetings().length, 30);
});

test("the mediator's refusal of one user is that user's alone", async (t) => {
  const world = await aWatchedWorld(t);
  const before = world.greetings().length;
  world.mediator.removeUser(ADA);
  world.setReplies(ADA, AWAY);
  world.setReplies(BLAISE, AWAY);
  await world.ticks(3);
  assert.deepEqual(greetingsSince(world, before), [`True ${BLAISE}: I am away`]);
  const [delivery] = (await world.watched(ADA)).deliveries;
  assert.match(delivery?.waiting?.failure ?? "", /it answered 404: it does not know this user/u);
});

test("where Graph throttles half of each batch everybody is read all the same, and told once", async (t) => {
  const count = 60;
  const accounts = Array.from({ length: count }, (_, index) => `p${index + 1}@contoso.example`);
  const world = await aWatchedWorld(t, { accounts });
  const before = world.greetings().length;
  assert.equal(before, count);
  world.graph.settings.throttledParts = { every: 2, retryAfterSeconds: 2 };
  for (const account of accounts) world.setReplies(account, AWAY);
  await world.ticks(5);
  assert.equal(new Set(greetingsSince(world, before)).size, count);
  assert.equal(greetingsSince(world, before).length, count);
});

test("a token that expires in the middle of a tick is renewed, and nobody is missed", async (t) => {
  const accounts = Array.from({ length: 100 }, (_, index) => `p${index + 1}@contoso.example`);
  const world = await aWatchedWorld(t, { accounts });
  const before = world.greetings().length;
  const tokens = (): number => world.login.exchanges.filter(({ path }) => path.endsWith("/token")).length;
  assert.equal(tokens(), 1);
  for (const account of accounts) world.setReplies(account, AWAY);
  // The first batches still pass; the service has had enough of the token then.
  world.graph.faults.add({ kind: "status", status: 401, path: "batch", after: 2, times: 2 });
  await world.tick();
  assert.equal(greetingsSince(world, before).length, 100);
  assert.equal(tokens(), 2);
  // And by itself it lives an hour.
  await world.clock.advance(60 * MINUTE);
  await world.tick();
  assert.equal(tokens(), 3);
});

test("when Graph or the login is down nothing is told, the tick fails, and the next one makes up for it", async (t) => {
  const world = await aWatchedWorld(t);
  const before = world.greetings().length;
  world.setReplies(ADA, AWAY);
  world.graph.faults.add({ kind: "status", status: 503, path: "batch", times: 0 });
  await assert.rejects(world.tick(), /2 of 2 mailboxes could not be read/u);
  assert.ok(world.log.lines.some((line) => line.startsWith("error: ROLLCALL_ABSENCE_FAILED ")));
  world.graph.faults.clear();
  await world.clock.advance(60 * MINUTE);
  world.login.faults.add({ kind: "status", status: 503, path: "token", times: 0 });
  await assert.rejects(world.tick(), /gave no access token for the app itself/u);
  world.login.faults.clear();
  await world.tick();
  assert.deepEqual(greetingsSince(world, before), [`True ${ADA}: I am away`]);
});

test("a tick that ends before it has begun says that it failed, in one line", async (t) => {
  const world = await aWatchedWorld(t);
  const { users } = absenceWorld(world.env, { clock: world.clock });
  const down = (): Promise<never> => Promise.reject(new Error("the account is down\nRequestId:1"));
  for (const failing of [{ keys: down }, { read: down }]) {
    const host = world.anotherHost({ users: { ...users, ...failing } });
    await assert.rejects(host.watch(world.log), /the account is down/u);
    assert.equal(world.log.lines.at(-1), "error: ROLLCALL_ABSENCE_FAILED the account is down");
  }
  const host = world.anotherHost({ users: { ...users, read: down } });
  const part = { kind: "absence", version: 1, partition: "0" };
  await assert.rejects(host.work(part, { isRetry: false }, world.log), /the account is down/u);
  assert.equal(world.log.lines.filter((line) => line.includes("ROLLCALL_ABSENCE_FAILED")).length, 3);
});

test("nobody is told of who is stopped while their turn comes", async (t) => {
  const accounts = Array.from({ length: 12 }, (_, index) => `p${index + 1}@contoso.example`);
  const world = await aWatchedWorld(t, { accounts });
  const before = world.greetings().length;
  for (const account of accounts) world.setReplies(account, AWAY);
  const last = (await world.service.list()).toSorted((one, other) => (one.id < other.id ? -1 : 1)).at(-1);
  const { outlets } = absenceWorld(world.env, { clock: world.clock });
  const [mediator] = outlets;
  assert.ok(mediator && last);
  const tell: typeof mediator.tell = async (telling) => {
    await world.service.monitor({ email: last.email, monitor: false });
    return mediator.tell(telling);
  };
  world.service = world.anotherHost({ outlets: [{ ...mediator, tell }] });
  await world.tick();
  const told = greetingsSince(world, before);
  assert.equal(told.length, 11);
  assert.ok(!told.some((greeting) => greeting.includes(last.email)));
});

test("a login service that says nothing keeps the mediator waiting no longer than it waits", async (t) => {
  const world = await aWatchedWorld(t);
  await world.clock.advance(60 * MINUTE);
  world.login.faults.add({ kind: "hang", path: "token", times: 0 });
  const asked = assert.rejects(world.service.monitor({ email: ADA, monitor: true }), {
    name: "DeadlineError",
  });
  await world.clock.asleep(30_000);
  await world.clock.advance(9000);
  await asked;
});

test("a client secret that was replaced is read again; one that is wrong says what to do", async (t) => {
  const world = await aWatchedWorld(t);
  await world.clock.advance(60 * MINUTE);
  world.login.expireSecret(CLIENT.id);
  world.login.addSecret(CLIENT.id, "another-secret");
  await assert.rejects(world.tick(), (error: Error) => {
    assert.match(error.message, /client secret has expired \(AADSTS7000222\)\. Store the Value/u);
    assert.doesNotMatch(`${error.message} ${String(error.cause)}`, /the-client-secret/u);
    return true;
  });
  await world.secrets.set("microsoft-client-secret", "another-secret");
  await world.tick();
});

test("a host that is killed between a POST and its outcome tells the same again, once", async (t) => {
  const world = await aWatchedWorld(t);
  const before = world.greetings().length;
  world.setReplies(ADA, AWAY);
  const { ledger } = absenceWorld(world.env, { clock: world.clock });
  let writes = 0;
  const write: typeof ledger.write = async (...entries) => {
    writes += 1;
    // The second is that of the outcome.
    if (writes > 1) throw new Error("the process ended here");
    return ledger.write(...entries);
  };
  world.service = world.anotherHost({ ledger: { ...ledger, write } });
  await assert.rejects(world.tick(), /the process ended here/u);
  assert.equal(greetingsSince(world, before).length, 1);
  world.service = world.anotherHost();
  await world.ticks(5);
  assert.deepEqual(greetingsSince(world, before), [`True ${ADA}: I am away`, `True ${ADA}: I am away`]);
});

test("of two hosts at once one tells, and the other does not", async (t) => {
  const world = await aWatchedWorld(t);
  const before = world.greetings().length;
  const other = world.anotherHost();
  for (let round = 0; round < 5; round += 1) {
    world.setReplies(ADA, round % 2 === 0 ? AWAY : BACK);
    await Promise.all([world.service.watch(world.log), other.watch(world.log)]);
    assert.equal(greetingsSince(world, before).length, round + 1);
    await world.clock.advance(MINUTE);
  }
});

test("whose lock is held is left to the holder", async (t) => {
  const world = await aWatchedWorld(t);
  const before = world.greetings().length;
  world.setReplies(ADA, AWAY);
  const busy = world.anotherHost({ lock: async (): Promise<Lease | undefined> => undefined });
  await busy.watch(world.log);
  assert.deepEqual(greetingsSince(world, before), []);
  assert.ok(world.log.lines.some((line) => line.includes("another is telling")));
  await world.tick();
  assert.equal(greetingsSince(world, before).length, 1);
});

test("while the storage account is down nothing is told, and nothing is lost", async (t) => {
  const world = await aWatchedWorld(t);
  const before = world.greetings().length;
  world.setReplies(ADA, AWAY);
  const down = (): Promise<never> => Promise.reject(new Error("the account is down"));
  for (const failing of [{ read: down }, { write: down }]) {
    const { ledger } = absenceWorld(world.env, { clock: world.clock });
    world.service = world.anotherHost({ ledger: { ...ledger, ...failing } });
    await assert.rejects(world.tick(), /the account is down/u);
    assert.deepEqual(greetingsSince(world, before), []);
  }
  world.service = world.anotherHost();
  await world.tick();
  assert.deepEqual(greetingsSince(world, before), [`True ${ADA}: I am away`]);
});
