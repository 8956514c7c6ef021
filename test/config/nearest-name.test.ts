import assert from "node:assert/strict";
import { test } from "node:test";
import { nearestName } from "../../shared/config/nearest-name.ts";

for (const [given, names, nearest] of [
  ["studnets", ["students", "adults", "mentors"], "students"],
  ["Students", ["students", "adults"], "students"],
  ["strat_time", ["date", "start_time", "end_time"], "start_time"],
  ["tema", ["team", "date"], "team"],
  ["colour", ["students", "adults"], undefined],
  ["x", [], undefined],
  ["", ["a"], "a"],
] as const) {
  test(`of ${names.join(", ") || "no names"}, ${given || "nothing"} is nearest to ${nearest ?? "none"}`, () => {
    assert.equal(nearestName(given, names), nearest);
  });
}
