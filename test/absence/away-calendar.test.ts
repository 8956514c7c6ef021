import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { awayCalendar } from "../../shared/absence/away-calendar.ts";
import type { MonitoredUser, Seen } from "../../shared/absence/monitored-user.ts";
import { randomSeed } from "../registration/random-seed.ts";

const NOW = new Date("2026-10-30T12:00:00.000Z");
const SEEN_AT = "2026-10-20T23:30:00.000Z";
const WINDOW = { start: "2026-10-31T21:00:00.000Z", end: "2026-11-02T13:00:00.000Z" };

function user(name: string, found: Seen | undefined): MonitoredUser {
  return { id: `${name}-id`, email: `${name}@example.com`, registration: "r", registeredAt: SEEN_AT, found };
}
const scheduled = (window = WINDOW): Seen => ({ status: "scheduled", audience: "all", window, at: SEEN_AT });
const always: Seen = { status: "alwaysEnabled", audience: "all", at: SEEN_AT };

/** Each event's lines, unfolded, by name. */
function eventsOf(calendar: string): Record<string, string>[] {
  const lines = calendar.replaceAll("\r\n ", "").split("\r\n");
  const events: Record<string, string>[] = [];
  for (const line of lines) {
    const colon = line.indexOf(":");
    const event = events.at(-1);
    if (line === "BEGIN:VEVENT") events.push({});
    else if (event && colon > 0) event[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return events;
}

suite("the calendar of who is away", () => {
  test("shows a window by its instants, over a night in which clocks change", () => {
    const [event] = eventsOf(awayCalendar([user("ada", scheduled())], NOW));
    assert.equal(event?.UID, "ada-id.away@rollcall");
    assert.equal(event?.SUMMARY, "ada@example.com is away");
    assert.equal(event?.DTSTART, "20261031T210000Z");
    assert.equal(event?.DTEND, "20261102T130000Z");
    assert.equal(event?.DTSTAMP, "20261020T233000Z");
    assert.equal(event?.["X-MICROSOFT-CDO-BUSYSTATUS"], "OOF");
  });

  test("shows who set no end every day, from the day it was seen on", () => {
    const [event] = eventsOf(awayCalendar([user("ada", always)], NOW));
    assert.equal(event?.["DTSTART;VALUE=DATE"], "20261020");
    assert.equal(event?.RRULE, "FREQ=DAILY");
    assert.ok(event && !Object.keys(event).some((name) => name.startsWith("DTEND")));
  });

  for (const [says, found] of [
    ["has not been checked", undefined],
    ["is here", { status: "disabled", audience: "all", at: SEEN_AT }],
    ["was away", scheduled({ start: "2026-10-01T00:00:00.000Z", end: NOW.toISOString() })],
    ["set an end before the start", scheduled({ start: WINDOW.end, end: WINDOW.start })],
    ["could never be read", { unreadable: "403", at: SEEN_AT }],
  ] satisfies [string, Seen | undefined][]) {
    test(`does not show who ${says}`, () => {
      assert.deepEqual(eventsOf(awayCalendar([user("ada", found)], NOW)), []);
    });
  }

  test("shows what was last seen of a mailbox that cannot be read any more", () => {
    const found: Seen = {
      unreadable: "403",
      at: NOW.toISOString(),
      before: { status: "scheduled", audience: "all", window: WINDOW, at: SEEN_AT },
    };
    assert.equal(eventsOf(awayCalendar([user("ada", found)], NOW)).length, 1);
  });

  test("moves the event of a window that was edited, and is the same to the byte when nothing changed", () => {
    const users = [user("bob", always), user("ada", scheduled())];
    const calendar = awayCalendar(users, NOW);
    assert.equal(awayCalendar(users.toReversed(), new Date("2026-11-01T00:00:00Z")), calendar);
    const edited = awayCalendar(
      [user("ada", scheduled({ ...WINDOW, end: "2026-11-09T13:00:00.000Z" }))],
      NOW,
    );
    assert.equal(eventsOf(edited)[0]?.UID, eventsOf(calendar)[0]?.UID);
    assert.equal(eventsOf(edited)[0]?.DTEND, "20261109T130000Z");
  });

  test("is a calendar although nobody is away", () => {
    const calendar = awayCalendar([], NOW);
    assert.match(calendar, /^BEGIN:VCALENDAR\r\nVERSION:2.0\r\n/);
    assert.match(calendar, /\r\nEND:VCALENDAR\r\n$/);
  });

  test("lets no name put a line or an event of its own into it", (t) => {
    const piece = fc.constantFrom(
      "\r\n",
      "\n",
      "\r",
      "END:VEVENT",
      "BEGIN:VALARM",
      "\\",
      ";",
      ",",
      ":",
      '"',
      "\u2028",
      "\u0000",
      "é",
      "🏖".repeat(30),
      "a".repeat(80),
    );
    const email = fc.array(fc.oneof(piece, fc.string({ unit: "binary", maxLength: 8 })), { maxLength: 8 });
    fc.assert(
      fc.property(email, (parts) => {
        const calendar = awayCalendar([{ ...user("ada", scheduled()), email: parts.join("") }], NOW);
        const lines = calendar.split("\r\n");
        assert.ok(lines.every((line) => Buffer.byteLength(line) <= 75));
        assert.doesNotMatch(lines.join(""), /[\p{Cc}\p{Cs}]/u);
        const names = lines.filter((line) => !line.startsWith(" ")).map((line) => line.split(/[:;]/u, 1)[0]);
        assert.deepEqual(
          names,
          awayCalendar([user("ada", scheduled())], NOW)
            .split("\r\n")
            .filter((line) => !line.startsWith(" "))
            .map((line) => line.split(/[:;]/u, 1)[0]),
        );
      }),
      { numRuns: 100, ...randomSeed(t) },
    );
  });
});
