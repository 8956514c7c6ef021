import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { runIdOf } from "../../shared/runs/run-id.ts";
import { parseRunRequest } from "../../shared/registration/run-request.ts";
import { parseWorkMessage, workMessages } from "../../shared/registration/work-message.ts";

const MESSAGE = {
  kind: "passes",
  version: 1,
  batch: "scheduled-2026-11-03T04:00:00Z",
  connection: "default",
  teams: ["robots", "sharks"],
  attempt: 0,
};

test("teams are sent by connection, each in one message", () => {
  const places = [
    { team: "robots", connection: "default" },
    { team: "frogs", connection: "pond" },
    { team: "sharks", connection: "default" },
  ];
  const { batch } = MESSAGE;
  assert.deepEqual(workMessages(places, { batch }), [
    MESSAGE,
    { ...MESSAGE, connection: "pond", teams: ["frogs"] },
  ]);
});

test("very many teams of one connection are split, so that each message fits into the queue with the largest request", () => {
  const names = Array.from({ length: 450 }, (_, index) => String(index).padStart(63, "t"));
  const resend: string[] = [];
  const parsed = (): ReturnType<typeof parseRunRequest> => parseRunRequest({ resend });
  while ("request" in parsed()) resend.push("e".repeat(150));
  resend.pop();
  const outcome = parsed();
  assert.ok("request" in outcome);
  const places = names.map((team) => ({ team, connection: "c".repeat(63) }));
  const messages = workMessages(places, { batch: "b".repeat(36), request: outcome.request });
  assert.deepEqual(
    messages.flatMap(({ teams }) => teams),
    names,
  );
  for (const message of messages) {
    assert.ok(Buffer.byteLength(JSON.stringify(message)) <= 48 * 1024);
    assert.deepEqual(parseWorkMessage(JSON.parse(JSON.stringify(message))), message);
  }
});

suite("a message is refused", () => {
  for (const [why, body, mistake] of [
    ["of another kind", { ...MESSAGE, kind: "absences" }, /kind/],
    ["of another version", { ...MESSAGE, version: 2 }, /version/],
    ["with more tries than there are", { ...MESSAGE, attempt: 4 }, /attempt/],
    ["without a team", { ...MESSAGE, teams: [] }, /teams/],
    ["with a field nobody knows", { ...MESSAGE, secret: "x" }, /secret/],
    ["whose request is wrong", { ...MESSAGE, request: { trial: true } }, /request\.trial/],
    ["that is text", "robots", /expected object/],
  ] as const) {
    test(`${why}, with the reason`, () => {
      assert.throws(() => parseWorkMessage(body), { name: "WorkMessageError", message: mistake });
    });
  }
});

test("a run has the same id wherever it is carried out, and another one for each batch, team and try", () => {
  const key = { batch: "a", subject: "b", attempt: 0 };
  assert.equal(runIdOf(key), runIdOf({ ...key }));
  assert.match(runIdOf(key), /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-a[0-9a-f]{3}-[0-9a-f]{12}$/);
  const others = [
    { ...key, batch: "c" },
    { ...key, subject: "c" },
    { ...key, attempt: 1 },
    { batch: "ab", subject: "", attempt: 0 },
  ];
  assert.equal(new Set([key, ...others].map(runIdOf)).size, 5);
});
