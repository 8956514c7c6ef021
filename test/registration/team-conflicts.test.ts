import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { teamConflicts } from "../../shared/registration/team-conflicts.ts";
import { parseTeamFile, type TeamFile } from "../../shared/registration/team-file.ts";
import { randomSeed } from "./random-seed.ts";

function aFile(team: string, calendar: object = {}, connection = "default"): TeamFile {
  return parseTeamFile(team, {
    team,
    connection,
    mail: { to: "host@example.org", pattern: "x.txt" },
    calendar: { name: "Team Calendar", ...calendar },
  });
}

test("teams that mark the same events are in conflict, and both are named", () => {
  const conflicts = teamConflicts([
    aFile("manta"),
    aFile("shark", { topic: "Session" }),
    aFile("whale", { topic: "Match" }),
  ]);
  assert.deepEqual([...conflicts.keys()].sort(), ["manta", "shark"]);
  assert.match(
    conflicts.get("manta") ?? "",
    /teams\/manta\.json and teams\/shark\.json .*“Team Calendar” .*“Team Session” and “Session”/,
  );
  assert.equal(conflicts.get("shark"), conflicts.get("manta"));
});

test("of three teams of one topic each is told of the first of the others", () => {
  const conflicts = teamConflicts([aFile("a"), aFile("b"), aFile("c")]);
  const pairs = ["a", "b", "c"].map((team) =>
    /teams\/(.)\.json and teams\/(.)\.json/.exec(conflicts.get(team) ?? ""),
  );
  assert.deepEqual(
    pairs.map((pair) => pair?.slice(1)),
    [
      ["a", "b"],
      ["a", "b"],
      ["a", "c"],
    ],
  );
});

test("topics are found in one another wherever and however often they stand, as when each is compared with each", (t) => {
  const letter = fc.constantFrom("a", "b", " ");
  const topic = fc
    .string({ unit: letter, minLength: 1, maxLength: 5 })
    .filter((text) => text.trim() === text);
  const property = fc.property(fc.array(topic, { maxLength: 12 }), (topics) => {
    const files = topics.map((each, index) => aFile(`t${index}`, { topic: each }));
    const inConflict = files.filter((file) =>
      files.some((other) => other !== file && overlap(file.calendar.topic, other.calendar.topic)),
    );
    assert.deepEqual([...teamConflicts(files).keys()].sort(), inConflict.map(({ team }) => team).sort());
  });
  fc.assert(property, randomSeed(t));
});

function overlap(one: string, other: string): boolean {
  return one.includes(other) || other.includes(one);
}

for (const [says, other] of [
  ["topics of which neither contains the other", aFile("b", { topic: "Practice" })],
  ["another calendar", aFile("b", { name: "Other Calendar" })],
  ["another extension", aFile("b", { extension: "org.example.b" })],
  ["another connection", aFile("b", {}, "other")],
  ["topics that differ in case", aFile("b", { topic: "team session" })],
] as const) {
  test(`teams with ${says} go together`, () => {
    assert.equal(teamConflicts([aFile("a"), other]).size, 0);
  });
}

test("extensions that differ in case are one", () => {
  assert.equal(teamConflicts([aFile("a"), aFile("b", { extension: "Org.MantaBots" })]).size, 2);
});
