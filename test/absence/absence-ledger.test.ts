import assert from "node:assert/strict";
import { test } from "node:test";
import { keepUntil, notSent, notTaken, taken } from "../../shared/absence/absence-ledger.ts";

const NOW = new Date("2026-11-02T08:00:00.000Z");
const fact = { registration: "r", away: true, digest: "d", at: "2026-11-02T07:59:00.000Z", tries: 3 };
const waiting = {
  generation: 0,
  known: undefined,
  intent: { generation: 1, fact: { ...fact, says: "out" }, reference: "msg_1", intendedAt: fact.at },
};

test("a text is kept until the target takes it, and no longer than 30 days after the last try", () => {
  assert.equal(keepUntil(waiting, NOW).toISOString(), "2026-12-02T08:00:00.000Z");
  const done = taken(waiting, NOW);
  assert.doesNotMatch(JSON.stringify(done), /out/u);
  assert.equal(done.known?.deliveredAt, NOW.toISOString());
  assert.equal(keepUntil(done, NOW).getUTCFullYear(), 2036);
});

test("what was not sent for lack of time was no try", () => {
  assert.equal(notTaken(waiting, "it answered 503").intent?.fact.tries, 3);
  assert.equal(notSent(waiting, "late").intent?.fact.tries, 2);
});
