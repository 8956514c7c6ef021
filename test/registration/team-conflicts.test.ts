import assert from "node:assert/strict";
import { test } from "node:test";
import { conflictingTeams } from "../../shared/registration/team-conflicts.ts";
import { parseTeamFile, type TeamFile } from "../../shared/registration/team-file.ts";

function aFile(team: string, calendar: object = {}, connection = "default"): TeamFile {
  return parseTeamFile(team, {
    team,
    connection,
    mail: { to: "host@example.org", pattern: "x.txt" },
    calendar: { name: "Team Calendar", ...calendar },
  });
}

test("teams that mark the same events are in conflict, and both are named", () => {
  const conflicts = conflictingTeams([
    aFile("manta"),
    aFile("shark", { topic: "Session" }),
    aFile("whale", { topic: "Match" }),
  ]);
  assert.deepEqual(
    conflicts.map(({ teams }) => teams),
    [["manta", "shark"]],
  );
  assert.match(conflicts[0]?.message ?? "", /teams\/manta\.json and teams\/shark\.json .*“Team Calendar”/);
});

test("three teams of one topic are three conflicts", () => {
  assert.equal(conflictingTeams([aFile("a"), aFile("b"), aFile("c")]).length, 3);
});

for (const [says, other] of [
  ["topics of which neither contains the other", aFile("b", { topic: "Practice" })],
  ["another calendar", aFile("b", { name: "Other Calendar" })],
  ["another extension", aFile("b", { extension: "org.example.b" })],
  ["another connection", aFile("b", {}, "other")],
  ["topics that differ in case", aFile("b", { topic: "team session" })],
] as const) {
  test(`teams with ${says} go together`, () => {
    assert.deepEqual(conflictingTeams([aFile("a"), other]), []);
  });
}

test("extensions that differ in case are one", () => {
  assert.equal(conflictingTeams([aFile("a"), aFile("b", { extension: "Org.MantaBots" })]).length, 1);
});
