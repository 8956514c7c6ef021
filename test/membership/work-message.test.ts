import assert from "node:assert/strict";
import { test } from "node:test";
import { jobOf, LAST_PART, parseWorkMessage, workMessage } from "../../shared/membership/work-message.ts";

const MESSAGE = workMessage({ batch: "scheduled-2026-11-03T04:30:00Z", space: "all-hands" });

test("a message is read as it was written, and no other is", () => {
  for (const request of [
    MESSAGE.request,
    { kind: "sync", dryRun: false, force: "0".repeat(64) },
    { kind: "undo", undoes: "a run" },
  ] as const) {
    assert.deepEqual(parseWorkMessage({ ...MESSAGE, request }), { ...MESSAGE, request });
  }
  for (const wrong of [
    undefined,
    "text",
    {},
    { ...MESSAGE, kind: "passes" },
    { ...MESSAGE, space: "" },
    { ...MESSAGE, attempt: 4 },
    { ...MESSAGE, part: LAST_PART + 1 },
    { ...MESSAGE, token: "x" },
    { ...MESSAGE, request: { kind: "undo" } },
    { ...MESSAGE, request: { kind: "sync" } },
  ]) {
    assert.throws(() => parseWorkMessage(wrong), { name: "WorkMessageError" });
  }
  assert.equal(jobOf(MESSAGE).runId, jobOf({ ...MESSAGE }).runId);
  assert.notEqual(jobOf(MESSAGE).runId, jobOf({ ...MESSAGE, attempt: 1 }).runId);
});
