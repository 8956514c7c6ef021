import assert from "node:assert/strict";
import { suite, test } from "node:test";
import fc from "fast-check";
import { daysUntil, healthOf, planWarning, type Watched } from "../../shared/connections/watch.ts";

const DAY_MS = 24 * 60 * 60 * 1000;
const NOW = new Date("2026-11-03T06:00:00Z");

function inDays(days: number): Date {
  return new Date(NOW.getTime() + days * DAY_MS);
}

function endingIn(days: number, ...warnedDays: number[]): Watched {
  return { expiresAt: inDays(days), warnedDays };
}

suite("what the operator is told", () => {
  for (const [says, watched, expected] of [
    ["nothing of what nobody knows the end of", { warnedDays: [] }, undefined],
    ["nothing of what has 90 days left", endingIn(90), undefined],
    ["nothing of what has a little more than 14 days left", endingIn(14.01), undefined],
    ["that there are 14 days left", endingIn(14), [14]],
    ["that there are 14 days left, of which one has begun", endingIn(13.2), [14]],
    ["nothing between 14 and 7 days, when it was told at 14", endingIn(10, 14), undefined],
    ["that there are 7 days left", endingIn(7, 14), [14, 7]],
    ["nothing between 7 and 2 days, when it was told at 7", endingIn(3, 14, 7), undefined],
    ["that there are 2 days left", endingIn(2, 14, 7), [14, 7, 2]],
    ["nothing on the last day, when it was told at 2", endingIn(0.5, 14, 7, 2), undefined],
    ["one warning for all that were missed", endingIn(1.5), [14, 7, 2]],
    ["the warnings that are left, when the first was missed", endingIn(6), [14, 7]],
  ] satisfies [string, Watched, number[] | undefined][]) {
    test(says, () => {
      const warning = planWarning(watched, NOW);
      assert.deepEqual(warning && warning.kind === "expiring" && warning.warnedDays, expected);
    });
  }

  test("that something is dead, as soon as its time has passed", () => {
    const warning = planWarning(endingIn(0, 14, 7, 2), NOW);
    assert.deepEqual(warning, { kind: "dead", code: "expired", since: NOW, told: false });
  });

  test("that something is dead, whatever time it had left", () => {
    const since = inDays(-0.1);
    const warning = planWarning({ ...endingIn(60), trouble: { code: "consent_expired", since } }, NOW);
    assert.deepEqual(warning, { kind: "dead", code: "consent_expired", since, told: false });
  });

  test("of a death once, though the next run gives it another name", () => {
    const told = { ...endingIn(-2, 14, 7, 2), toldOfTroubleAt: inDays(-1.9) };
    const failed = { ...told, trouble: { code: "consent_expired", since: inDays(-1) } };
    assert.deepEqual(planWarning(failed, NOW), {
      kind: "dead",
      code: "consent_expired",
      since: inDays(-2),
      told: true,
    });
  });

  test("of a second death anew, when it had been alive in between", () => {
    const trouble = { code: "consent_expired", since: inDays(-1) };
    const warning = planWarning({ ...endingIn(60), trouble, toldOfTroubleAt: inDays(-30) }, NOW);
    assert.equal(warning?.kind === "dead" && warning.told, false);
  });
});

test("days are counted with the one that has begun", () => {
  const count = [0, 0.1, 1, 1.1, 90].map((days) => daysUntil(inDays(days), NOW));
  assert.deepEqual(count, [0, 1, 1, 2, 90]);
  assert.equal(daysUntil(inDays(-3), NOW), 0);
});

test("whatever days the check misses, it is never silent about an end, and never says the same twice", () => {
  const checks = fc.array(fc.boolean(), { minLength: 100, maxLength: 100 });
  fc.assert(
    fc.property(checks, fc.double({ min: 0, max: 90, noNaN: true }), (runs, life) => {
      const watched = { expiresAt: inDays(life), warnedDays: [] as number[] };
      let told: Date | undefined;
      const warnings: number[] = [];
      runs.forEach((doesRun, day) => {
        if (!doesRun) return;
        const now = inDays(day);
        const known = { ...watched, ...(told ? { toldOfTroubleAt: told } : {}) };
        const warning = planWarning(known, now);
        const { state } = healthOf(known, now);
        if (state === "healthy") assert.equal(warning, undefined);
        if (state === "dead") {
          assert.ok(warning?.kind === "dead" && warning.told === (told !== undefined));
          told ??= now;
        }
        if (state === "expiring") assert.ok(warning ?? watched.warnedDays.length > 0);
        if (warning?.kind === "expiring") {
          assert.ok(warning.warnedDays.length > watched.warnedDays.length);
          watched.warnedDays = warning.warnedDays;
          warnings.push(warning.daysLeft);
        }
      });
      assert.ok(warnings.length <= 3);
      assert.deepEqual(warnings, [...new Set(warnings)]);
    }),
  );
});
