import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { applyPlan, type Effects } from "../../shared/registration/apply.ts";
import type { Delivery, SendOutcome } from "../../shared/registration/outbox.ts";
import type { LedgerChange } from "../../shared/registration/team-ledger.ts";
import { aCard, anInvitee, aSession, planOf } from "./sessions.ts";

const contacts = [aCard("Ada", "ada@example.org", { jobTitle: "Team Member" })];

function planFor(count: number) {
  const events = Array.from({ length: count }, (_, index) => ({
    event: aSession({ id: `session-${index + 1}`, attendees: [anInvitee("ada@example.org")] }),
  }));
  return planOf({ events, contacts });
}

interface Told {
  /** `intended session-1`, `sent session-1`, … in their order. */
  steps: string[];
  effects: Effects;
}

/** Effects that write down what is asked of them. */
function remembering({
  outcome = { state: "sent", warnings: [] },
  write = () => undefined,
  signal = new AbortController().signal,
}: {
  outcome?: SendOutcome;
  write?: (changes: readonly LedgerChange[]) => void;
  signal?: AbortSignal;
} = {}): Told {
  const steps: string[] = [];
  const effects: Effects = {
    outbox: {
      together: 5,
      send: async (letters) => {
        steps.push(`mail ${letters.map(({ mark }) => mark?.eventId).join()}`);
        return letters.map((): Delivery => ({ outcome, isMarked: false }));
      },
    },
    ledger: {
      write: async (changes) => {
        for (const { eventId, entry } of changes) {
          steps.push(`${entry.intent ? "intended" : `known ${entry.generation}`} ${eventId}`);
        }
        write(changes);
      },
    },
    markOn: (eventId, mark) => ({ eventId, name: "org.mantabots", properties: { ...mark }, exists: false }),
    writeMarks: async (marks) => {
      steps.push(`mark ${marks.map(({ eventId }) => eventId).join()}`);
      return marks.map(() => undefined);
    },
    now: () => new Date("2026-11-03T04:00:00Z"),
    signal,
    forgets: false,
  };
  return { steps, effects };
}

suite("carrying out a plan", () => {
  test("writes the intent, sends, writes what is known, and marks, in this order", async () => {
    const { steps, effects } = remembering();
    const { rows } = await applyPlan(planFor(1), effects);
    assert.deepEqual(steps, ["intended session-1", "mail session-1", "known 1 session-1", "mark session-1"]);
    assert.deepEqual(
      rows.map(({ action }) => action),
      ["sent"],
    );
  });

  test("sends nothing that could not be written down before", async () => {
    const { steps, effects } = remembering({
      write: () => {
        throw new Error("the storage account is away");
      },
    });
    const { rows, warnings } = await applyPlan(planFor(3), effects);
    assert.deepEqual(steps, ["intended session-1", "intended session-2", "intended session-3"]);
    assert.deepEqual(
      [rows.map(({ action }) => action), warnings],
      [
        ["failed", "failed", "failed"],
        ["no_adult", "ledger_failed"],
      ],
    );
    assert.match(
      rows[0]?.error ?? "",
      /^The notice was not sent: not begun any more: the storage account is away/,
    );
  });

  test("sends nothing either when the storage account does not say why it was not written down", async () => {
    const { steps, effects } = remembering({
      write: () => {
        throw Object.assign(new Error(""), { statusCode: 501 });
      },
    });
    const { rows } = await applyPlan(planFor(1), effects);
    assert.deepEqual(steps, ["intended session-1"]);
    assert.match(rows[0]?.error ?? "", /not begun any more: Error/);
  });

  test("takes the intent back when the mail was surely not sent", async () => {
    const { steps, effects } = remembering({ outcome: { state: "refused", error: "403" } });
    await applyPlan(planFor(1), effects);
    assert.deepEqual(steps, ["intended session-1", "mail session-1", "known 0 session-1"]);
  });

  test("leaves the intent where it is when nobody knows", async () => {
    const { steps, effects } = remembering({ outcome: { state: "unknown", error: "no answer" } });
    const { rows } = await applyPlan(planFor(1), effects);
    assert.deepEqual(steps, ["intended session-1", "mail session-1"]);
    assert.equal(rows[0]?.action, "pending");
  });

  test("says that a notice was sent when that could not be written down, and marks it all the same", async () => {
    const { steps, effects } = remembering({
      write: (changes) => {
        if (changes.some(({ entry }) => !entry.intent)) throw new Error("the storage account is away");
      },
    });
    const { rows } = await applyPlan(planFor(1), effects);
    assert.equal(steps.at(-1), "mark session-1");
    assert.equal(rows[0]?.action, "sent");
    assert.match(
      rows[0]?.error ?? "",
      /^The notice was sent, but this could not be recorded, so the next pass looks/,
    );
  });

  test("begins nothing once a lock is lost", async () => {
    const { steps, effects } = remembering({ signal: AbortSignal.abort(new Error("the lock was lost")) });
    const { rows } = await applyPlan(planFor(2), effects);
    assert.deepEqual(steps, []);
    assert.match(rows[1]?.error ?? "", /not begun any more: the lock was lost/);
  });

  test("spreads a few notices over four lanes, and sends no more than five together", async () => {
    for (const [count, together] of [
      [3, [1, 1, 1]],
      [8, [2, 2, 2, 2]],
      [23, [5, 5, 5, 5, 3]],
    ] as const) {
      const { steps, effects } = remembering();
      await applyPlan(planFor(count), effects);
      const sizes = steps.flatMap((step) => (step.startsWith("mail") ? [step.split(",").length] : []));
      assert.deepEqual(sizes, together);
    }
  });
});
