import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { LedgerEntry } from "../../shared/ledger/entry.ts";
import type { Sighting } from "../../shared/mail/sighting.ts";
import type { MarkReading, Registration } from "../../shared/registration/session.ts";
import { noticesInDoubt, type Standing, standingOf } from "../../shared/registration/standing.ts";

const NOW = new Date("2026-11-03T05:00:00Z");
const MINUTE_MS = 60_000;

function registrationOf(...names: string[]): Registration {
  return {
    timeslot: { start: new Date("2026-11-03T13:00:00Z"), end: new Date("2026-11-03T22:00:00Z") },
    registered: {
      students: names.map((name) => ({ name, mail: `${name}@example.org` })),
      adults: [],
      mentors: [],
    },
  };
}

const ada = registrationOf("ada");
const both = registrationOf("ada", "alan");

function knownEntry(known: Registration | undefined, generation: number): LedgerEntry<Registration> {
  return { known, generation };
}

/** A notice of both, begun so many minutes ago, after one of Ada alone. */
function begun(minutesAgo: number): LedgerEntry<Registration> {
  const intendedAt = new Date(NOW.getTime() - minutesAgo * MINUTE_MS).toISOString();
  const intent = { generation: 3, fact: both, reference: "<3@rollcall.example>", intendedAt };
  return { ...knownEntry(ada, 2), intent };
}

function marked(registration: Registration, generation?: number): MarkReading {
  return { state: "registered", registration, ...(generation === undefined ? {} : { generation }) };
}

const none: MarkReading = { state: "unregistered", exists: false };
const unread: MarkReading = { state: "unread", error: "503" };
const malformed: MarkReading = { state: "unread", error: "students is no list", isMalformed: true };

function stand(
  entry: LedgerEntry<Registration> | { unreadable: string } | undefined,
  mark: MarkReading,
  sighting?: Sighting,
): Standing {
  const sightings = new Map(sighting ? [["<3@rollcall.example>", sighting]] : []);
  return standingOf({ entry, mark, sightings }, { now: NOW, sentItemsDelayMs: 10 * MINUTE_MS });
}

/** `known 2 ada, mends ledger` and the like. */
function told(standing: Standing): string {
  const { state, generation } = standing;
  const known = state === "unverified" ? standing.known : state === "known" ? standing : undefined;
  const last = known?.last;
  const names = last?.registered.students.map(({ name }) => name).join("+") ?? "nothing";
  const mends =
    state === "known" ? Object.entries(standing.mends).flatMap(([what, is]) => (is ? [what] : [])) : [];
  const mending = mends.length > 0 ? `, mends ${mends.join(" and ")}` : "";
  return known ? `${state} ${generation} ${names}${mending}` : `${state} ${generation}`;
}

suite("the ledger and the mark mirror each other:", () => {
  for (const [what, entry, mark, expected] of [
    ["neither knows anything", undefined, none, "known 0 nothing"],
    ["both say the same", knownEntry(both, 2), marked(both, 2), "known 2 both"],
    ["the mark was lost", knownEntry(both, 2), none, "known 2 both, mends mark"],
    ["the mark is older", knownEntry(both, 3), marked(ada, 2), "known 3 both, mends mark"],
    ["the ledger was lost", undefined, marked(both, 4), "known 4 both, mends ledger"],
    ["the ledger is older", knownEntry(ada, 2), marked(both, 3), "known 3 both, mends ledger"],
    ["only another program's mark is there", undefined, marked(ada), "known 1 ada, mends ledger"],
    ["another program's mark says the same", knownEntry(ada, 1), marked(ada), "known 1 ada"],
    ["another program's mark says less", knownEntry(both, 2), marked(ada), "known 2 both, mends mark"],
    [
      "another program's mark says less where ours had been",
      { ...knownEntry(both, 2), isMirrored: true },
      marked(ada),
      "known 3 ada, mends ledger",
    ],
    ["another program wrote into our mark", knownEntry(both, 2), marked(ada, 2), "known 3 ada, mends ledger"],
    [
      "a mark came back when the ledger had been emptied",
      knownEntry(undefined, 3),
      marked(ada, 2),
      "known 3 ada, mends ledger",
    ],
    ["the mark could not be read", knownEntry(both, 2), unread, "known 2 both"],
    ["the mark says nothing intelligible", knownEntry(both, 2), malformed, "known 2 both, mends mark"],
    ["the mark could not be read, and the ledger knows nothing", undefined, unread, "unread 0"],
    ["the mark says nothing intelligible, and the ledger knows nothing", undefined, malformed, "unread 0"],
    ["the ledger's row cannot be read", { unreadable: "no JSON" }, marked(both, 4), "unread 4"],
  ] as const) {
    test(what, () => {
      assert.equal(told(stand(entry, mark)), expected.replace("both", "ada+alan"));
    });
  }
});

suite("a notice that was begun and not known to be sent", () => {
  const found: Sighting = { state: "found" };
  const missing: Sighting = { state: "not_found" };
  const failed: Sighting = { state: "unread", error: "no answer" };

  for (const [what, minutes, mark, sighting, expected] of [
    ["was sent when its mark is there", 60, marked(both, 3), undefined, "known 3 both, mends ledger"],
    ["was sent when a later mark is there", 60, marked(ada, 5), undefined, "known 5 ada, mends ledger"],
    ["was sent when it is found", 0, none, found, "known 3 both, mends ledger and mark"],
    ["is waited for while it may not be found yet", 9, marked(ada, 2), missing, "pending 3"],
    [
      "is waited for as long where nobody can search, since its mark may come",
      9,
      none,
      undefined,
      "pending 3",
    ],
    ["is waited for while the search fails", 69, marked(ada, 2), failed, "pending 3"],
    ["cannot be told of when the search goes on failing", 70, marked(ada, 2), failed, "unverified 3 ada"],
    [
      "was not sent when it is not found after that time",
      10,
      marked(ada, 2),
      missing,
      "known 2 ada, mends ledger",
    ],
    ["cannot be told of when nobody can search", 10, marked(ada, 2), undefined, "unverified 3 ada"],
    ["cannot be told of by another program's mark", 10, marked(both), undefined, "unverified 3 ada"],
    ["is waited for when only its mark could tell and was not read", 69, unread, undefined, "pending 3"],
    ["cannot be told of when its mark goes on not being read", 70, unread, undefined, "unverified 3 ada"],
    [
      "cannot be told of by a mark that says nothing intelligible",
      60,
      malformed,
      undefined,
      "unverified 3 ada",
    ],
  ] as const) {
    test(what, () => {
      assert.equal(told(stand(begun(minutes), mark, sighting)), expected.replace("both", "ada+alan"));
    });
  }

  test("is searched for only when its mark does not tell", () => {
    const ids = (entry: Parameters<typeof stand>[0], mark: MarkReading = none): string[] =>
      noticesInDoubt({ entry, mark }).map(({ reference }) => reference);
    assert.deepEqual(ids(begun(0)), ["<3@rollcall.example>"]);
    assert.deepEqual(ids(begun(0), marked(both, 3)), []);
    assert.deepEqual(ids(knownEntry(ada, 2)), []);
    assert.deepEqual(ids({ unreadable: "no JSON" }), []);
    assert.deepEqual(ids(undefined), []);
  });

  test("says since when, and why it is not known", () => {
    const standing = stand(begun(60), none, failed);
    assert.match(
      standing.state === "pending" ? standing.error : "",
      /^A notice was begun at 2026-11-03T04:00:00[.]000Z, .*: it could not be searched for: no answer[.] It is looked for again by itself; /,
    );
  });
});

suite("of two notices that were begun, one after the other,", () => {
  const first = { generation: 3, fact: both, reference: "<3@x>", intendedAt: "2026-11-03T03:00:00.000Z" };
  const second = { ...first, generation: 4, fact: ada, reference: "<4@x>" };
  const entry = { ...knownEntry(ada, 2), doubts: [first], intent: second };

  function possible(sightings: [string, Sighting][]): string {
    const options = { now: NOW, sentItemsDelayMs: 10 * MINUTE_MS };
    const standing = standingOf({ entry, mark: marked(ada, 2), sightings: new Map(sightings) }, options);
    const open = standing.state === "unverified" ? standing.possible.map(({ reference }) => reference) : [];
    return [told(standing), ...open].join(" ");
  }

  test("both may have gone out where nobody can tell", () => {
    assert.equal(possible([]), "unverified 4 ada <3@x> <4@x>");
  });

  test("the later one settles both when it is found", () => {
    assert.equal(possible([["<4@x>", { state: "found" }]]), "known 4 ada, mends ledger and mark");
  });

  test("the earlier one is what is known when the later one surely was not sent", () => {
    const sightings: [string, Sighting][] = [
      ["<3@x>", { state: "found" }],
      ["<4@x>", { state: "not_found" }],
    ];
    assert.equal(possible(sightings), "known 3 ada+alan, mends ledger and mark");
  });

  test("neither was sent when neither is found", () => {
    const sightings: [string, Sighting][] = [
      ["<3@x>", { state: "not_found" }],
      ["<4@x>", { state: "not_found" }],
    ];
    assert.equal(possible(sightings), "known 2 ada, mends ledger");
  });
});
