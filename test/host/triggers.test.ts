import assert from "node:assert/strict";
import { test } from "node:test";
import type { TestContext } from "node:test";
import type { ScheduleStatus } from "../../infra/local/host/trigger-data.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import type { FakeClock } from "../fakes/fake-clock.ts";
import { startFixture } from "./fixture-host.ts";
import type { FixtureHost } from "./fixture-host.ts";

const HOUR = 3_600_000;
const env = { FIXTURE_SCHEDULE: "15 * * * * *", FIXTURE_QUEUE: "fixtures" };

async function startTriggers(
  t: TestContext,
  now: string,
  { name = "triggers", timerStatuses = new Map<string, ScheduleStatus>() } = {},
): Promise<FixtureHost & { clock: FakeClock; timerStatuses: Map<string, ScheduleStatus> }> {
  const clock = fakeClock(now);
  // The time is moved in leaps here; a timeout would take them for slow functions.
  const hostJson = { functionTimeout: "-1" };
  const fixture = await startFixture(t, name, { env, clock, timerStatuses, hostJson });
  return { ...fixture, clock, timerStatuses };
}

test("a timer fires at its occurrences, and learns of the last and the next", async (t) => {
  const { clock, log } = await startTriggers(t, "2026-11-03T03:59:50Z");
  await clock.asleep(10_000);
  await clock.advance(10_000);
  const first = await log.said(/^daily/);
  assert.deepEqual(JSON.parse(first.message.slice("daily ".length)), {
    schedule: { adjustForDST: true },
    scheduleStatus: {
      last: "0001-01-01T00:00:00+00:00",
      lastUpdated: "2026-11-03T03:59:50+00:00",
      next: "2026-11-03T04:00:00+00:00",
    },
    isPastDue: false,
  });
  await log.said(/^Executing 'Functions\.daily' \(Reason='Timer fired at 2026-11-03T04:00:00\.000Z'/);
  await log.said(/^Executed 'Functions\.daily' \(Succeeded/);
  await clock.asleep(HOUR);
  await clock.advance(24 * HOUR);
  const second = await log.said(/^daily/, 2);
  assert.match(second.message, /"last":"2026-11-03T04:00:00\+00:00".*"next":"2026-11-04T04:00:00\+00:00"/);
});

test("a timer that fails is not tried again before its next occurrence", async (t) => {
  const { clock, log, host } = await startTriggers(t, "2026-11-03T12:00:10Z");
  assert.deepEqual(
    host.functions.flatMap((one) => (one.trigger === "timer" ? [[one.name, one.schedule.expression]] : [])),
    [
      ["at-start", "0 0 0 1 1 *"],
      ["by-setting", "15 * * * * *"],
      ["daily", "0 0 4 * * *"],
    ],
  );
  await clock.asleep(5000);
  await clock.advance(5000);
  await log.said(/^Executed 'Functions\.by-setting' \(Failed/);
  await clock.asleep(60_000);
  await clock.advance(59_999);
  assert.equal(log.count(/^Executing 'Functions\.by-setting'/), 1);
  await clock.advance(1);
  await log.said(/^Executed 'Functions\.by-setting' \(Failed/, 2);
});

test("a timer never overlaps itself: what it missed while it ran follows once, at once", async (t) => {
  const { clock, log, fetch } = await startTriggers(t, "2026-11-03T12:29:59Z", { name: "slow" });
  await clock.asleep(1000);
  await clock.advance(1000);
  await log.said(/^slow begins/);
  await clock.advance(3 * HOUR);
  assert.equal(log.count(/^Executing 'Functions\.slow'/), 1);
  await fetch("/api/release");
  await log.said(/^slow begins/, 2);
  await fetch("/api/release");
  await log.said(/^Executed 'Functions\.slow'/, 2);
  assert.equal(log.count(/^Executing 'Functions\.slow'/), 2);
});

test("a timer with runOnStartup runs when the host starts", async (t) => {
  const { log } = await startTriggers(t, "2026-11-03T12:00:00Z");
  assert.equal((await log.said(/^at-start/)).message, "at-start, past due: false");
});

test("an occurrence missed while no host ran is past due, and made up for once", async (t) => {
  const first = await startTriggers(t, "2026-11-02T12:00:00Z");
  await first.host.close();
  const { log } = await startTriggers(t, "2026-11-04T12:00:00Z", first);
  await log.said(/'daily' is past due/);
  const { message } = await log.said(/^daily/);
  assert.match(message, /"next":"2026-11-03T04:00:00\+00:00".*"isPastDue":true/);
  await log.said(/^Executed 'Functions\.daily'/);
  assert.equal(log.count(/^Executing 'Functions\.daily'/), 1);
});

test("a schedule that has changed since is not past due", async (t) => {
  const then = {
    last: undefined,
    next: new Date("2026-11-02T05:00:00Z"),
    lastUpdated: new Date("2026-11-02T00:00:00Z"),
  };
  const { log, timerStatuses } = await startTriggers(t, "2026-11-04T12:00:00Z", {
    timerStatuses: new Map([["daily", then]]),
  });
  await log.said(/^at-start/);
  assert.equal(log.count(/past due on startup/), 0);
  assert.equal(timerStatuses.get("daily")?.next?.toISOString(), "2026-11-05T04:00:00.000Z");
});

test("a fired timer gets its data, and the one who fired it learns how it ended", async (t) => {
  const { host, log } = await startTriggers(t, "2026-11-03T12:00:00Z");
  await host.fire("Daily");
  assert.match((await log.said(/^daily/)).message, /"isPastDue":false/);
  await log.said(/^Executing 'Functions\.daily' \(Reason='This function was programmatically called/);
  await assert.rejects(host.fire("by-setting"), { name: "FunctionFailedError", message: "fails every time" });
  await assert.rejects(host.fire("plain"), { name: "UnknownFunctionError" });
  await assert.rejects(host.fire("unknown"), { name: "UnknownFunctionError" });
});

test("a queue function is listed, and fired with its message, which is parsed when it is JSON", async (t) => {
  const { host, log } = await startTriggers(t, "2026-11-03T12:00:00Z");
  const queued = host.functions.find(({ name }) => name === "queued");
  assert.equal(queued?.trigger === "queue" ? queued.queueName : undefined, "fixtures");
  await host.fire("queued", '{"team":"mantabots"}');
  assert.equal((await log.said(/^queued/)).message, 'queued {"team":"mantabots"} 0');
  await host.fire("queued", "plain text");
  assert.equal((await log.said(/^queued/, 2)).message, 'queued "plain text" 0');
});
