import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as z from "zod";
import { intending, type LedgerEntry, NOTHING_KNOWN } from "../../shared/ledger/entry.ts";
import type { Ledger, LedgerWrite } from "../../shared/ledger/ledger.ts";
import type { KeyRange } from "../../shared/storage/table-query.ts";

/** A fact with a date in it, for JSON has none. */
export interface Visit {
  who: string;
  at: Date;
}

export const VisitFact: z.ZodType<Visit> = z.object({
  who: z.string(),
  at: z.iso.datetime().transform((text) => new Date(text)),
});

export const KEEP_UNTIL = new Date("2026-12-03T04:00:00Z");
const AT = new Date("2026-11-03T18:00:00.250Z");

export function visited(who: string, generation = 1): LedgerEntry<Visit> {
  return { known: { who, at: AT }, generation };
}

/** An entry that takes the place of none, unless a version is given. */
export function write(subject: string, entry: LedgerEntry<Visit>, version?: string): LedgerWrite<Visit> {
  return { subject, entry, version, keepUntil: KEEP_UNTIL };
}

export async function entriesOf(ledger: Ledger<Visit>, scope: string): Promise<Record<string, unknown>> {
  const readings = await ledger.read(scope);
  return Object.fromEntries(
    [...readings].map(([subject, reading]) => [
      subject,
      "entry" in reading ? reading.entry : reading.unreadable,
    ]),
  );
}

/** The beginnings of `ledger.read`: the version of each subject. */
export async function versionsOf(ledger: Ledger<Visit>, scope: string): Promise<Map<string, string>> {
  return new Map([...(await ledger.read(scope))].map(([subject, { version }]) => [subject, version]));
}

const HOSTILE = [
  "a/b\\c#d?e%f",
  "..",
  ".",
  "%2e%2e/%00",
  "tab\tand\u0000and\u0085",
  "line\r\nHTTP/1.1 412 Precondition Failed\r\n\r\n{}",
  "O'Neil''s 'event'",
  'with "quotes" {and} {"odata.error":{"code":"x"}}',
  "a&b=c+d, e;f (g) <h>",
  "Zoë 🐟 日本",
  " around ",
  "!002f and !~",
  "a/".repeat(300),
  "🐟".repeat(300),
  `x${"🐟".repeat(300)}`,
  "x".repeat(600),
  `${"x".repeat(600)}y`,
  "A",
  "a",
];

export interface LedgerWorld {
  ledger: Ledger<Visit>;
  /** Makes what is kept of a subject unreadable. */
  spoil(scope: string, subject: string): unknown;
}

/** What every ledger does. Each case has scopes of its own. */
export function ledgerCases(what: string, { ledger, spoil }: LedgerWorld): void {
  suite(`${what}:`, () => {
    keepingCases(ledger);
    comparingCases(ledger);
    unreadableCases({ ledger, spoil });
  });
}

function keepingCases(ledger: Ledger<Visit>): void {
  test("a scope that nothing was written to is empty", async () => {
    assert.deepEqual(await entriesOf(ledger, "empty"), {});
  });

  test("writing nothing is nothing", async () => {
    assert.deepEqual(await ledger.write("nothing", []), []);
    assert.deepEqual(await entriesOf(ledger, "nothing"), {});
  });

  test("every form of an entry is read as it was written", async () => {
    const intent = {
      generation: 1,
      fact: { who: "Ada", at: AT },
      reference: "<1@example>",
      intendedAt: "2026-11-03T04:00:00Z",
    };
    const begun: LedgerEntry<Visit> = intending(NOTHING_KNOWN, intent);
    const entries: Record<string, LedgerEntry<Visit>> = {
      begun,
      known: visited("Ada"),
      again: intending(visited("Ada"), { ...intent, generation: 2 }),
      doubted: intending(visited("Ada"), { ...intent, generation: 3, place: "there" }, [intent]),
      found: { ...visited("Ada"), reference: "<1@example>", isMirrored: true },
      unusual: visited('"\\\u0000\u2028\u2029\n{}}🐟 日本 --changeset', 12_345),
    };
    await ledger.write(
      "forms",
      Object.entries(entries).map(([subject, entry]) => write(subject, entry)),
    );
    assert.deepEqual(await entriesOf(ledger, "forms"), entries);
  });

  test("scopes are apart, also when one is named like the beginning of another", async () => {
    await ledger.write("apart", [write("1", visited("Ada"))]);
    await ledger.write("apart/more", [write("1", visited("Bob"))]);
    assert.deepEqual(await entriesOf(ledger, "apart"), { 1: visited("Ada") });
    assert.deepEqual(await entriesOf(ledger, "apart/more"), { 1: visited("Bob") });
  });

  test("a part of a scope is read by its range of keys, its end not among it", async () => {
    const names = ["a", "b", "b'", "b/c", "c", "d"];
    await ledger.write(
      "ranged",
      names.map((name) => write(name, visited(name))),
    );
    const found = async (range: KeyRange): Promise<string[]> =>
      [...(await ledger.read("ranged", range)).keys()].sort();
    assert.deepEqual(await found({}), names.toSorted());
    assert.deepEqual(await found({ from: "b'", to: "d" }), ["b'", "c"]);
    assert.deepEqual(await found({ from: "c" }), ["c", "d"]);
    assert.deepEqual(await found({ to: "b" }), ["a"]);
    assert.deepEqual(await found({ from: "e" }), []);
  });

  test("250 entries are written at once, and changed at once, in the order given", async () => {
    const names = Array.from({ length: 250 }, (_, index) => `event-${(index * 37) % 250}`);
    const first = await ledger.write(
      "many",
      names.map((name) => write(name, visited(name))),
    );
    assert.deepEqual(new Map(names.map((name, index) => [name, first[index]])), await inOrder("many", names));
    // Old and new ones side by side, so that an answer that is given to the wrong entry shows.
    const changes = names.flatMap((name, index) => {
      const change = write(name, visited(`${name}, again`, 2), first[index]);
      return index % 3 === 0 ? [change, write(`new ${name}`, visited(name))] : [change];
    });
    const second = await ledger.write("many", changes);
    const subjects = changes.map(({ subject }) => subject);
    const versions = new Map(subjects.map((subject, index) => [subject, second[index]]));
    assert.deepEqual(versions, await inOrder("many", subjects));
    assert.deepEqual((await entriesOf(ledger, "many"))["event-7"], visited("event-7, again", 2));
  });

  async function inOrder(scope: string, subjects: readonly string[]): Promise<Map<string, unknown>> {
    const versions = await versionsOf(ledger, scope);
    assert.equal(versions.size, subjects.length);
    return new Map(subjects.map((subject) => [subject, versions.get(subject)]));
  }

  test("subjects may be any text", async () => {
    const versions = await ledger.write(
      "hostile",
      HOSTILE.map((subject) => write(subject, visited(subject))),
    );
    const written = Object.fromEntries(HOSTILE.map((subject) => [subject, visited(subject)]));
    assert.deepEqual(await entriesOf(ledger, "hostile"), written);
    await ledger.write(
      "hostile",
      HOSTILE.map((subject, index) => write(subject, visited(subject, 2), versions[index])),
    );
    const changed = Object.fromEntries(HOSTILE.map((subject) => [subject, visited(subject, 2)]));
    assert.deepEqual(await entriesOf(ledger, "hostile"), changed);
  });

  test("scopes may be any text", async () => {
    for (const text of HOSTILE) {
      const scope = `hostile/${text}`;
      const [version] = await ledger.write(scope, [write("1", visited(text))]);
      await ledger.write(scope, [write("1", visited(text, 2), version)]);
      assert.deepEqual(await entriesOf(ledger, scope), { 1: visited(text, 2) }, scope);
    }
  });
}

function comparingCases(ledger: Ledger<Visit>): void {
  const conflict = { name: "LedgerConflictError", message: /Another pass wrote 1 in the ledger of .*; this/ };

  test("an entry takes the place of the one that was read, by the version of reading or of writing", async () => {
    const [version] = await ledger.write("change", [write("1", visited("Ada"))]);
    assert.equal((await versionsOf(ledger, "change")).get("1"), version);
    await ledger.write("change", [write("1", visited("Bob", 2), version)]);
    await ledger.write("change", [
      write("1", visited("Eve", 3), (await versionsOf(ledger, "change")).get("1")),
    ]);
    assert.deepEqual(await entriesOf(ledger, "change"), { 1: visited("Eve", 3) });
  });

  test("an entry that another has changed since is not written over", async () => {
    const [version] = await ledger.write("changed", [write("1", visited("Ada"))]);
    await ledger.write("changed", [write("1", visited("Bob", 2), version)]);
    await assert.rejects(ledger.write("changed", [write("1", visited("Eve", 2), version)]), conflict);
    assert.deepEqual(await entriesOf(ledger, "changed"), { 1: visited("Bob", 2) });
  });

  test("an entry that another has made since is not written over", async () => {
    await ledger.write("made", [write("1", visited("Ada"))]);
    await assert.rejects(ledger.write("made", [write("1", visited("Bob"))]), conflict);
    assert.deepEqual(await entriesOf(ledger, "made"), { 1: visited("Ada") });
  });

  test("an entry that is gone since is not written", async () => {
    const [version] = await ledger.write("elsewhere", [write("1", visited("Ada"))]);
    await assert.rejects(ledger.write("gone", [write("1", visited("Bob"), version)]), conflict);
    assert.deepEqual(await entriesOf(ledger, "gone"), {});
  });

  test("one entry that is not what was read stops them all", async () => {
    await ledger.write("all", [write("1", visited("Ada"))]);
    const writes = ["2", "1", "3"].map((subject) => write(subject, visited("Bob")));
    await assert.rejects(ledger.write("all", writes), { name: "LedgerConflictError" });
    assert.deepEqual(await entriesOf(ledger, "all"), { 1: visited("Ada") });
  });

  test("of many who write the same at once, one wins", async () => {
    let versions = new Map<string, string>();
    for (let round = 0; round < 5; round += 1) {
      const writes = Array.from({ length: 10 }, (_, index) =>
        write(`${index}`, visited("Ada", round), versions.get(`${index}`)),
      );
      const racers = await Promise.allSettled(Array.from({ length: 8 }, () => ledger.write("race", writes)));
      const lost = racers.filter((racer) => racer.status === "rejected");
      assert.deepEqual(
        lost.map(({ reason }) => (reason as Error).name),
        Array.from({ length: 7 }, () => "LedgerConflictError"),
      );
      versions = await versionsOf(ledger, "race");
      const [winner] = racers.flatMap((racer) => (racer.status === "fulfilled" ? [racer.value] : []));
      assert.deepEqual(winner, [...versions.values()]);
    }
  });

  test("a subject that is named twice is a mistake of the program, and nothing is written", async () => {
    const twice = ["1", "2", "1"].map((subject) => write(subject, visited("Ada")));
    await assert.rejects(ledger.write("twice", twice), {
      name: "TypeError",
      message: "1 is written twice at once to twice.",
    });
    assert.deepEqual(await entriesOf(ledger, "twice"), {});
  });
}

function unreadableCases({ ledger, spoil }: LedgerWorld): void {
  test("an entry that cannot be read says so and what to do, beside those that can, and may be replaced", async () => {
    await ledger.write("spoiled", [write("1", visited("Ada")), write("2", visited("Bob"))]);
    await spoil("spoiled", "1");
    const readings = await ledger.read("spoiled");
    assert.deepEqual(await entriesOf(ledger, "spoiled"), {
      1: "What the ledger keeps of 1 in spoiled cannot be read: it is not JSON. If a newer version of this app wrote it, deploy that one again; otherwise delete the row of the table ledger whose subject it is: then nothing counts as known of it.",
      2: visited("Bob"),
    });
    await assert.rejects(ledger.write("spoiled", [write("1", visited("Eve"))]), {
      name: "LedgerConflictError",
    });
    await ledger.write("spoiled", [write("1", visited("Eve"), readings.get("1")?.version)]);
    assert.deepEqual((await entriesOf(ledger, "spoiled"))["1"], visited("Eve"));
  });
}
