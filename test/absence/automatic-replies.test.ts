import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { isAway, parseReplies } from "../../shared/absence/automatic-replies.ts";
import { randomSeed } from "../registration/random-seed.ts";

/** As Graph answers it. */
function setting(changes: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    "@odata.context":
      "https://graph.microsoft.com/v1.0/$metadata#users('ada')/mailboxSettings/automaticRepliesSetting",
    status: "scheduled",
    externalAudience: "all",
    internalReplyMessage: "<p>in</p>",
    externalReplyMessage: "<p>out</p>",
    ...schedule("2026-11-02T08:00:00.0000000", "2026-11-06T17:00:00.0000000"),
    ...changes,
  };
}

function schedule(from: string, to: string, zone = "UTC"): Record<string, unknown> {
  return {
    scheduledStartDateTime: { dateTime: from, timeZone: zone },
    scheduledEndDateTime: { dateTime: to, timeZone: zone },
  };
}

function windowOf(body: unknown): string[] {
  const replies = parseReplies(body);
  assert.ok("status" in replies, JSON.stringify(replies));
  assert.ok(replies.window);
  return [replies.window.start.toISOString(), replies.window.end.toISOString()];
}

suite("a mailbox's automatic replies", () => {
  test("are read as Graph answers them", () => {
    assert.deepEqual(parseReplies(setting()), {
      status: "scheduled",
      audience: "all",
      window: { start: new Date("2026-11-02T08:00:00Z"), end: new Date("2026-11-06T17:00:00Z") },
      internal: "<p>in</p>",
      external: "<p>out</p>",
    });
  });

  test("have no window unless they are scheduled, whatever Outlook remembers of the last", () => {
    for (const status of ["disabled", "alwaysEnabled"]) {
      for (const changes of [{}, schedule("never", "never", "Nowhere"), { scheduledStartDateTime: null }]) {
        const replies = parseReplies(setting({ status, ...changes }));
        assert.ok("status" in replies && !("window" in replies));
      }
    }
  });

  test("may lack the texts and the audience", () => {
    const replies = parseReplies({ status: "disabled", internalReplyMessage: null });
    assert.deepEqual(replies, { status: "disabled", audience: "all", internal: "", external: "" });
  });

  for (const [says, from, to, zone, window] of [
    [
      "in a Windows zone, in summer",
      "2026-07-01T08:00:00.0000000",
      "2026-07-03T17:00:00",
      "Eastern Standard Time",
      ["2026-07-01T12:00:00.000Z", "2026-07-03T21:00:00.000Z"],
    ],
    [
      "over the night the clocks go back",
      "2026-10-31T17:00:00",
      "2026-11-02T08:00:00",
      "America/New_York",
      ["2026-10-31T21:00:00.000Z", "2026-11-02T13:00:00.000Z"],
    ],
    [
      "over the night they go forward",
      "2026-03-28T18:00:00",
      "2026-03-30T08:00:00",
      "Romance Standard Time",
      ["2026-03-28T17:00:00.000Z", "2026-03-30T06:00:00.000Z"],
    ],
    [
      "within the hour that comes twice",
      "2026-11-01T01:45:00",
      "2026-11-01T01:15:00",
      "America/New_York",
      ["2026-11-01T05:45:00.000Z", "2026-11-01T06:15:00.000Z"],
    ],
    [
      "at a time that the clocks leave out",
      "2026-03-08T02:30:00",
      "2026-03-08T12:00:00",
      "America/New_York",
      ["2026-03-08T07:30:00.000Z", "2026-03-08T16:00:00.000Z"],
    ],
    [
      "without an end in sight, to the last instant that can be written down",
      "2026-03-08T12:00:00",
      "9999-12-31T23:59:59.9999999",
      "Pacific Standard Time",
      ["2026-03-08T19:00:00.000Z", "9999-12-31T23:59:59.999Z"],
    ],
    [
      "that is not to begin any more, at the last instant that can be written down",
      "9999-12-31T23:00:00",
      "9999-12-31T23:30:00",
      "Pacific Standard Time",
      ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
    ],
    [
      "with an offset of its own",
      "2026-03-08T02:30:00Z",
      "2026-03-08T12:00:00+02:00",
      "America/New_York",
      ["2026-03-08T02:30:00.000Z", "2026-03-08T10:00:00.000Z"],
    ],
  ] as const) {
    test(`a window ${says} is of instants`, () => {
      assert.deepEqual(windowOf(setting(schedule(from, to, zone))), window);
    });
  }

  for (const [says, body, why] of [
    ["a status nobody knows", setting({ status: "unknownFutureValue" }), /not understood: status\./],
    [
      "an audience nobody knows",
      setting({ externalAudience: "someone" }),
      /not understood: externalAudience\./,
    ],
    [
      "a schedule without an end",
      setting({ scheduledEndDateTime: null }),
      /not understood: scheduledEndDateTime\./,
    ],
    [
      "a zone nobody knows",
      setting(schedule("2026-11-02T08:00:00", "2026-11-06T17:00:00", "Nowhere")),
      /start cannot be read: the time zone “Nowhere” is not known/,
    ],
    [
      "a day that does not exist",
      setting(schedule("2026-11-02T08:00:00", "2026-11-31T17:00:00")),
      /end cannot be read: “2026-11-31T17:00:00” is not a date and time/,
    ],
    [
      "an offset that does not exist",
      setting(schedule("2026-11-02T08:00:00+99:99", "2026-11-30T17:00:00")),
      /start cannot be read/,
    ],
    ["a page instead", "<html>secret</html>", /not understood: the answer\./],
    ["nothing", undefined, /not understood: the answer\./],
  ] as const) {
    test(`${says} cannot be read, which is not the same as being here`, () => {
      const reading = parseReplies(body);
      assert.ok("unreadable" in reading);
      assert.match(reading.unreadable, why);
      assert.doesNotMatch(reading.unreadable, /secret|<p>/);
    });
  }

  test("never throw, whatever the answer", (t) => {
    const time = fc.record({ dateTime: fc.string(), timeZone: fc.string() });
    const near = fc.record({
      status: fc.constantFrom("disabled", "scheduled", "x", null),
      scheduledStartDateTime: fc.oneof(time, fc.jsonValue()),
      scheduledEndDateTime: time,
    });
    fc.assert(
      fc.property(fc.oneof(near, fc.jsonValue()), (body) => {
        const reading = parseReplies(body);
        assert.ok("status" in reading || reading.unreadable.length > 0);
      }),
      { numRuns: 300, ...randomSeed(t) },
    );
  });
});

suite("being away", () => {
  const window = { start: new Date("2026-11-02T08:00:00Z"), end: new Date("2026-11-06T17:00:00Z") };

  for (const [at, away] of [
    ["2026-11-02T07:59:59.999Z", false],
    ["2026-11-02T08:00:00.000Z", true],
    ["2026-11-06T16:59:59.999Z", true],
    ["2026-11-06T17:00:00.000Z", false],
  ] as const) {
    test(`is ${away} at ${at} by a schedule from the 2nd, 08:00, to the 6th, 17:00`, () => {
      assert.equal(isAway({ status: "scheduled", window }, new Date(at)), away);
    });
  }

  test("is up to the switch alone without a schedule", () => {
    assert.equal(isAway({ status: "alwaysEnabled" }, window.start), true);
    assert.equal(isAway({ status: "disabled" }, window.start), false);
  });

  test("does not come about by a window that ends before it starts", () => {
    const backwards = { status: "scheduled", window: { start: window.end, end: window.start } } as const;
    for (const at of [window.start, window.end]) assert.equal(isAway(backwards, at), false);
  });
});
