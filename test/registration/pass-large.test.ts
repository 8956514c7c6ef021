import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Run } from "../../shared/registration/run.ts";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { ADA, card, GRACE, invited, session, sessions } from "../worlds/seeds.ts";
import { COACH } from "../worlds/services.ts";

/** What `session()` is marked with once it has been announced. */
const MARK = {
  sent: true,
  start: "2026-11-03T05:00:00.000000+0000",
  end: "2026-11-04T04:59:59.000000+0000",
  students: '{"mail": "ada@example.org", "name": "Ada Lovelace"}',
  adults: '{"mail": "grace@example.org", "name": "Grace Hopper"}',
  mentors: "",
};
const announced = { extensions: { "org.mantabots": MARK } };

function cards(count: number): (typeof ADA)[] {
  return Array.from({ length: count }, (_, index) =>
    card(`Person ${index + 1}`, "Team Member", `p${index + 1}@x.org`),
  );
}

/** The report of a pass, and what it really asked of Graph and the login. */
async function countedRun(world: World, request?: object): Promise<{ run: Run; requests: number }> {
  const asked = (): number => world.graph.stats.requests + world.login.exchanges.length;
  const before = asked();
  const run = await world.run(request);
  return { run, requests: asked() - before };
}

test("250 contacts and 60 sessions on many pages are all read", async (t) => {
  const people = cards(249);
  const events = sessions(60);
  for (const [index, event] of events.entries()) {
    event.attendees = [invited(people[4 * index + 3] ?? ADA), invited(GRACE)];
  }
  const world = await aWorld(t, { contacts: [...people, GRACE], events });
  world.graph.settings.largestPage = 7;
  const run = await world.run();
  assert.deepEqual([run.status, new Set(outcomesOf(run))], ["ok", new Set(["sent new"])]);
  assert.deepEqual([world.requests("GET", "/me/contacts"), world.requests("GET", "/calendarView")], [36, 9]);
  const named = world.mailbox.sent.map(({ text }) => text?.match(/Students:\n- (.*)\n$/)?.[1]);
  assert.deepEqual(new Set(named), new Set(events.map((_, index) => `Person ${4 * index + 4}`)));
  assert.equal(named.length, 60);
});

suite("a quiet pass makes six requests at the most", () => {
  test("when 900 sessions are all announced, among 900 contacts", async (t) => {
    const world = await aWorld(t, {
      contacts: [...cards(898), ADA, GRACE],
      events: sessions(900, announced),
    });
    const { run, requests } = await countedRun(world);
    assert.deepEqual([run.status, outcomesOf(run).length], ["ok", 900]);
    assert.deepEqual(new Set(outcomesOf(run)), new Set(["skipped already_registered"]));
    assert.deepEqual([requests, run.requests], [4, 4]);
  });

  test("when the sender has to be compared with the signed-in account, and the token is new", async (t) => {
    const mail = { from: { address: COACH } };
    const world = await aWorld(t, { events: [session(announced)], team: { mail } });
    const { run, requests } = await countedRun(world);
    assert.deepEqual([run.status, requests, run.requests], ["ok", 5, 5]);
  });

  test("when nothing is due", async (t) => {
    const world = await aWorld(t, { events: sessions(900, { subject: "Outreach" }) });
    const { run, requests } = await countedRun(world);
    assert.deepEqual([run.status, run.events, requests], ["ok", [], 4]);
    assert.equal((await countedRun(world)).requests, 3, "the token is used again");
  });
});

for (const [due, batches] of [
  [1, 1],
  [3, 3],
  [12, 4],
  [22, 5],
] as const) {
  test(`${due} notices with their marks add ${batches} requests`, async (t) => {
    const world = await aWorld(t, { events: [...sessions(due), ...sessions(30, announced)] });
    const { run, requests } = await countedRun(world);
    assert.deepEqual([run.status, world.mailbox.sent.length], ["ok", due]);
    assert.deepEqual([requests, run.requests], [4 + batches, 4 + batches]);
  });
}

suite("a mailbox is never asked more than four things at once", () => {
  test("when many notices are due", async (t) => {
    const world = await aWorld(t, { events: sessions(30) });
    world.graph.faults.latencyMs = 2;
    const run = await world.run();
    assert.equal(new Set(outcomesOf(run)).size, 1);
    const most = world.graph.stats.maxInFlight.get(COACH) ?? 0;
    assert.ok(most > 1 && most <= 4, `${most} were in flight`);
    assert.equal(world.graph.stats.throttled, 0);
  });

  test("when several teams share it, and the marks come in batches", async (t) => {
    const teams = Object.fromEntries(
      ["sharks", "rays", "eels"].map((name) => [
        name,
        { calendar: { topic: name, extension: `org.${name}` } },
      ]),
    );
    const events = ["Team Session", "sharks", "rays", "eels"].flatMap((subject) =>
      sessions(25, { ...announced, subject }),
    );
    const world = await aWorld(t, { contacts: [...cards(60), ADA, GRACE], events, teams });
    Object.assign(world.graph.settings, { extensionExpand: "ignores", largestPage: 10 });
    world.graph.faults.latencyMs = 2;
    const runs = await world.runAll({ dryRun: true });
    assert.equal(world.graph.stats.throttled, 0);
    assert.deepEqual(
      runs.map((run) => [run.team, run.status, run.warnings]),
      ["eels", "rays", "robots", "sharks"].map((team) => [team, "ok", []]),
    );
  });
});
