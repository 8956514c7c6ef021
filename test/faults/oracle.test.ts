import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Announcement, History, HistoryItem, PassOutcome, ReportedRow, Slot } from "./history.ts";
import { judge, type PossibleDuplicates } from "./oracle.ts";
import type { Sender } from "./schedule.ts";
import type { ServiceName } from "./services.ts";

const HOUR = 60 * 60 * 1000;
const BEGIN = Date.parse("2026-11-03T12:00:00Z");
const hour = (hours: number): Date => new Date(BEGIN + hours * HOUR);
const slot = (from: number, to: number): Slot => ({ start: hour(from), end: hour(to) });

const A = slot(30, 32);
const B = slot(50, 52);
const SHORTER = slot(30, 31);
const NONE: PossibleDuplicates = { reported: 0, reportedLater: 0, notReported: 0 };
const CLEAN = { possible: NONE, findings: [] };

/** A story of one event, told in the order in which it happened. */
class Story {
  readonly history: History = [];
  #hours = 0;
  #mails = 0;
  #state: Announcement = { slot: A, people: new Set() };

  is(at: Slot, ...names: string[]): this {
    this.#state = { slot: at, people: new Set(names) };
    this.history.push({ kind: "calendar", event: "e", state: { ...this.#state, isCancelled: false } });
    return this;
  }
  isCancelled(): this {
    this.history.push({ kind: "calendar", event: "e", state: { ...this.#state, isCancelled: true } });
    return this;
  }
  isDeleted(): this {
    this.history.push({ kind: "calendar", event: "e" });
    return this;
  }
  begins({ mark, copies = [] }: { mark?: Announcement; copies?: string[] } = {}): this {
    this.#hours += 1;
    const marks = new Map(mark ? [["e", mark]] : []);
    this.history.push({ kind: "pass begins", at: hour(this.#hours), marks, copies: new Set(copies) });
    return this;
  }
  /** Of what is in the calendar, unless told otherwise. */
  mails(more: Partial<Announcement> & { messageId?: string } = {}): this {
    this.#mails += 1;
    this.history.push({ kind: "mail", event: "e", messageId: `<${this.#mails}@x>`, ...this.#state, ...more });
    return this;
  }
  ends(...outcomes: PassOutcome[]): this {
    this.history.push({ kind: "pass ends", at: hour(this.#hours), outcomes });
    return this;
  }
  reports(
    action: string,
    reason?: string,
    more: Partial<ReportedRow> = {},
    warnings: readonly string[] = [],
  ): this {
    return this.ends({ ...this.row(action, reason, more), warnings });
  }
  row(action: string, reason?: string, more: Partial<ReportedRow> = {}): Reported {
    const { slot, people: attendees } = this.#state;
    const announced = action === "sent" ? attendees : new Set<string>();
    const row = { event: "e", action, reason, error: undefined, slot, attendees, announced, ...more };
    return {
      kind: "reported",
      status: row.error === undefined ? "ok" : "partial",
      rows: [row],
      warnings: [],
    };
  }
  after(hours: number): this {
    this.#hours += hours;
    return this;
  }
  fails(service: ServiceName): this {
    this.history.push({ kind: "trouble", service, request: "search", what: "failed before" });
    return this;
  }
  /** Announced, and told so. */
  announced(reason = "new", more: { messageId?: string } = {}): this {
    return this.begins().mails(more).reports("sent", reason);
  }
  quiet(reason = "already_registered"): this {
    return this.begins().reports("skipped", reason);
  }
}

const again = { messageId: "<1@x>" };
type Reported = Extract<PassOutcome, { kind: "reported" }>;
const CUT_OFF: PassOutcome = { kind: "cut off" };

function verdictOf(
  { history }: Story,
  sender: Sender = "verified",
): { possible: PossibleDuplicates; findings: string[] } {
  const { possibleDuplicates, findings } = judge(history, { sender, windowDays: 3 });
  return { possible: possibleDuplicates, findings: findings.map(({ what }) => what) };
}

function found(story: Story, sender?: Sender): string[] {
  return verdictOf(story, sender).findings;
}

suite("a host that is told once is told right", () => {
  test("of a session", () => {
    assert.deepEqual(verdictOf(new Story().is(A, "Ada", "Grace").announced().quiet()), CLEAN);
  });

  test("of one that moved there and back: each of the three is an announcement", () => {
    const story = new Story().is(A, "Ada").announced().is(B, "Ada").announced("moved");
    assert.deepEqual(verdictOf(story.is(A, "Ada").announced("moved").quiet()), CLEAN);
  });

  test("of one that is shorter than it was told", () => {
    assert.deepEqual(
      verdictOf(new Story().is(A, "Ada").announced().is(SHORTER, "Ada").quiet("shrunk")),
      CLEAN,
    );
  });

  test("of who joined later, alone", () => {
    const story = new Story().is(A, "Ada").announced().is(A, "Ada", "Grace").begins();
    const grace = new Set(["Grace"]);
    story.mails({ people: grace }).reports("sent", "new_attendees", { announced: grace });
    assert.deepEqual(verdictOf(story.quiet()), CLEAN);
  });

  test("of who left, was seen to have left, and came back", () => {
    const story = new Story().is(A, "Ada").announced().is(A).quiet("removed_attendees");
    assert.deepEqual(verdictOf(story.is(A, "Ada").announced("new_attendees").quiet()), CLEAN);
  });

  test("of one that comes into the window with the last pass", () => {
    const far = slot(2 + 72 - 0.5, 2 + 73);
    assert.deepEqual(verdictOf(new Story().begins().ends(ran()).is(far, "Ada").announced()), CLEAN);
  });

  test("not of one that is cancelled, that nobody known comes to, or that is far off", () => {
    assert.deepEqual(verdictOf(new Story().is(A, "Ada").isCancelled().quiet("cancelled")), CLEAN);
    assert.deepEqual(verdictOf(new Story().is(A).quiet("no_known_attendees")), CLEAN);
    assert.deepEqual(verdictOf(new Story().is(slot(100, 101), "Ada").begins().ends(ran())), CLEAN);
  });
});

suite("a notice is lost", () => {
  test("when there was none", () => {
    assert.deepEqual(found(new Story().is(A, "Ada").quiet()), ["lost"]);
  });

  test("when the session has moved since, also back to where it was", () => {
    const moved = new Story().is(A, "Ada").announced().is(B, "Ada");
    assert.deepEqual(found(moved.quiet()), ["lost"]);
    const back = new Story().is(A, "Ada").announced().is(B, "Ada").announced("moved").is(A, "Ada");
    assert.deepEqual(found(back.quiet()), ["lost"]);
  });

  test("when somebody was not named", () => {
    assert.deepEqual(found(new Story().is(A, "Ada").announced().is(A, "Ada", "Grace").quiet()), ["lost"]);
  });

  test("when a notice of another time does not name everybody", () => {
    const story = new Story().is(A, "Ada", "Grace").announced().is(B, "Ada", "Grace").begins();
    const ada = new Set(["Ada"]);
    assert.deepEqual(
      found(story.mails({ people: ada }).reports("sent", "moved", { announced: ada }).quiet()),
      ["lost"],
    );
  });

  test("when somebody who was reported to have left is back", () => {
    const story = new Story().is(A, "Ada").announced().is(A).quiet("removed_attendees");
    assert.deepEqual(found(story.is(A, "Ada").quiet()), ["lost"]);
  });

  test("and not when nobody has seen that somebody was away", () => {
    assert.deepEqual(found(new Story().is(A, "Ada").announced().is(A).is(A, "Ada").quiet()), []);
  });
});

suite("a notice is doubled", () => {
  test("when nothing has changed since", () => {
    assert.deepEqual(found(new Story().is(A, "Ada").announced().announced().quiet()), ["doubled"]);
  });

  test("when it names again who was named, though it is sent for somebody else", () => {
    const story = new Story().is(A, "Ada").announced().is(A, "Ada", "Grace");
    assert.deepEqual(found(story.announced("new_attendees").quiet()), ["doubled"]);
  });

  test("when somebody was away, and nobody can have seen it", () => {
    const story = new Story().is(A, "Ada").announced().is(A).is(A, "Ada");
    assert.deepEqual(found(story.announced("new_attendees").quiet()), ["doubled"]);
  });

  test("and not when a pass that was cut off may have seen that somebody was away", () => {
    const story = new Story().is(A, "Ada").announced().is(A).begins().ends(CUT_OFF).is(A, "Ada");
    assert.deepEqual(found(story.announced("new_attendees").quiet()), []);
    const other = new Story().is(A, "Ada").announced().is(A).begins().ends(CUT_OFF).is(A, "Ada");
    assert.deepEqual(found(other.quiet()), []);
  });

  test("after a crash, where the mail could be found", () => {
    assert.deepEqual(found(sentAndCutOff().announced("resent_unverified").quiet(), "verified"), ["doubled"]);
  });

  test("after a crash, where the mark or the copy says that it was sent", () => {
    const mark = { slot: A, people: new Set(["Ada"]) };
    const marked = sentAndCutOff().begins({ mark }).mails({ messageId: "<1@x>" });
    assert.deepEqual(found(marked.reports("sent", "resent_unverified").quiet(), "graph"), ["doubled"]);
    const copied = sentAndCutOff()
      .begins({ copies: ["<1@x>"] })
      .mails({ messageId: "<1@x>" });
    assert.deepEqual(found(copied.reports("sent", "resent_unverified").quiet(), "smtp"), ["doubled"]);
  });

  test("unless the search has failed for more than an hour", () => {
    const story = (waitHours: number, service: ServiceName): Story =>
      sentAndCutOff()
        .after(waitHours)
        .begins()
        .fails(service)
        .mails(again)
        .reports("sent", "resent_unverified");
    assert.deepEqual(found(story(1, "graph").quiet(), "verified"), []);
    assert.deepEqual(found(story(0, "graph").quiet(), "verified"), ["doubled"]);
    assert.deepEqual(found(story(1, "storage").quiet(), "verified"), ["doubled"]);
  });

  test("whatever is reported, when the pass before knew what became of it", () => {
    const story = new Story().is(A, "Ada").announced().announced("resent_unverified", { messageId: "<1@x>" });
    assert.deepEqual(found(story.quiet(), "graph"), ["doubled"]);
  });
});

suite("a possible duplicate", () => {
  test("is counted where nobody could tell, and must be reported", () => {
    for (const sender of ["graph", "smtp"] as const) {
      const reported = verdictOf(sentAndCutOff().announced("resent_unverified", again).quiet(), sender);
      assert.deepEqual(reported, { possible: { ...NONE, reported: 1 }, findings: [] });
      const unreported = verdictOf(sentAndCutOff().announced("new", again).quiet(), sender);
      assert.deepEqual(unreported.findings, ["unreported duplicate"]);
    }
  });

  test("cannot be reported by a run that is cut off itself: the next report has to", () => {
    const cutOff = (): Story => sentAndCutOff().begins().mails(again).ends(CUT_OFF);
    assert.deepEqual(verdictOf(cutOff().begins().ends(CUT_OFF), "graph").possible, {
      ...NONE,
      notReported: 1,
    });
    const repeated = verdictOf(cutOff().announced("resent_unverified", again).quiet(), "graph");
    assert.deepEqual(repeated, { possible: { ...NONE, reported: 1, reportedLater: 1 }, findings: [] });
    const warned = cutOff().begins().reports("skipped", "already_registered", {}, ["resent_unverified"]);
    assert.deepEqual(verdictOf(warned.quiet(), "graph"), {
      possible: { ...NONE, reportedLater: 1 },
      findings: [],
    });
    assert.deepEqual(found(cutOff().quiet().quiet(), "graph"), ["unreported duplicate"]);
    const gone = (warnings: string[]): Story =>
      cutOff().isDeleted().begins().ends({ kind: "reported", status: "ok", rows: [], warnings });
    assert.deepEqual(verdictOf(gone(["resent_unverified"]), "graph"), {
      possible: { ...NONE, reportedLater: 1 },
      findings: [],
    });
    assert.deepEqual(found(gone([]), "graph"), ["unreported duplicate"]);
  });

  test("has the Message-ID of the first", () => {
    assert.deepEqual(found(sentAndCutOff().announced("resent_unverified").quiet(), "graph"), ["Message-ID"]);
  });

  test("may be of what the mark knows, when something else was begun in between", () => {
    const mark = { slot: A, people: new Set(["Ada"]) };
    const story = new Story().is(A, "Ada").announced().is(B, "Ada").begins({ mark }).ends(CUT_OFF);
    story.is(A, "Ada").begins({ mark }).mails().reports("sent", "resent_unverified");
    assert.deepEqual(verdictOf(story.quiet(), "graph"), {
      possible: { ...NONE, reported: 1 },
      findings: [],
    });
  });
});

suite("a report is untrue", () => {
  test("that says sent of what was not", () => {
    const story = new Story().is(A, "Ada").begins().reports("sent", "new").announced();
    assert.deepEqual(found(story.quiet()), ["untrue report"]);
  });

  test("that says otherwise of what was sent", () => {
    const story = new Story().is(A, "Ada").begins().mails().reports("failed", "new", { error: "refused" });
    assert.deepEqual(found(story.quiet()), ["untrue report"]);
  });

  test("and not when it says that it does not know", () => {
    const story = new Story().is(A, "Ada").begins().mails().reports("pending", "new", { error: "no answer" });
    assert.deepEqual(found(story.quiet()), []);
  });
});

test("a notice is untrue when the calendar did not say so during the pass", () => {
  const story = new Story().is(B, "Ada").is(A, "Ada").begins().mails({ slot: B });
  assert.deepEqual(found(story.reports("sent", "new", { slot: B })), ["untrue notice", "unsettled", "lost"]);
  const meanwhile = new Story().is(B, "Ada").begins().is(A, "Ada").mails({ slot: B });
  assert.deepEqual(found(meanwhile.reports("sent", "new", { slot: B }).announced("moved").quiet()), []);
});

test("two announcements must not have one Message-ID", () => {
  const story = new Story().is(A, "Ada").announced().is(B, "Ada").announced("moved");
  assert.deepEqual(found(story.is(A, "Ada").announced("moved", { messageId: "<1@x>" }).quiet()), [
    "Message-ID",
  ]);
});

test("the last pass must have nothing to do, and must say so", () => {
  const announced = (): Story => new Story().is(A, "Ada").announced();
  assert.deepEqual(found(announced()), ["unsettled"]);
  assert.deepEqual(found(announced().begins().reports("pending")), ["unsettled"]);
  assert.deepEqual(found(announced().begins().ends(CUT_OFF)), ["unsettled"]);
  assert.deepEqual(found(announced().begins().ends({ kind: "failed", why: "no token" })), ["unsettled"]);
  assert.deepEqual(found(new Story()), ["unsettled"]);
});

function sentAndCutOff(): Story {
  return new Story().is(A, "Ada").begins().mails().ends(CUT_OFF);
}

/** A run that had no event to look at. */
function ran(): Extract<HistoryItem, { kind: "pass ends" }>["outcomes"][number] {
  return { kind: "reported", status: "ok", rows: [], warnings: [] };
}
