import assert from "node:assert/strict";
import { test } from "node:test";
import { fakeClock } from "../fakes/fake-clock.ts";
import { ADA, anAbsenceWorld, BLAISE, somebody } from "../worlds/absence-world.ts";

const AWAY = { status: "alwaysEnabled", externalReplyMessage: "<p>I am away.</p>" } as const;

test("from setup to greeting changes, the mediator and the monitor talk as their documentation has it", async (t) => {
  const world = await anAbsenceWorld(t);
  const { mediator, service } = world;
  world.setReplies(ADA, AWAY);

  // Nobody is watched yet, so the first tick asks the mediator for its users by itself.
  await world.tick();
  assert.deepEqual(
    mediator.exchanges.map(({ method, path }) => `${method} ${path}`),
    ["GET /", "POST /api/setup"],
  );
  assert.deepEqual(
    mediator.registrations.map(({ email, status, answered, text }) => [email, status, answered, text]),
    [
      [ADA, "True", 200, `<h1>You would like to monitor ${ADA} True</h1>`],
      [BLAISE, "True", 200, `<h1>You would like to monitor ${BLAISE} True</h1>`],
    ],
  );
  assert.deepEqual(world.greetings(), []);

  // The first check after it tells how everybody is, away or not.
  await world.tick();
  assert.deepEqual(world.greetings().sort(), [`False ${BLAISE}`, `True ${ADA}: I am away.`]);
  await world.ticks(3);
  assert.equal(world.greetings().length, 2);

  world.setReplies(BLAISE, { ...AWAY, externalReplyMessage: "<p>Back on Monday.</p>" });
  await world.tick();
  assert.equal(world.greetings().at(-1), `True ${BLAISE}: Back on Monday.`);
  // A changed text alone is news; nothing new is not.
  world.setReplies(BLAISE, { externalReplyMessage: "<p>Back on Tuesday.</p>" });
  await world.ticks(2);
  assert.equal(world.greetings().at(-1), `True ${BLAISE}: Back on Tuesday.`);
  world.setReplies(BLAISE, { status: "disabled" });
  await world.tick();
  assert.match(world.greetings().at(-1) ?? "", new RegExp(`^False ${BLAISE}`));
  assert.equal(world.greetings().length, 5);

  // In the mediator's list somebody clicks on the button.
  await mediator.toggle(ADA);
  assert.deepEqual(
    (await service.list()).map(({ email }) => email),
    [BLAISE],
  );
  world.setReplies(ADA, { status: "disabled" });
  await world.tick();
  assert.equal(world.greetings().length, 5);
  await mediator.toggle(ADA);
  await world.tick();
  assert.match(world.greetings().at(-1) ?? "", new RegExp(`^False ${ADA}`));
});

test("a schedule opens and closes by itself, each on the tick that follows", async (t) => {
  const world = await anAbsenceWorld(t, { accounts: [ADA] });
  await world.service.monitor({ email: ADA, monitor: true });
  const at = (time: string): { dateTime: string; timeZone: string } => ({
    dateTime: `2026-11-03T${time}`,
    timeZone: "Pacific Standard Time",
  });
  // 12:10 to 12:20 in UTC.
  world.setReplies(ADA, {
    status: "scheduled",
    externalReplyMessage: "At lunch",
    scheduledStartDateTime: at("04:10:30"),
    scheduledEndDateTime: at("04:20:00"),
  });
  const told: string[] = [];
  for (let minute = 0; minute < 25; minute += 1) {
    const before = world.greetings().length;
    await world.tick();
    for (const greeting of world.greetings().slice(before)) told.push(`12:${minute} ${greeting}`);
  }
  assert.deepEqual(
    told,
    ["12:0 False", "12:11 True", "12:20 False"].map((time) => `${time} ${ADA}: At lunch`),
  );
  const { state, status, window, deliveries } = await world.watched(ADA);
  assert.deepEqual(
    { state, status, window, delivery: deliveries[0]?.state },
    {
      state: "not away",
      status: "scheduled",
      window: { start: "2026-11-03T12:10:30.000Z", end: "2026-11-03T12:20:00.000Z" },
      delivery: "delivered",
    },
  );
  assert.match(await world.service.calendar(), /^BEGIN:VCALENDAR/u);
});

test("a user is found by any address, named as the mediator names them, and not made up", async (t) => {
  const alias = "a.lovelace+o'hara@contoso.example";
  const ada = somebody(ADA, { proxyAddresses: [`SMTP:${ADA}`, `smtp:${alias}`] });
  const twin = { mail: "twin@contoso.example" };
  const accounts = [ada, somebody("one@contoso.example", twin), somebody("two@contoso.example", twin)];
  const world = await anAbsenceWorld(t, { accounts, voiceMail: [{ alias: ADA }] });
  const { service } = world;
  const ask = (email: string, monitor = true): Promise<string> => service.monitor({ email, monitor });
  assert.equal(await ask("nobody@contoso.example"), "unknown");
  assert.equal(await ask("nobody@contoso.example", false), "unknown");
  assert.equal(await ask("' or true or mail eq '"), "unknown");
  assert.equal(await ask(twin.mail), "ambiguous");
  assert.deepEqual(await service.list(), []);
  assert.equal(await ask(alias.toUpperCase()), "done");
  assert.deepEqual(
    (await service.list()).map(({ email }) => email),
    [alias.toUpperCase()],
  );
  // By another of their addresses it is the same user, who has one row.
  assert.equal(await ask(ADA), "done");
  assert.deepEqual(
    (await service.list()).map(({ email }) => email),
    [ADA],
  );
  assert.equal(await ask(alias, false), "done");
  assert.deepEqual(await service.list(), []);
});

test("somebody who has left the directory can be stopped", async (t) => {
  const world = await anAbsenceWorld(t, { accounts: [ADA] });
  await world.service.monitor({ email: ADA, monitor: true });
  world.graph.mailbox(ADA).changeUser({ mail: null, userPrincipalName: "gone@contoso.example" });
  assert.equal(await world.service.monitor({ email: ADA.toUpperCase(), monitor: false }), "done");
  assert.deepEqual(await world.service.list(), []);
});

test("an address that has passed to somebody else tells of that one alone", async (t) => {
  const sales = "sales@contoso.example";
  const world = await anAbsenceWorld(t, { voiceMail: [{ alias: sales }] });
  const { graph, service } = world;
  graph.mailbox(ADA).changeUser({ proxyAddresses: [`smtp:${sales}`] });
  await service.monitor({ email: sales, monitor: true });
  graph.mailbox(ADA).changeUser({ proxyAddresses: [] });
  graph.mailbox(BLAISE).changeUser({ proxyAddresses: [`smtp:${sales}`] });
  await service.monitor({ email: sales.toUpperCase(), monitor: true });
  await service.monitor({ email: sales, monitor: true });
  assert.deepEqual(
    (await service.list()).map(({ id, email }) => [id, email]),
    [[graph.mailbox(BLAISE).user.id, sales]],
  );
  world.setReplies(ADA, AWAY);
  await world.ticks(2);
  assert.deepEqual(world.greetings(), [`False ${sales}`]);
});

test("a mediator that is registered again is told again, also what has not changed", async (t) => {
  const world = await anAbsenceWorld(t, { accounts: [ADA] });
  await world.ticks(3);
  assert.deepEqual(world.greetings(), [`False ${ADA}`]);
  const report = await world.service.synchronize();
  assert.deepEqual([report.reachable, report.synchronized], [true, true]);
  await world.ticks(3);
  assert.deepEqual(world.greetings(), [`False ${ADA}`, `False ${ADA}`]);
});

test("a quiet tick writes nothing, and takes no lock", async (t) => {
  const world = await anAbsenceWorld(t);
  world.setReplies(ADA, AWAY);
  await world.ticks(2);
  const before = world.writes();
  await world.ticks(9);
  assert.equal(world.writes(), before);
  // That it is still at work is written down every ten minutes.
  await world.tick();
  assert.equal(world.writes(), before + 1);
  const lastCheck = new Date(world.clock.now().getTime() - 60_000).toISOString();
  assert.equal((await world.watched(ADA)).lastCheck, lastCheck);
  assert.equal((await world.anotherHost().list())[0]?.lastCheck, lastCheck);
});

test("while nobody is watched the mediator is asked at most hourly, and looked for until it is there", async (t) => {
  const world = await anAbsenceWorld(t, { accounts: [], voiceMail: [] });
  const asked = (path: string): number =>
    world.mediator.exchanges.filter((each) => each.path === path).length;
  world.mediator.faults.add({ kind: "status", status: 502, path: "^/$", times: 3 });
  await world.ticks(3);
  assert.deepEqual([asked("/"), asked("/api/setup")], [3, 0]);
  // A silent log would mean that the watch has stopped.
  assert.equal(world.log.lines.filter((line) => line.includes("ROLLCALL_ABSENCE_OK")).length, 3);
  await world.ticks(60);
  assert.deepEqual([asked("/"), asked("/api/setup")], [4, 1]);
  await world.ticks(2);
  assert.deepEqual([asked("/"), asked("/api/setup")], [5, 2]);
  // A clock that was set back does not make it wait until it was there before.
  await world.anotherHost({ clock: fakeClock("2026-11-02T12:00:00Z") }).watch(world.log);
  assert.deepEqual([asked("/"), asked("/api/setup")], [6, 3]);
  world.mediator.faults.add({ kind: "status", status: 500, path: "^/$" });
  const report = await world.service.synchronize();
  assert.deepEqual([report.reachable, report.synchronized], [false, false]);
  assert.match(report.detail, /not reachable at MEDIATOR_URL: it answered 500/u);
});

test("a mediator that takes minutes to send its users is not said to have failed", async (t) => {
  const world = await anAbsenceWorld(t);
  world.mediator.faults.add({ kind: "hang", path: "setup", times: 0 });
  const syncing = world.service.synchronize();
  await world.clock.asleep(150_000);
  await world.clock.advance(150_000);
  const { reachable, synchronized, isPending, detail } = await syncing;
  assert.deepEqual([reachable, synchronized, isPending], [true, false, true]);
  assert.match(detail, /has not ended within 150 s.*GET \/api\/monitor/u);
});

test("nobody is said to have been checked before they were registered, or while nothing could be read", async (t) => {
  const world = await anAbsenceWorld(t);
  const { service, clock } = world;
  await service.monitor({ email: ADA, monitor: true });
  const checkedAt = clock.now().toISOString();
  await world.tick();
  await service.monitor({ email: BLAISE, monitor: true });
  world.graph.faults.add({ kind: "status", status: 503, path: "batch", times: 0 });
  await assert.rejects(world.tick());
  assert.equal((await world.watched(ADA)).lastCheck, checkedAt);
  assert.equal((await world.watched(BLAISE)).lastCheck, undefined);
});

test("who could not be asked about is not said to have been checked with the others", async (t) => {
  const world = await anAbsenceWorld(t);
  await world.ticks(2);
  const { lastCheck } = await world.watched(ADA);
  const { id } = world.graph.mailbox(ADA).user;
  world.graph.faults.add({ kind: "status", status: 503, path: id, times: 0 });
  await world.ticks(11);
  assert.equal((await world.watched(ADA)).lastCheck, lastCheck);
  assert.equal((await world.anotherHost().list()).find(({ email }) => email === ADA)?.lastCheck, lastCheck);
  assert.notEqual((await world.watched(BLAISE)).lastCheck, lastCheck);
  world.graph.faults.clear();
  await world.tick();
  assert.notEqual((await world.watched(ADA)).lastCheck, lastCheck);
});
