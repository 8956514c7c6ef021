import assert from "node:assert/strict";
import { test } from "node:test";
import { problem } from "../../shared/http/problem.ts";

test("a problem without a type of its own has its status's own words as title", () => {
  assert.deepEqual(problem(404, "There is no team frogs. Known teams: mantabots."), {
    title: "Not Found",
    status: 404,
    detail: "There is no team frogs. Known teams: mantabots.",
  });
});

test("a problem may carry a type, a title and members of its own, and none that contradict its status", () => {
  const extra = { type: "https://rollcall.example/busy", title: "Busy", team: "frogs", status: 200 };
  assert.deepEqual(problem(409, "Try again in a minute.", extra), {
    type: "https://rollcall.example/busy",
    title: "Busy",
    status: 409,
    detail: "Try again in a minute.",
    team: "frogs",
  });
});
