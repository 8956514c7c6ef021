import assert from "node:assert/strict";
import { suite, test, type TestContext } from "node:test";
import type { MembershipService } from "../../shared/membership/service.ts";
import { LAST_PART, type WorkMessage } from "../../shared/membership/work-message.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";
import { ME, type MembershipWorld, ROOM, SPACE } from "../worlds/membership-world.ts";
import { cutOff } from "./cut-off.ts";
import { aHeldSpace, held, LEAVERS, tokenIn } from "./held-space.ts";
import { type SteadyLeases, steadyLeases } from "./steady-leases.ts";

const MINUTE = 60_000;
const ANSWER_MS = 190_000;
/** The queue goes on with what somebody asked for, whether its process has ended or its time was over. */
const GO_ON_MS = 4 * MINUTE;
const DIRECTORY = /^GET .*\/people\?max/;
const ADDITION = /^POST .*\/memberships$/;

type Ask = (service: MembershipService) => Promise<{ location?: string | undefined }>;

type Asked = [what: string, prepare: (world: MembershipWorld) => Promise<Ask>, members: string[]];

const APPROVED: Asked = [
  "a plan that is approved",
  async (world) => {
    const token = tokenIn((await held(world)).approve);
    return (service) => service.approve(token, world.log);
  },
  [ME, "eve@example.org"],
];

/** What somebody can ask for, in a space whose plan is held, and who is in the space when it is done. */
const ASKED: Asked[] = [
  [
    "a sync",
    async (world) => {
      const space_id = world.webex.space(ROOM).id;
      const file = { space_id, excluded_emails: LEAVERS, max_removals: { count: 9, percent: 100 } };
      await world.writeConfig(`spaces/${SPACE}.json`, file);
      return (service) => service.syncNow({}, world.log) as ReturnType<Ask>;
    },
    [ME, "eve@example.org"],
  ],
  [
    "a plan that is forced",
    async (world) => {
      const { hash } = await held(world);
      return (service) => service.syncNow({ force: hash }, world.log) as ReturnType<Ask>;
    },
    [ME, "eve@example.org"],
  ],
  APPROVED,
  [
    "a run that is taken back",
    async (world) => {
      const { hash } = await held(world);
      const { runId } = await world.sync({ force: hash });
      await world.clock.advance(GO_ON_MS);
      await world.drain();
      return (service) => service.undo({ runId }, world.log) as ReturnType<Ask>;
    },
    [ME, ...LEAVERS],
  ],
];

/** A space whose plan is held, and how somebody asks for something there, a second after whatever came before. */
async function prepared(
  t: TestContext,
  prepare: (world: MembershipWorld) => Promise<Ask>,
): Promise<{ world: MembershipWorld; ask: Ask }> {
  const world = await aHeldSpace(t);
  const ask = await prepare(world);
  await world.clock.advance(1000);
  return { world, ask };
}

interface SlowHost {
  service: MembershipService;
  /** Of its runs alone: a request does not end by it. */
  clock: FakeClock;
  leases: SteadyLeases;
}

function aSlowHost(world: MembershipWorld): SlowHost {
  const clock = fakeClock(world.clock.now(), { auto: 8000 });
  const leases = steadyLeases();
  return { service: world.anotherHost({ ...leases, clock }), clock, leases };
}

/** Requests like this one get no answer; once there is one, something else happens. */
async function hanging<T>(
  { webex: { faults } }: MembershipWorld,
  request: RegExp,
  work: () => Promise<T>,
  meanwhile: () => void | Promise<void>,
): Promise<T> {
  const asked = Promise.withResolvers<void>();
  faults.add({
    decide: ({ method, target }) => {
      if (!request.test(`${method} ${target}`)) return undefined;
      asked.resolve();
      return { kind: "hang" };
    },
  });
  const working = work();
  await Promise.race([asked.promise, working.then(() => assert.fail("It was never asked for."))]);
  await meanwhile();
  const done = await working;
  faults.clear();
  return done;
}

/** Parts of the messages in the queue. */
function partsIn({ queue }: MembershipWorld): number[] {
  return queue.messages.map(({ body }) => (body as WorkMessage).part);
}

async function timersMessage(world: MembershipWorld): Promise<unknown> {
  await world.timer();
  return world.queue.messages.at(-1)?.body;
}

suite("what somebody asked for goes on in the queue:", () => {
  const cannotBeBegun: [why: string, end: (host: SlowHost) => void | Promise<void>, asked: Asked[]][] = [
    ["cannot be read in the time of an answer", ({ clock }) => clock.advance(ANSWER_MS), ASKED],
    ["has lost its lock before it was begun", ({ leases }) => leases.lose(), [APPROVED]],
  ];
  for (const [why, end, asked] of cannotBeBegun) {
    for (const [what, prepare, members] of asked) {
      test(`${what} and ${why}`, async (t) => {
        const { world, ask } = await prepared(t, prepare);
        const before = world.members();
        const host = aSlowHost(world);
        const answer = await hanging(
          world,
          DIRECTORY,
          () => ask(host.service),
          () => end(host),
        );
        assert.match(answer.location ?? "", /\/api\/memberships\/runs\?/);
        assert.deepEqual([world.members(), partsIn(world)], [before, [0]]);
        assert.equal((await world.history())[0]?.status, "running");
        assert.deepEqual(await world.drain(), []);
        assert.deepEqual(world.members(), members);
        assert.equal((await world.history())[0]?.status, "ok");
      });
    }
  }

  for (const [what, prepare, members] of ASKED) {
    test(`${what} by a process that ends in its middle`, async (t) => {
      const { world, ask } = await prepared(t, prepare);
      const [before, made] = [world.members(), world.changes().length];
      const { host, cut } = cutOff(world, { step: "write", number: 3, at: "before" });
      void ask(world.anotherHost(host));
      await cut;
      assert.notDeepEqual(world.members(), before);
      // As long as it may still be at work nobody sees its message.
      assert.deepEqual(await world.drain(), []);
      assert.equal((await world.history())[0]?.status, "running");
      await world.clock.advance(GO_ON_MS);
      assert.deepEqual(await world.drain(), []);
      const [run] = await world.history();
      assert.deepEqual([run?.status, run?.progress.done], ["ok", 4]);
      assert.deepEqual(world.members(), members);
      assert.equal(world.changes().length, made + 4);
    });
  }

  test("a dry run, too, whose report is kept then", async (t) => {
    const world = await aHeldSpace(t);
    const host = aSlowHost(world);
    const answer = await hanging(
      world,
      DIRECTORY,
      () => host.service.syncNow({ dryRun: true }, world.log),
      () => host.clock.advance(ANSWER_MS),
    );
    assert.deepEqual([answer.kind, await world.history()], ["queued", []]);
    assert.deepEqual(await world.drain(), []);
    const [run, ...others] = await world.history();
    assert.deepEqual([run?.dryRun, run?.status, run?.counts.remove, others], [true, "held", 3, []]);
    assert.deepEqual(world.changes(), []);
  });

  test("once, and not a second time when it has ended well", async (t) => {
    const world = await aHeldSpace(t);
    const run = await world.sync({ force: (await held(world)).hash });
    const requests = world.webex.exchanges.length;
    await world.clock.advance(GO_ON_MS);
    assert.deepEqual(await world.drain(), []);
    assert.equal(world.webex.exchanges.length, requests);
    assert.equal(world.log.lines.at(-1), `info: space ${SPACE}: run ${run.runId} has ended already`);
  });
});

suite("a run whose time is over while an answer does not come", () => {
  test("goes on in the queue, where somebody had asked for it", async (t) => {
    const [, prepare, members] = APPROVED;
    const { world, ask } = await prepared(t, prepare);
    const host = aSlowHost(world);
    const answer = await hanging(
      world,
      ADDITION,
      () => ask(host.service),
      () => host.clock.advance(ANSWER_MS),
    );
    assert.ok(answer.location);
    assert.deepEqual(partsIn(world), [1]);
    await world.clock.advance(GO_ON_MS);
    assert.deepEqual(await world.drain(), []);
    assert.deepEqual(world.members(), members);
    assert.equal(world.changes().length, 4);
    assert.equal((await world.history())[0]?.status, "ok");
  });

  test("goes on in its next parts, also when one of them gets no further than to read", async (t) => {
    const world = await aHeldSpace(t, { file: { max_removals: { count: 9, percent: 100 } } });
    world.webex.people.change("dan@example.org", { loginEnabled: false });
    let message = await timersMessage(world);
    for (const request of [ADDITION, DIRECTORY]) {
      const { service, clock } = aSlowHost(world);
      const runs = await hanging(
        world,
        request,
        () => service.work(message, world.log),
        () => clock.advance(9.5 * MINUTE),
      );
      assert.deepEqual([runs, (await world.history())[0]?.status], [[], "running"]);
      message = world.queue.messages.at(-1)?.body;
    }
    assert.deepEqual(partsIn(world), [0, 1, 2]);
    const [run] = await world.service.work(message, world.log);
    assert.deepEqual([run?.status, run?.progress], ["ok", { peopleRead: 5, done: 2, total: 2 }]);
    assert.deepEqual(world.members(), [ME, "bob@example.org", "carol@example.org", "eve@example.org"]);
  });

  test("before it was begun is tried again later", async (t) => {
    const world = await aHeldSpace(t);
    const message = await timersMessage(world);
    const { service, clock } = aSlowHost(world);
    const [run] = await hanging(
      world,
      DIRECTORY,
      () => service.work(message, world.log),
      () => clock.advance(9.5 * MINUTE),
    );
    assert.deepEqual([run?.status, run?.error?.code], ["failed", "out_of_time"]);
    const next = world.queue.messages.at(-1);
    assert.deepEqual(next?.body, { ...(message as object), attempt: 1 });
    assert.equal(next?.visibleAt.getTime(), world.clock.now().getTime() + 15 * MINUTE);
    assert.deepEqual(world.changes(), []);
  });

  const ends: [when: string, says: RegExp, work: (world: MembershipWorld) => Promise<unknown>][] = [
    [
      "the file of its space is gone by then",
      /^The file spaces\/all-hands\.json went away/,
      async (world) => {
        const config = { place: "nowhere", list: async () => [], read: async () => undefined };
        return world.queue.drain((body) => world.anotherHost({ config }).work(body, world.log));
      },
    ],
    [
      "it has taken far longer than it should",
      /^It took far longer/,
      async (world) => {
        const { service, clock } = aSlowHost(world);
        const message = { ...(world.queue.messages[0]?.body as object), part: LAST_PART };
        const work = (): Promise<unknown> => service.work(message, world.log);
        return hanging(world, DIRECTORY, work, () => clock.advance(9.5 * MINUTE));
      },
    ],
  ];
  for (const [when, says, work] of ends) {
    test(`is closed when ${when}, and can be taken back`, async (t) => {
      const world = await aHeldSpace(t);
      const { hash } = await held(world);
      await world.clock.advance(1000);
      const { host, cut } = cutOff(world, { step: "write", number: 3, at: "before" });
      void world.anotherHost(host).syncNow({ force: hash }, world.log);
      await cut;
      await world.clock.advance(GO_ON_MS);
      await work(world);
      const [run, ...others] = await world.history();
      assert.deepEqual([run?.status, run?.progress.done], ["partial", 1]);
      assert.match(run?.error?.message ?? "", says);
      assert.deepEqual(
        others.map(({ status }) => status),
        ["held"],
      );
      assert.equal((await world.undo(run?.runId ?? "")).status, "ok");
      assert.deepEqual(world.members(), [ME, ...LEAVERS]);
    });
  }
});
