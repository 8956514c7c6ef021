import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { steppingClock } from "./stepping-clock.ts";

const NOON = new Date("2026-11-03T12:00:00Z");

suite("a clock that steps", () => {
  test("wakes who sleeps in the order of their times, and again within one stretch", async () => {
    const clock = steppingClock(NOON);
    const woken: string[] = [];
    const at = (): string => clock.now().toISOString().slice(14, 19);
    void clock.sleep(5000).then(() => woken.push(`late ${at()}`));
    void clock
      .sleep(1000)
      .then(() => woken.push(`early ${at()}`))
      .then(() => clock.sleep(2000))
      .then(() => woken.push(`again ${at()}`));
    await clock.advance(10_000);
    assert.deepEqual(woken, ["early 00:01", "again 00:03", "late 00:05"]);
    assert.equal(at(), "00:10");
  });

  test("goes on to the next waking when nothing else is left to do", async () => {
    const clock = steppingClock(NOON);
    const sleep = clock.sleep(30_000);
    void clock.sleep(60_000);
    clock.wakeNext();
    await sleep;
    assert.equal(+clock.now() - +NOON, 30_000);
  });

  test("lets short questions pass at once", async () => {
    const clock = steppingClock(NOON);
    await clock.sleep(100);
    assert.equal(+clock.now() - +NOON, 100);
  });

  test("wakes nobody who was told to sleep no longer", async () => {
    const clock = steppingClock(NOON);
    const stop = new AbortController();
    const sleep = clock.sleep(1000, stop.signal);
    stop.abort(new Error("enough"));
    await assert.rejects(sleep, /enough/);
    await assert.rejects(clock.sleep(1000, stop.signal), /enough/);
    clock.wakeNext();
    assert.equal(+clock.now(), +NOON);
  });
});
