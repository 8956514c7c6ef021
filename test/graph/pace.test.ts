import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { setImmediate } from "node:timers/promises";
import { runChains } from "../../shared/graph/batch-chains.ts";
import { type AnswerHead, mailboxPace, type Pace } from "../../shared/graph/pace.ts";
import { fakeClock, type FakeClock } from "../fakes/fake-clock.ts";
import { batchWorld, statesOf } from "./batch-world.ts";

const START = "2026-11-03T04:00:00Z";
const NEVER = new AbortController().signal;
const FULL_RATE = 10_000 / 600;

interface Mailbox {
  pace: Pace;
  clock: FakeClock;
  /** How long so many requests, one after the other, took to be let go; milliseconds. */
  timeOf(requests: number): Promise<number>;
}

/** A mailbox on a clock that never makes anybody wait. */
function aMailbox(): Mailbox {
  const clock = fakeClock(START, { auto: true });
  const pace = mailboxPace({ clock });
  return {
    clock,
    pace,
    async timeOf(requests) {
      const before = clock.now().getTime();
      for (let count = 0; count < requests; count += 1) await pace.enter(1, NEVER);
      return clock.now().getTime() - before;
    },
  };
}

function refused(retryAfter?: string): AnswerHead {
  return { status: 429, headers: new Map(retryAfter === undefined ? [] : [["retry-after", retryAfter]]) };
}

function used(share: string): AnswerHead {
  return { status: 200, headers: new Map([["x-ms-throttle-limit-percentage", share]]) };
}

/** Requests a second that are let go from now on. */
async function rateOf(mailbox: Mailbox): Promise<number> {
  // The first may have been saved up.
  await mailbox.timeOf(1);
  return 20_000 / (await mailbox.timeOf(20));
}

function assertNear(actual: number, expected: number): void {
  assert.ok(Math.abs(actual / expected - 1) < 0.05, `${actual} is not about ${expected}`);
}

suite("a mailbox's pace", () => {
  test("holds nobody up for as many requests as Outlook allows in ten minutes, and then keeps to that rate", async () => {
    const mailbox = aMailbox();
    assert.equal(await mailbox.timeOf(10_000), 0);
    assertNear(await rateOf(mailbox), FULL_RATE);
  });

  test("rests as long as Retry-After says, and is half as fast then", async () => {
    const mailbox = aMailbox();
    mailbox.pace.heed(refused("7"));
    assert.equal(mailbox.pace.restMs(), 7000);
    assert.equal(await mailbox.timeOf(1), 7000);
    // What was saved up in the rest.
    await mailbox.timeOf(58);
    assertNear(await rateOf(mailbox), FULL_RATE / 2);
  });

  test("rests for a second when there is no Retry-After", async () => {
    const mailbox = aMailbox();
    mailbox.pace.heed(refused());
    assert.equal(await mailbox.timeOf(1), 1000);
  });

  test("takes refusals that come together for one, and rests for the longest", async () => {
    const mailbox = aMailbox();
    for (const seconds of ["2", "4", "1"]) mailbox.pace.heed(refused(seconds));
    assert.equal(await mailbox.timeOf(1), 4000);
    await mailbox.timeOf(34);
    assertNear(await rateOf(mailbox), FULL_RATE / 2);
  });

  test("is halved with each further refusal, down to one request a second", async () => {
    const mailbox = aMailbox();
    for (let count = 0; count < 10; count += 1) {
      mailbox.pace.heed(refused("1"));
      await mailbox.timeOf(1);
    }
    assertNear(await rateOf(mailbox), 1.3);
  });

  test("is as before within ten minutes, if nothing more is refused", async () => {
    const mailbox = aMailbox();
    mailbox.pace.heed(refused("1"));
    await mailbox.clock.sleep(600_000);
    // Saved up meanwhile, at the rate it had.
    assert.equal(await mailbox.timeOf(5000), 0);
    assertNear(await rateOf(mailbox), FULL_RATE);
  });

  test("spends nothing that it saved up when the service says it is near its limit", async () => {
    const mailbox = aMailbox();
    mailbox.pace.heed(used("0.85"));
    assert.equal(mailbox.pace.restMs(), 0);
    assertNear(await rateOf(mailbox), FULL_RATE);
  });

  test("is halved when the service says it is beyond its limit", async () => {
    const mailbox = aMailbox();
    mailbox.pace.heed(used("1.2"));
    await mailbox.timeOf(9);
    assertNear(await rateOf(mailbox), FULL_RATE / 2);
  });

  test("heeds nothing else", async () => {
    const mailbox = aMailbox();
    mailbox.pace.heed({ status: 503, headers: new Map([["retry-after", "9"]]) });
    mailbox.pace.heed({ status: 200, headers: new Map() });
    mailbox.pace.heed(used("much"));
    assert.equal(await mailbox.timeOf(100), 0);
  });

  test("lets a batch go at once, and has the next wait for its parts", async () => {
    const { pace, clock } = aMailbox();
    pace.heed(refused("1"));
    assert.equal(await pace.enter(20, NEVER), true);
    assertNear(clock.now().getTime() - Date.parse(START), 1000);
    await pace.enter(1, NEVER);
    assertNear(clock.now().getTime() - Date.parse(START), 1000 * (21 / (FULL_RATE / 2)));
  });

  test("does not count what was not carried out", async () => {
    const { pace, clock } = aMailbox();
    pace.heed(refused("1"));
    await pace.enter(20, NEVER);
    pace.giveBack(19);
    assert.equal(await pace.enter(1, NEVER), false);
    assert.equal(clock.now().getTime() - Date.parse(START), 1000);
  });

  test("refuses at once what would have to wait for longer than a minute, until that is over", async () => {
    const mailbox = aMailbox();
    mailbox.pace.heed(refused("3600"));
    await assert.rejects(mailbox.timeOf(1), {
      name: "GraphThrottledError",
      effect: "none",
      message: /left alone until 2026-11-03T05:00:00\.000Z/,
    });
    await mailbox.clock.sleep(3_600_000);
    assert.equal(await mailbox.timeOf(1), 0);
  });

  test("ends a wait when the signal aborts, with its reason", async () => {
    const clock = fakeClock(START);
    const pace = mailboxPace({ clock });
    pace.heed(refused("7"));
    const deadline = new AbortController();
    const entering = pace.enter(1, deadline.signal);
    deadline.abort(new Error("no time left"));
    await assert.rejects(entering, /no time left/);
  });
});

suite("whoever uses a mailbox that was throttled", () => {
  test("waits with the others, though it was refused nothing itself, and says that it was slowed down", async (t) => {
    const world = await batchWorld(t, 1);
    const pace = mailboxPace({ clock: world.clock });
    const [one, other] = [await world.openRoad({ pace }), await world.openRoad({ pace })];
    const retryAfter = { "Retry-After": "50" };
    world.graph.faults.add({ kind: "status", status: 429, headers: retryAfter, path: "sendMail$" });
    const sending = runChains(one, [[world.send(0)]], { signal: NEVER });
    await world.clock.asleep(50_000);
    assert.deepEqual([world.counts.requests, world.counts.throttled], [1, 1]);

    const marking = runChains(other, [[world.mark(0)]], { signal: NEVER });
    while (world.clock.sleeps.filter((pause) => pause === 50_000).length < 2) await setImmediate();
    assert.equal(world.counts.requests, 1);
    await world.clock.advance(50_000);
    assert.deepEqual(statesOf([...(await sending), ...(await marking)]), ["202", "201"]);
  });

  test("is told which limit was met, and nobody's ids", async (t) => {
    const world = await batchWorld(t, 1);
    const limit = {
      "retry-after": "1",
      "x-ms-throttle-scope": "Tenant_Application/Write/9a3d526c/0785ef7c",
      "x-ms-throttle-information": "ResourceUnitLimitExceeded",
    };
    world.graph.faults.add({ kind: "status", status: 429, headers: limit, path: "sendMail$", times: 0 });
    const [[outcome] = []] = await runChains(world.road, [[world.send(0)]], { signal: NEVER });
    assert.ok(outcome?.state === "not_run");
    assert.match(outcome.error, / 429 .*\(limit: Tenant_Application\/Write, ResourceUnitLimitExceeded\)/);
    assert.doesNotMatch(outcome.error, /9a3d526c|0785ef7c/);
    assert.equal(world.counts.throttled >= 5, true);
  });
});
