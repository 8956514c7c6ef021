import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { webexPace } from "../../shared/webex/pace.ts";
import { type FakeClock, fakeClock } from "../fakes/fake-clock.ts";

const LATENCY_MS = 50;
const AT_ONCE = 16;
const PATIENT = new AbortController().signal;

/** Lets requests pass by some rule of its own; the seconds to wait otherwise. */
type Limiter = (nowMs: number) => number | undefined;

function tokenBucket(perSecond: number, burst = perSecond): Limiter {
  let [tokens, filledAt] = [burst, 0];
  return (now) => {
    tokens = Math.min(burst, tokens + ((now - filledAt) / 1000) * perSecond);
    filledAt = now;
    if (tokens < 1) return 1;
    tokens -= 1;
    return undefined;
  };
}

function windowsOfOneSecond(perSecond: number): Limiter {
  const counts = new Map<number, number>();
  return (now) => {
    const second = Math.floor(now / 1000);
    const count = counts.get(second) ?? 0;
    if (count >= perSecond) return 1;
    counts.set(second, count + 1);
    return undefined;
  };
}

function slidingSecond(perSecond: number): Limiter {
  let passed: number[] = [];
  return (now) => {
    passed = passed.filter((time) => time > now - 1000);
    if (passed.length >= perSecond) return 1;
    passed.push(now);
    return undefined;
  };
}

interface Drive {
  /** When requests were let through, milliseconds from the start. */
  passed: number[];
  refused: number[];
}

/** Sends as many requests as the pace lets, for some time. */
async function drive(limiter: Limiter, seconds: number): Promise<Drive> {
  const clock: FakeClock = fakeClock("2026-11-03T04:30:00Z");
  const start = clock.now().getTime();
  const elapsed = (): number => clock.now().getTime() - start;
  const pace = webexPace({ clock });
  const result: Drive = { passed: [], refused: [] };
  const send = async (): Promise<void> => {
    while (elapsed() < seconds * 1000) {
      await pace.enter(PATIENT);
      await clock.sleep(LATENCY_MS / 2);
      const waitSeconds = limiter(elapsed());
      (waitSeconds === undefined ? result.passed : result.refused).push(elapsed());
      await clock.sleep(LATENCY_MS / 2);
      if (waitSeconds === undefined) pace.heed(200, undefined);
      else pace.heed(429, waitSeconds * 1000);
    }
  };
  const senders = Array.from({ length: AT_ONCE }, send);
  await clock.advance(seconds * 1000);
  await clock.advance(10_000);
  await Promise.all(senders);
  return { ...result, passed: result.passed.filter((time) => time < seconds * 1000) };
}

suite("the pace of an account", () => {
  const limiters: [name: string, limiter: (perSecond: number) => Limiter, least: number][] = [
    ["a bucket that refills", tokenBucket, 0.95],
    ["windows of a second", windowsOfOneSecond, 0.88],
    ["a second that slides", slidingSecond, 0.88],
    ["a bucket that holds little", (perSecond) => tokenBucket(perSecond, perSecond / 5), 0.7],
  ];
  for (const [name, limiter, least] of limiters) {
    test(`is at least ${least} of the 30 requests a second that ${name} allows`, async (context) => {
      const { passed, refused } = await drive(limiter(30), 60);
      const share = passed.length / (60 * 30);
      context.diagnostic(`achieved/allowed ${share.toFixed(3)}, ${refused.length} refused`);
      assert.ok(share >= least, `only ${share}`);
      assert.ok(refused.length < passed.length / 20, `${refused.length} refused, ${passed.length} passed`);
    });
  }

  test("is limited by nothing as long as nobody complains", async () => {
    const { passed } = await drive(() => undefined, 10);
    assert.ok(passed.length >= AT_ONCE * (1000 / LATENCY_MS) * 9.5, String(passed.length));
  });

  test("is found again when more is allowed than before", async () => {
    const [slow, fast] = [tokenBucket(5), tokenBucket(50)];
    const { passed } = await drive((now) => (now < 10_000 ? slow(now) : fast(now)), 180);
    const inTheEnd = passed.filter((time) => time >= 160_000).length / 20;
    assert.ok(inTheEnd > 45, String(inTheEnd));
  });

  test("is nothing at all while the service has asked to be left alone", async () => {
    const { passed, refused } = await drive(tokenBucket(20), 30);
    const sent = [...passed, ...refused].sort((one, other) => one - other);
    for (const [index, time] of refused.entries()) {
      // What was under way when the answer came is not called back.
      const isFirst = index === 0 || time - (refused[index - 1] ?? 0) > 500;
      if (!isFirst) continue;
      const disturbing = sent.filter((other) => other > time + LATENCY_MS && other < time + 1000);
      assert.deepEqual(disturbing, [], `after ${time}`);
    }
  });

  test("is not learned from a locked resource, which is one complaint about one thing", async () => {
    const clock = fakeClock("2026-11-03T04:30:00Z", { auto: true });
    const pace = webexPace({ clock });
    for (let request = 0; request < 20; request += 1) {
      await pace.enter(PATIENT);
      pace.heed(200, undefined);
    }
    pace.heed(423, 2000);
    await pace.enter(PATIENT);
    assert.deepEqual(clock.sleeps, [2000]);
    for (let request = 0; request < 20; request += 1) await pace.enter(PATIENT);
    assert.deepEqual(clock.sleeps, [2000]);
  });
});
