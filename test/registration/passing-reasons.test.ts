import assert from "node:assert/strict";
import { test } from "node:test";
import { mayPass } from "../../shared/registration/passing-reasons.ts";
import { type EventRow, type Run, statusOf } from "../../shared/registration/run.ts";

function aRun({ error, events = [] }: Partial<Pick<Run, "error" | "events">>): Run {
  return {
    runId: "a-run",
    batch: "a-batch",
    team: "robots",
    status: statusOf({ events, ...(error ? { error } : {}) }),
    dryRun: false,
    startedAt: "2026-11-03T04:00:00Z",
    finishedAt: "2026-11-03T04:00:01Z",
    requests: 4,
    warnings: [],
    events,
    ...(error ? { error } : {}),
  };
}

function aRow(row: Partial<EventRow>): EventRow {
  const nobody = { students: [], adults: [], mentors: [] };
  const start = "2026-11-03T16:00:00Z";
  return {
    eventId: "an-event",
    subject: "Team Session",
    start,
    action: "sent",
    to: [],
    attendees: nobody,
    announced: nobody,
    unknownAttendees: [],
    ...row,
  };
}

for (const code of [
  "throttled",
  "graph_unreachable",
  "storage_unavailable",
  "token_unavailable",
  "lock_lost",
  "unexpected",
]) {
  test(`a run that ended as ${code} may end better later`, () => {
    assert.equal(mayPass(aRun({ error: { code, message: "" } })), true);
  });
}

for (const code of [
  "config_invalid",
  "pattern_invalid",
  "calendar_not_found",
  "permission_missing",
  "consent_expired",
  "not_connected",
  "client_secret_refused",
  "graph_refused",
]) {
  test(`a run that ended as ${code} waits for a person`, () => {
    assert.equal(mayPass(aRun({ error: { code, message: "" } })), false);
  });
}

for (const [what, row, expected] of [
  ["whose notice is in doubt", { action: "pending", error: "no answer" }, true],
  ["whose notice was refused", { action: "failed", error: "503" }, true],
  ["whose mark was not written", { action: "sent", error: "503" }, true],
  ["whose mark could not be read", { action: "failed", reason: "unread_mark", error: "503" }, true],
  ["that is announced", {}, false],
] as const) {
  test(`an event ${what} is ${expected ? "a reason" : "no reason"} to try the pass again`, () => {
    assert.equal(mayPass(aRun({ events: [aRow({}), aRow(row)] })), expected);
  });
}

test("an event that has no time will have none in an hour", () => {
  const { start: _, ...row } = aRow({ action: "failed", error: "The event has no start." });
  assert.equal(mayPass(aRun({ events: [row] })), false);
});
