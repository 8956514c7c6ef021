import assert from "node:assert/strict";
import { test } from "node:test";
import { DeadlineError, untilAborted, withinDeadline } from "../../shared/http/deadline.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const never = new Promise<never>(() => undefined);

test("work that ends in time gives what it gives, and leaves no timer behind", async () => {
  const clock = fakeClock("2026-11-03T04:00:00Z");
  assert.equal(await withinDeadline({ milliseconds: 1000, clock }, async () => "done"), "done");
  await clock.advance(5000);
});

test("work that takes too long is told to stop, and its caller goes on whether it does or not", async () => {
  const clock = fakeClock("2026-11-03T04:00:00Z");
  let told: AbortSignal | undefined;
  const outcome = withinDeadline({ milliseconds: 1000, clock }, (signal) => {
    told = signal;
    return never;
  });
  const refused = assert.rejects(outcome, DeadlineError);
  await clock.advance(1000);
  await refused;
  assert.ok(told?.aborted);
});

test("the caller's own reason wins over the error a library makes of an abort", async () => {
  const clock = fakeClock("2026-11-03T04:00:00Z");
  const stop = new AbortController();
  const outcome = withinDeadline({ milliseconds: 1000, clock, signal: stop.signal }, (signal) => {
    const { promise, reject } = Promise.withResolvers<never>();
    signal.addEventListener("abort", () => reject(new Error("AbortError of a library")));
    return promise;
  });
  stop.abort(new Error("the pass is over"));
  await assert.rejects(outcome, /the pass is over/);
});

test("with a signal that has aborted already, the work does not begin", async () => {
  const clock = fakeClock("2026-11-03T04:00:00Z");
  const signal = AbortSignal.abort(new Error("too late"));
  const work = (): Promise<void> => assert.fail("it began");
  await assert.rejects(withinDeadline({ milliseconds: 1000, clock, signal }, work), /too late/);
  await assert.rejects(untilAborted(never, signal), /too late/);
});
