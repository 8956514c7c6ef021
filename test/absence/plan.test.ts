import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { planTick, type Telling } from "../../shared/absence/plan.ts";
import { randomSeed } from "../registration/random-seed.ts";
import { type Fate, PlanWalk, repliesOf, textOf } from "./plan-walk.ts";

const NOW = new Date("2026-11-02T08:00:00.000Z");
const minutesLater = (minutes: number): Date => new Date(NOW.getTime() + minutes * 60_000);
const said = (tellings: readonly Telling[]) => tellings.map(({ news }) => [news.away, textOf(news)]);

suite("a tick", () => {
  for (const [status, away] of [
    ["disabled", false],
    ["alwaysEnabled", true],
  ] as const) {
    test(`tells what it finds at the first check after a registration: ${status}`, () => {
      const walk = new PlanWalk();
      walk.shows = repliesOf(status);
      assert.deepEqual(said(walk.tick(NOW).tell), [[away, "out"]]);
    });
  }

  test("that finds nothing new tells nothing and changes no row", () => {
    for (const kind of ["mediator", "webhook"] as const) {
      const walk = new PlanWalk(kind);
      walk.shows = repliesOf("alwaysEnabled");
      walk.tick(NOW);
      assert.deepEqual(walk.tick(minutesLater(1)), { tell: [], seen: [] });
    }
  });

  test("tells it anew after another registration, although it is the same", () => {
    const walk = new PlanWalk();
    walk.tick(NOW);
    walk.user = { ...walk.user, registration: "r2", email: "Ada@Example.com" };
    const [telling] = walk.tick(minutesLater(1)).tell;
    assert.equal(telling?.news.email, "Ada@Example.com");
    assert.deepEqual(walk.tick(minutesLater(2)).tell, []);
  });

  test("tells a text that changed while it is heard, and not otherwise", () => {
    const walk = new PlanWalk();
    const tellings = [
      repliesOf("alwaysEnabled"),
      repliesOf("alwaysEnabled", { external: "<p>other</p>" }),
      repliesOf("alwaysEnabled", { external: "<div><b>other</b></div>", internal: "not heard" }),
      repliesOf("disabled", { external: "later" }),
      repliesOf("disabled", { external: "much later" }),
      repliesOf("alwaysEnabled", { external: "much later" }),
    ].flatMap((shown, minute) => {
      walk.shows = shown;
      return said(walk.tick(minutesLater(minute)).tell);
    });
    assert.deepEqual(tellings, [
      [true, "out"],
      [true, "other"],
      [false, "later"],
      [true, "much later"],
    ]);
  });

  test("does not tell the mediator what it has no words for: the audience, a schedule in place of a switch", () => {
    const always = repliesOf("alwaysEnabled");
    const window = { start: minutesLater(-10), end: minutesLater(10) };
    const shown = [
      always,
      repliesOf("scheduled", { window }),
      repliesOf("scheduled", { window, audience: "contactsOnly" }),
    ];
    for (const [kind, times] of [
      ["mediator", 1],
      ["webhook", 3],
    ] as const) {
      const walk = new PlanWalk(kind);
      for (const [minute, shows] of shown.entries()) {
        walk.shows = shows;
        walk.tick(minutesLater(minute));
      }
      assert.equal(walk.heard.length, times, kind);
    }
  });

  test("tells a webhook of a schedule when it is made, not only when it begins", () => {
    const walk = new PlanWalk("webhook");
    walk.tick(NOW);
    walk.shows = repliesOf("scheduled", { window: { start: minutesLater(30), end: minutesLater(60) } });
    walk.ticks("2026-11-02T08:01:00Z", "2026-11-02T09:10:00Z");
    assert.deepEqual(walk.story, [
      "2026-11-02T08:00 False out",
      "2026-11-02T08:01 False out",
      "2026-11-02T08:30 True out",
      "2026-11-02T09:00 False out",
    ]);
  });

  test("tells nothing of a mailbox that cannot be read, and writes down why once", () => {
    const walk = new PlanWalk();
    walk.shows = repliesOf("alwaysEnabled");
    walk.tick(NOW);
    const before = walk.user.found;
    walk.shows = { unreadable: "403" };
    assert.deepEqual(walk.tick(minutesLater(1)).tell, []);
    assert.deepEqual(walk.tick(minutesLater(2)), { tell: [], seen: [] });
    assert.deepEqual(walk.user.found, { unreadable: "403", at: minutesLater(1).toISOString(), before });
    walk.shows = { unreadable: "404" };
    walk.tick(minutesLater(3));
    assert.deepEqual(walk.user.found, { unreadable: "404", at: minutesLater(3).toISOString(), before });
    walk.shows = repliesOf("alwaysEnabled");
    assert.deepEqual(walk.tick(minutesLater(4)).tell, []);
    assert.equal(walk.user.found, before);
  });

  test("leaves who was not asked about as they are", () => {
    const walk = new PlanWalk();
    walk.shows = undefined;
    assert.deepEqual(walk.tick(NOW), { tell: [], seen: [] });
  });

  test("tells again what the ledger cannot say, in the place of what it holds", () => {
    const walk = new PlanWalk();
    walk.entries.set(walk.user.id, { unreadable: "it is not JSON", version: "v1" });
    assert.deepEqual(
      walk.tick(NOW).tell.map(({ version }) => version),
      ["v1"],
    );
    assert.deepEqual(walk.tick(minutesLater(1)).tell, []);
  });

  test("tells each target by what that one holds", () => {
    const [told, untold] = [new PlanWalk(), new PlanWalk()];
    told.tick(NOW);
    const plan = planTick({
      users: [told.user],
      readings: new Map([[told.user.id, repliesOf("disabled")]]),
      targets: [
        { scope: "absence/mediator", kind: "mediator", entries: told.entries },
        { scope: "absence/webhook/1", kind: "webhook", entries: untold.entries },
      ],
      message: "audience",
      now: minutesLater(1),
    });
    assert.deepEqual(
      plan.tell.map(({ scope }) => scope),
      ["absence/webhook/1"],
    );
  });
});

suite("news that a target does not take", () => {
  test("are tried after 1, 2, 4, 8 and then every 15 minutes, under the same id", () => {
    const walk = new PlanWalk();
    walk.fate = "lost";
    walk.ticks("2026-11-02T08:00:00Z", "2026-11-02T09:20:00Z");
    assert.deepEqual(
      walk.heard.map(({ at }) => at.slice(11, 16)),
      ["08:00", "08:01", "08:03", "08:07", "08:15", "08:30", "08:45", "09:00", "09:15"],
    );
    const same = (pick: (telling: Telling) => unknown) =>
      new Set(walk.heard.map(({ telling }) => pick(telling))).size;
    assert.equal(
      same(({ intent }) => intent.intent?.reference),
      1,
    );
    assert.equal(
      same(({ intent }) => intent.intent?.fact.at),
      1,
    );
    assert.equal(walk.rowsWritten, 1);
  });

  for (const [why, shows] of [
    ["is gone", { unreadable: "404" }],
    ["gives no answer", undefined],
  ] as const) {
    test(`are tried and counted all the same while the mailbox ${why}, until it is read again`, () => {
      const walk = new PlanWalk("webhook");
      walk.fate = "refused";
      walk.shows = repliesOf("alwaysEnabled");
      walk.tick(NOW);
      walk.shows = shows;
      walk.ticks("2026-11-02T08:01:00Z", "2026-11-02T08:10:00Z");
      assert.equal(walk.intent?.fact.tries, 4);
      walk.fate = "taken";
      walk.ticks("2026-11-02T08:10:00Z", "2026-11-02T09:00:00Z");
      assert.deepEqual(walk.story, ["2026-11-02T08:15 True out"]);
      walk.shows = repliesOf("alwaysEnabled");
      assert.deepEqual(walk.tick(minutesLater(60)).tell, []);
      walk.shows = repliesOf("disabled");
      assert.equal(walk.tick(minutesLater(61)).tell.length, 1);
    });
  }

  test("are none any more when somebody was stopped and started again, and cannot be read since", () => {
    const walk = new PlanWalk();
    walk.fate = "refused";
    walk.shows = repliesOf("alwaysEnabled");
    walk.tick(NOW);
    walk.user = { ...walk.user, registration: "r2" };
    walk.fate = "taken";
    walk.shows = undefined;
    walk.ticks("2026-11-02T08:01:00Z", "2026-11-02T09:00:00Z");
    assert.deepEqual(walk.story, []);
    walk.shows = repliesOf("disabled");
    walk.tick(minutesLater(60));
    assert.deepEqual(walk.story, ["2026-11-02T09:00 False out"]);
  });

  test("are made anew when it was not kept what they say", () => {
    const walk = new PlanWalk();
    walk.fate = "refused";
    walk.shows = repliesOf("alwaysEnabled");
    walk.tick(NOW);
    if (walk.intent) delete walk.intent.fact.says;
    walk.fate = "taken";
    walk.tick(minutesLater(1));
    assert.deepEqual(walk.story, ["2026-11-02T08:01 True out"]);
  });

  test("give way to newer ones at once", () => {
    const walk = new PlanWalk();
    walk.fate = "refused";
    walk.shows = repliesOf("alwaysEnabled");
    walk.ticks("2026-11-02T08:00:00Z", "2026-11-02T08:20:00Z");
    walk.fate = "taken";
    walk.shows = repliesOf("alwaysEnabled", { external: "newer" });
    walk.ticks("2026-11-02T08:20:00Z", "2026-11-02T09:00:00Z");
    assert.deepEqual(walk.story, ["2026-11-02T08:20 True newer"]);
  });

  test("may have arrived all the same: what was true before is told again", () => {
    for (const fate of ["lost", "killed"] as const) {
      const walk = new PlanWalk();
      walk.tick(NOW);
      walk.fate = fate;
      walk.shows = repliesOf("alwaysEnabled");
      walk.tick(minutesLater(1));
      walk.fate = "taken";
      walk.shows = repliesOf("disabled");
      walk.ticks("2026-11-02T08:02:00Z", "2026-11-02T09:00:00Z");
      assert.deepEqual(walk.story, [
        "2026-11-02T08:00 False out",
        "2026-11-02T08:01 True out",
        "2026-11-02T08:02 False out",
      ]);
    }
  });

  test("have an id of their own each time they are true again", () => {
    const walk = new PlanWalk("webhook");
    for (const [minute, status] of (
      ["disabled", "alwaysEnabled", "disabled", "alwaysEnabled"] as const
    ).entries()) {
      walk.shows = repliesOf(status);
      walk.fate = minute === 1 ? "lost" : "taken";
      walk.tick(minutesLater(minute));
    }
    const ids = walk.heard.map(({ telling }) => telling.intent.intent?.reference);
    assert.equal(new Set(ids).size, 4);
  });

  test("reach it in the end as the newest state, never out of order, and nobody is told twice what they took", (t) => {
    const shows = fc.constantFrom(
      repliesOf("disabled"),
      repliesOf("alwaysEnabled"),
      repliesOf("alwaysEnabled", { external: "other" }),
      repliesOf("scheduled", { window: { start: minutesLater(10), end: minutesLater(25) } }),
      { unreadable: "403" },
      undefined,
    );
    const fate = fc.constantFrom<Fate>("taken", "refused", "lost", "killed");
    const step = fc.record({ shows, fate, minutes: fc.integer({ min: 1, max: 20 }), isAnew: fc.boolean() });
    const kind = fc.constantFrom("mediator", "webhook");
    fc.assert(
      fc.property(kind, fc.array(step, { maxLength: 8 }), (kind, steps) => {
        const walk = new PlanWalk(kind);
        let minute = 0;
        for (const [index, { shows, fate, minutes, isAnew }] of steps.entries()) {
          Object.assign(walk, { shows, fate });
          if (isAnew) walk.user = { ...walk.user, registration: `r${index}` };
          for (let tick = 0; tick < minutes; tick += 1) walk.tick(minutesLater((minute += 1)));
        }
        Object.assign(walk, { shows: repliesOf("alwaysEnabled", { external: "last" }), fate: "taken" });
        walk.tick(minutesLater((minute += 1)));
        assert.deepEqual(walk.tick(minutesLater(minute + 1)), { tell: [], seen: [] });
        assert.deepEqual(walk.heard.map(({ telling }) => textOf(telling.news)).at(-1), "last");
        assertInOrder(walk);
      }),
      { numRuns: 100, ...randomSeed(t) },
    );
  });
});

/** News are told in the order they came up, and not again once another took their place. */
function assertInOrder({ heard }: PlanWalk): void {
  const ids = heard.map(({ telling }) => telling.intent.intent?.reference);
  const times = heard.map(({ telling }) => telling.intent.intent?.fact.at ?? "");
  assert.deepEqual(times, [...times].sort());
  for (const [index, id] of ids.entries()) {
    if (id !== ids[index - 1]) assert.ok(!ids.slice(0, index).includes(id));
  }
}
