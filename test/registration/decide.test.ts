import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import type { KnownPerson, KnownRoster } from "../../shared/registration/attendance.ts";
import { decide, type Decision, type Question, rosterOf } from "../../shared/registration/decide.ts";
import type { MarkReading, Registration, Roster, Timeslot } from "../../shared/registration/session.ts";
import { standingOf } from "../../shared/registration/standing.ts";
import { randomSeed } from "./random-seed.ts";

const slot = slotOf("13:00", "22:00");
const ada = aPerson("Ada", "ada@example.org");
const alan = aPerson("Alan", "alan@example.org", "alan@home.example");
const grace = aPerson("Grace", "grace@example.org");

function slotOf(start: string, end: string): Timeslot {
  return { start: new Date(`2026-11-03T${start}:00Z`), end: new Date(`2026-11-03T${end}:00Z`) };
}

function aPerson(name: string, ...addresses: [string, ...string[]]): KnownPerson {
  return { name, mail: addresses[0], addresses };
}

function known(
  students: KnownPerson[] = [],
  adults: KnownPerson[] = [],
  mentors: KnownPerson[] = [],
): KnownRoster {
  return { students, adults, mentors };
}

function plain(...roster: Parameters<typeof known>): Roster {
  return rosterOf(known(...roster));
}

function marked(registered: Roster, timeslot = slot): MarkReading {
  return { state: "registered", registration: { timeslot, registered } };
}

const unmarked: MarkReading = { state: "unregistered", exists: false };

function decided({ mark = unmarked, ...question }: Partial<Question> & { mark?: MarkReading }): Decision {
  return decide({
    event: { isCancelled: false },
    slot,
    known: known([ada, alan], [grace]),
    standing: standingOf({ entry: undefined, mark }, { now: slot.start, sentItemsDelayMs: 0 }),
    resend: false,
    ...question,
  });
}

const present = plain([ada, alan], [grace]);

suite("a session is announced", () => {
  const all = { announced: present, registration: { timeslot: slot, registered: present } };

  test("to all when it never was", () => {
    assert.deepEqual(decided({}), { action: "announce", reason: "new", ...all });
    assert.deepEqual(decided({ mark: { state: "unregistered", exists: true } }), {
      action: "announce",
      reason: "new",
      ...all,
    });
  });

  for (const [says, registered] of [
    ["starts earlier", slotOf("13:01", "22:00")],
    ["ends later", slotOf("13:00", "21:59")],
    ["starts later but ends later, too", slotOf("12:00", "21:00")],
    ["is on another day", { start: new Date("2026-11-02T13:00:00Z"), end: new Date("2026-11-02T22:00:00Z") }],
  ] as const) {
    test(`to all when it ${says} than announced`, () => {
      assert.deepEqual(decided({ mark: marked(present, registered) }), {
        action: "announce",
        reason: "moved",
        ...all,
      });
    });
  }

  test("with nobody but the new when some came to it", () => {
    assert.deepEqual(decided({ mark: marked(plain([alan], [grace])) }), {
      action: "announce",
      reason: "new_attendees",
      announced: plain([ada]),
      registration: { timeslot: slot, registered: present },
    });
  });

  test("with somebody who changed roles as new in that role", () => {
    const decision = decided({ mark: marked(plain([ada, alan, grace])) });
    assert.deepEqual(
      [decision.reason, decision.action === "announce" && decision.announced],
      ["new_attendees", plain([], [grace])],
    );
  });

  test("with the mentors who are there when the mark is of a program that knew none", () => {
    const decision = decided({ known: known([ada], [], [grace]), mark: marked(plain([ada])) });
    assert.deepEqual(decision.action === "announce" && decision.announced, plain([], [], [grace]));
  });

  test("with the present time remembered when some came to it after it shrank", () => {
    const decision = decided({ mark: marked(plain([ada]), slotOf("10:00", "23:00")) });
    assert.deepEqual(decision, {
      action: "announce",
      reason: "new_attendees",
      announced: plain([alan], [grace]),
      registration: { timeslot: slot, registered: present },
    });
  });

  test("again to all when somebody asked for it", () => {
    for (const mark of [marked(present), unmarked, marked(plain([ada]))]) {
      assert.deepEqual(decided({ mark, resend: true }), { action: "announce", reason: "resend", ...all });
    }
  });
});

suite("a session is left alone", () => {
  test("when all that is known of it was announced", () => {
    assert.deepEqual(decided({ mark: marked(present) }), { action: "skip", reason: "already_registered" });
  });

  test("when it shrank: what was announced still covers it", () => {
    for (const announced of [slotOf("12:00", "22:00"), slotOf("13:00", "23:00"), slotOf("12:00", "23:00")]) {
      assert.deepEqual(decided({ mark: marked(present, announced) }), { action: "skip", reason: "shrunk" });
    }
  });

  test("when it is cancelled, whatever else is so", () => {
    for (const mark of [unmarked, marked(present), { state: "unread", error: "503" } as const]) {
      assert.deepEqual(decided({ event: { isCancelled: true }, mark, resend: true }), {
        action: "skip",
        reason: "cancelled",
      });
    }
  });

  test("when nobody who is known comes", () => {
    for (const mark of [unmarked, marked(plain())]) {
      assert.deepEqual(decided({ known: known(), mark, resend: true }), {
        action: "skip",
        reason: "no_known_attendees",
      });
    }
  });

  test("when some are gone; the mark forgets them and keeps the announced time", () => {
    const announced = slotOf("12:00", "23:00");
    assert.deepEqual(decided({ known: known([ada]), mark: marked(present, announced) }), {
      action: "skip",
      reason: "removed_attendees",
      registration: { timeslot: announced, registered: plain([ada]) },
    });
  });

  test("when all are gone; the mark forgets them and keeps the announced time", () => {
    assert.deepEqual(decided({ known: known(), mark: marked(present) }), {
      action: "skip",
      reason: "removed_attendees",
      registration: { timeslot: slot, registered: plain() },
    });
  });
});

test("somebody who was removed and comes back is new again", () => {
  const gone = decided({ known: known([ada], [grace]), mark: marked(present) });
  assert.ok(gone.action === "skip" && gone.registration);
  const back = decided({ mark: { state: "registered", registration: gone.registration } });
  assert.deepEqual(
    [back.reason, back.action === "announce" && back.announced],
    ["new_attendees", plain([alan])],
  );
});

test("an unread mark fails its session, which is never taken for new", () => {
  for (const resend of [false, true]) {
    assert.deepEqual(decided({ mark: { state: "unread", error: "503" }, resend }), {
      action: "fail",
      reason: "unread_mark",
      error: "503",
    });
  }
});

test("a mark that says nothing intelligible is overruled by a resend, and by nothing else", () => {
  const mark = { state: "unread", error: "students: is no JSON", isMalformed: true } as const;
  assert.equal(decided({ mark }).action, "fail");
  assert.equal(decided({ mark, resend: true }).reason, "resend");
});

suite("when a notice may have gone out or not, and nothing can tell", () => {
  const earlier = slotOf("10:00", "22:00");
  const NO_MENDS = { ledger: false, mark: false };

  /** Decides after `last`, when `fact` was begun. */
  function afterDoubt(
    last: Registration | undefined,
    fact: Registration,
    question: Partial<Question> = {},
  ): Decision {
    return afterDoubts(last, [fact], question);
  }

  function afterDoubts(
    last: Registration | undefined,
    facts: Registration[],
    question: Partial<Question> = {},
  ): Decision {
    const begun = { reference: "<2@x>", intendedAt: "2026-11-03T04:00:00Z" };
    const possible = facts.map((fact, index) => ({ generation: index + 2, fact, ...begun }));
    const known = { state: "known", generation: 1, last, isMirrored: true, mends: NO_MENDS } as const;
    return decided({ standing: { state: "unverified", generation: 2, known, possible }, ...question });
  }
  const told = (decision: Decision) => [
    decision.reason,
    decision.action === "announce" ? decision.announced : undefined,
  ];
  const of = (registered: Roster, timeslot = slot): Registration => ({ timeslot, registered });

  test("it is sent again with the people of then", () => {
    assert.deepEqual(told(afterDoubt(undefined, of(present))), ["resent_unverified", present]);
    const before = of(plain([ada], [grace]));
    assert.deepEqual(told(afterDoubt(before, of(present))), ["resent_unverified", plain([alan])]);
  });

  test("and people came since, everybody is named: the host may know of none of them", () => {
    const before = of(plain([], [grace]));
    const begun = of(plain([ada], [grace]));
    assert.deepEqual(told(afterDoubt(before, begun)), ["resent_unverified", present]);
  });

  test("and the session moved back, the host who may have been told otherwise is told", () => {
    const decision = afterDoubt(of(present, earlier), of(present, slotOf("15:00", "18:00")), {
      slot: earlier,
    });
    assert.deepEqual(told(decision), ["resent_unverified", present]);
    assert.deepEqual(decision.action === "announce" && decision.registration, of(present, earlier));
  });

  test("and it went back in a notice that is in doubt as well, the host is told", () => {
    const there = of(present, slotOf("15:00", "23:00"));
    const decision = afterDoubts(of(present), [there, of(present)]);
    assert.deepEqual(told(decision), ["resent_unverified", present]);
  });

  test("and nothing of it is left to say, no mail goes out", () => {
    assert.deepEqual(afterDoubt(undefined, of(present), { known: known() }), {
      action: "skip",
      reason: "no_known_attendees",
    });
    assert.equal(afterDoubt(of(present), of(present, earlier)).reason, "already_registered");
  });
});

test("a session whose notice is still waited for is left alone, unless somebody asks for it", () => {
  const standing = { state: "pending", generation: 1, error: "too early" } as const;
  assert.deepEqual(decided({ standing }), { action: "wait", error: "too early" });
  assert.equal(decided({ standing, resend: true }).reason, "resend");
  assert.equal(decided({ standing, event: { isCancelled: true } }).reason, "cancelled");
});

test("people are recognised under any address of their card, whatever its case", () => {
  const before = plain([aPerson("Ada", "ADA@Example.org"), aPerson("Alan", "alan@home.example")], [grace]);
  assert.deepEqual(decided({ mark: marked(before) }), { action: "skip", reason: "already_registered" });
});

test("somebody who was announced under two addresses is not gone when one is left", () => {
  const before = plain([ada, alan, aPerson("Alan", "alan@home.example")], [grace]);
  assert.deepEqual(decided({ mark: marked(before) }), { action: "skip", reason: "already_registered" });
});

suite("whatever is in the calendar", () => {
  const crowd = ["a", "b", "c", "d", "e"].map((name) =>
    aPerson(name, `${name}@example.org`, `${name}@home.example`),
  );
  const people = fc.subarray(crowd);
  const rosters = fc.record({ students: people, adults: people, mentors: people });
  const hours = fc.integer({ min: 0, max: 48 });
  const slots = fc.tuple(hours, hours).map(([from, length]) => {
    const start = Date.UTC(2026, 10, 3, from);
    return { start: new Date(start), end: new Date(start + length * 3_600_000) };
  });
  const marks = fc.option(fc.record({ timeslot: slots, registered: rosters.map(rosterOf) }));
  const question = fc.record({ slot: slots, known: rosters, last: marks });

  function markOf(last: Registration | null | undefined): MarkReading {
    return last ? { state: "registered", registration: last } : unmarked;
  }

  test("a second pass over the same calendar announces nothing and writes nothing", (t) => {
    fc.assert(
      fc.property(question, ({ slot, known, last }) => {
        const first = decided({ slot, known, mark: markOf(last) });
        assert.ok(first.action === "announce" || first.action === "skip");
        const after = first.registration ?? last;
        const second = decided({ slot, known, mark: markOf(after) });
        assert.equal(second.action, "skip");
        assert.equal(second.action === "skip" && second.registration, undefined);
        if (first.action === "announce") assert.equal(second.reason, "already_registered");
      }),
      randomSeed(t),
    );
  });

  test("everybody present has been announced for all of the present time, once the decision is carried out", (t) => {
    fc.assert(
      fc.property(question, ({ slot, known, last }) => {
        const decision = decided({ slot, known, mark: markOf(last) });
        assert.ok(decision.action === "announce" || decision.action === "skip");
        const remembered = decision.registration ?? last;
        if (decision.reason === "no_known_attendees") return;
        assert.ok(remembered);
        if (rosterOf(known).students.length > 0) {
          assert.ok(remembered.timeslot.start <= slot.start && remembered.timeslot.end >= slot.end);
        }
        for (const role of ["students", "adults", "mentors"] as const) {
          const mails = new Set(remembered.registered[role].map(({ mail }) => mail));
          assert.ok(known[role].every(({ mail }) => mails.has(mail)));
        }
      }),
      randomSeed(t),
    );
  });
});
