import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { LedgerEntry } from "../../shared/ledger/entry.ts";
import { announcementOf, correctionOf } from "../../shared/registration/announcement.ts";
import type { Decision } from "../../shared/registration/decide.ts";
import { EMPTY_ROSTER, type Registration } from "../../shared/registration/session.ts";
import type { Known, Standing } from "../../shared/registration/standing.ts";

type Announce = Extract<Decision, { action: "announce" }>;

const NOW = new Date("2026-11-03T05:00:00Z");
const before = registrationOf("ada");
const after = registrationOf("ada", "alan");
const announce: Announce = {
  action: "announce",
  reason: "new_attendees",
  announced: EMPTY_ROSTER,
  registration: after,
};

function registrationOf(...names: string[]): Registration {
  const timeslot = { start: new Date("2026-11-03T13:00:00Z"), end: new Date("2026-11-03T22:00:00Z") };
  const students = names.map((name) => ({ name, mail: `${name}@example.org` }));
  return { timeslot, registered: { students, adults: [], mentors: [] } };
}

function known(last: Registration | undefined, generation: number, ledger = false, mark = false): Known {
  return { state: "known", generation, last, isMirrored: false, mends: { ledger, mark } };
}

const intent = {
  generation: 3,
  fact: after,
  reference: "<first-try@x>",
  intendedAt: "2026-11-03T04:00:00.000Z",
};
const doubted: LedgerEntry<Registration> = { generation: 2, known: before, intent };
const unverified: Standing = {
  state: "unverified",
  generation: 3,
  known: known(before, 2),
  possible: [intent],
};

function announced(standing: Standing, entry?: LedgerEntry<Registration>, decision: Announce = announce) {
  const messageIdOf = (_: unknown, generation: number) => `<${generation}@x>`;
  return announcementOf(decision, { entry, standing, now: NOW, place: "graph default", messageIdOf });
}

suite("an announcement", () => {
  test("has the next number, and leaves what was known in place until it is sent", () => {
    const { messageId, begun, sent, refused, mark } = announced(known(before, 2));
    assert.equal(messageId, "<3@x>");
    assert.deepEqual(begun, {
      generation: 2,
      known: before,
      intent: {
        generation: 3,
        fact: after,
        reference: "<3@x>",
        place: "graph default",
        intendedAt: NOW.toISOString(),
      },
    });
    assert.deepEqual(sent, { generation: 3, known: after, reference: "<3@x>" });
    assert.deepEqual(refused, { generation: 2, known: before });
    assert.deepEqual(mark, { registration: after, generation: 3 });
  });

  test("that is made again because nobody could tell keeps its number and Message-ID", () => {
    const again: Announce = { ...announce, reason: "resent_unverified" };
    const { messageId, begun, sent, refused } = announced(unverified, doubted, again);
    assert.equal(begun.doubts, undefined);
    assert.deepEqual([messageId, begun.intent?.generation], ["<first-try@x>", 3]);
    assert.equal(begun.intent?.intendedAt, NOW.toISOString());
    assert.deepEqual([begun.isUnverified, sent.isUnverified], [true, true]);
    // That this try was refused says nothing of the one before.
    assert.deepEqual(refused, doubted);
  });

  test("that is made again keeps them also when an older one is in doubt, which stays so", () => {
    const again: Announce = { ...announce, reason: "resent_unverified" };
    const older = { ...intent, generation: 2, fact: registrationOf("blaise"), reference: "<older@x>" };
    const both: Standing = { ...unverified, possible: [older, intent] };
    const { messageId, begun } = announced(both, { ...doubted, doubts: [older] }, again);
    assert.deepEqual([messageId, begun.intent?.generation, begun.doubts], ["<first-try@x>", 3, [older]]);
  });

  test("of something else than was begun is another one", () => {
    const other: Announce = { ...announce, reason: "resent_unverified", registration: before };
    const { messageId, begun } = announced(unverified, doubted, other);
    assert.equal(messageId, "<4@x>");
    assert.deepEqual(begun.doubts, [intent], "the one before is looked for, too");
  });

  test("that somebody asked for is another one, too", () => {
    const asked: Announce = { ...announce, reason: "resend" };
    assert.equal(announced(unverified, doubted, asked).messageId, "<4@x>");
    const pending: Standing = { state: "pending", generation: 3, error: "too early" };
    assert.deepEqual(announced(pending, doubted, asked).refused, doubted);
  });
});

suite("without a mail", () => {
  const skip = { action: "skip", reason: "already_registered" } as const;

  test("nothing is written where ledger and mark say the same", () => {
    assert.equal(correctionOf(skip, known(before, 2)), undefined);
    assert.equal(correctionOf({ action: "skip", reason: "cancelled" }, unverified), undefined);
  });

  test("the one that is behind is brought in line", () => {
    const entry = { generation: 2, known: before };
    const mark = { registration: before, generation: 2 };
    assert.deepEqual(correctionOf(skip, known(before, 2, true)), { entry });
    assert.deepEqual(correctionOf(skip, known(before, 2, false, true)), { mark });
    assert.deepEqual(correctionOf(skip, known(before, 2, true, true)), { entry, mark });
    assert.deepEqual(correctionOf(skip, known(undefined, 0, true, true)), {
      entry: { generation: 0, known: undefined },
    });
  });

  test("what was once repeated without proof stays so", () => {
    const repeated = { generation: 3, known: after, isUnverified: true };
    assert.deepEqual(correctionOf(skip, known(after, 3, true), repeated)?.entry, repeated);
    const { begun, sent, refused } = announced(known(after, 3), repeated);
    assert.ok([begun, sent, refused].every(({ isUnverified }) => isUnverified));
  });

  test("people who left raise the number, so that they are new when they come back", () => {
    const left = { action: "skip", reason: "removed_attendees", registration: before } as const;
    assert.deepEqual(correctionOf(left, known(after, 3)), {
      entry: { generation: 4, known: before },
      mark: { registration: before, generation: 4 },
    });
  });

  test("what is in doubt stays so while there is nothing to say", () => {
    assert.equal(correctionOf(skip, unverified), undefined);
    assert.equal(correctionOf({ action: "skip", reason: "no_known_attendees" }, unverified), undefined);
  });
});
