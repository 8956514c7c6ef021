import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { EventTimeError, registrationSlot } from "../../shared/registration/timeslot.ts";
import { randomSeed } from "./random-seed.ts";

interface Case {
  says: string;
  from: string;
  to: string;
  /** The zone of both, UTC unless said. */
  zone?: string;
  allDay?: boolean;
  madeIn?: string;
  team?: string;
  fullDay?: boolean;
  slot: [start: string, end: string];
}

const NEW_YORK = "America/New_York";

function slotOf({ from, to, zone = "UTC", allDay = false, madeIn, team = NEW_YORK, fullDay = false }: Case) {
  const slot = registrationSlot(
    {
      isAllDay: allDay,
      start: { dateTime: from, timeZone: zone },
      end: { dateTime: to, timeZone: zone },
      ...(madeIn ? { originalStartTimeZone: madeIn } : {}),
    },
    { timeZone: team, fullDay },
  );
  return [slot.start.toISOString(), slot.end.toISOString()];
}

function holds(cases: Case[]): void {
  for (const given of cases) {
    test(given.says, () => {
      assert.deepEqual(
        slotOf(given),
        given.slot.map((time) => new Date(time).toISOString()),
      );
    });
  }
}

suite("a timed event", () => {
  holds([
    {
      says: "keeps its hours when people are announced by the hour",
      from: "2026-11-03T13:05:00.0000000",
      to: "2026-11-03T22:00:00.0000000",
      slot: ["2026-11-03T13:05:00Z", "2026-11-03T22:00:00Z"],
    },
    {
      says: "is read in the zone that is stated, Windows names too",
      from: "2026-07-03T08:05:00.0000000",
      to: "2026-07-03T17:00:00.0000000",
      zone: "Romance Standard Time",
      slot: ["2026-07-03T06:05:00Z", "2026-07-03T15:00:00Z"],
    },
    {
      says: "may be stated without a fraction, or without seconds",
      from: "2026-11-03T13:05",
      to: "2026-11-03T22:00:00",
      slot: ["2026-11-03T13:05:00Z", "2026-11-03T22:00:00Z"],
    },
    {
      says: "that carries a Z is in UTC whatever zone is named",
      from: "2026-11-03T13:05:00Z",
      to: "2026-11-03T22:00:00.000Z",
      zone: "Eastern Standard Time",
      slot: ["2026-11-03T13:05:00Z", "2026-11-03T22:00:00Z"],
    },
    {
      says: "is kept to the millisecond",
      from: "2026-11-03T13:05:00.1239999",
      to: "2026-11-03T22:00:00.5",
      slot: ["2026-11-03T13:05:00.123Z", "2026-11-03T22:00:00.500Z"],
    },
    {
      says: "is widened to its local day when people are announced by the day",
      from: "2026-11-03T13:05:00.0000000",
      to: "2026-11-03T22:00:00.0000000",
      fullDay: true,
      slot: ["2026-11-03T05:00:00Z", "2026-11-04T04:59:59Z"],
    },
    {
      says: "over midnight is widened to both days",
      from: "2026-11-03T22:00:00.0000000",
      to: "2026-11-04T02:00:00.0000000",
      zone: NEW_YORK,
      fullDay: true,
      slot: ["2026-11-03T05:00:00Z", "2026-11-05T04:59:59Z"],
    },
    {
      says: "over midnight keeps its hours otherwise",
      from: "2026-11-03T22:00:00.0000000",
      to: "2026-11-04T02:00:00.0000000",
      zone: NEW_YORK,
      slot: ["2026-11-04T03:00:00Z", "2026-11-04T07:00:00Z"],
    },
    {
      says: "that ends at midnight does not touch the day that begins there",
      from: "2026-11-03T18:00:00.0000000",
      to: "2026-11-04T00:00:00.0000000",
      zone: NEW_YORK,
      fullDay: true,
      slot: ["2026-11-03T05:00:00Z", "2026-11-04T04:59:59Z"],
    },
    {
      says: "of no length at midnight is in the day that begins there",
      from: "2026-11-04T00:00:00.0000000",
      to: "2026-11-04T00:00:00.0000000",
      zone: NEW_YORK,
      fullDay: true,
      slot: ["2026-11-04T05:00:00Z", "2026-11-05T04:59:59Z"],
    },
    {
      says: "late in UTC is in the local day before",
      from: "2026-11-04T02:00:00.0000000",
      to: "2026-11-04T03:00:00.0000000",
      fullDay: true,
      slot: ["2026-11-03T05:00:00Z", "2026-11-04T04:59:59Z"],
    },
    {
      says: "early in UTC is in the local day after, east of it",
      from: "2026-11-03T12:00:00.0000000",
      to: "2026-11-03T13:00:00.0000000",
      team: "Pacific/Auckland",
      fullDay: true,
      slot: ["2026-11-03T11:00:00Z", "2026-11-04T10:59:59Z"],
    },
    {
      says: "on the day of 23 hours is widened to 23 hours",
      from: "2026-03-08T15:00:00.0000000",
      to: "2026-03-08T18:00:00.0000000",
      fullDay: true,
      slot: ["2026-03-08T05:00:00Z", "2026-03-09T03:59:59Z"],
    },
    {
      says: "on the day of 25 hours is widened to 25 hours",
      from: "2026-10-25T09:00:00.0000000",
      to: "2026-10-25T12:00:00.0000000",
      zone: "Europe/Paris",
      team: "Europe/Paris",
      fullDay: true,
      slot: ["2026-10-24T22:00:00Z", "2026-10-25T22:59:59Z"],
    },
    {
      says: "in the hour that comes twice starts in the first",
      from: "2026-11-01T01:30:00.0000000",
      to: "2026-11-01T03:00:00.0000000",
      zone: "Eastern Standard Time",
      slot: ["2026-11-01T05:30:00Z", "2026-11-01T08:00:00Z"],
    },
    {
      says: "that seems to end before it starts ends in the second of the two hours",
      from: "2026-11-01T01:45:00.0000000",
      to: "2026-11-01T01:15:00.0000000",
      zone: "Eastern Standard Time",
      slot: ["2026-11-01T05:45:00Z", "2026-11-01T06:15:00Z"],
    },
    {
      says: "in the hour that is left out starts after the jump",
      from: "2026-03-29T02:30:00.0000000",
      to: "2026-03-29T04:00:00.0000000",
      zone: "W. Europe Standard Time",
      slot: ["2026-03-29T01:30:00Z", "2026-03-29T02:00:00Z"],
    },
  ]);
});

suite("an all-day event", () => {
  const november3 = { from: "2026-11-03T00:00:00.0000000", to: "2026-11-04T00:00:00.0000000", allDay: true };
  const inNewYork: Case["slot"] = ["2026-11-03T05:00:00Z", "2026-11-04T04:59:59Z"];

  holds([
    { says: "stated as midnight in UTC is the local day of that date", ...november3, slot: inNewYork },
    {
      says: "is the same under full_day",
      ...november3,
      fullDay: true,
      slot: inNewYork,
    },
    {
      says: "is a local day in Pacific/Auckland",
      ...november3,
      team: "Pacific/Auckland",
      slot: ["2026-11-02T11:00:00Z", "2026-11-03T10:59:59Z"],
    },
    {
      says: "is a local day in America/Los_Angeles",
      ...november3,
      team: "America/Los_Angeles",
      slot: ["2026-11-03T08:00:00Z", "2026-11-04T07:59:59Z"],
    },
    {
      says: "made in Paris is New York's day of that date for a team in New York",
      ...november3,
      zone: "Romance Standard Time",
      madeIn: "Romance Standard Time",
      slot: inNewYork,
    },
    {
      says: "that the service converted to UTC is put back where it was made",
      from: "2026-11-02T11:00:00.0000000",
      to: "2026-11-03T11:00:00.0000000",
      allDay: true,
      madeIn: "New Zealand Standard Time",
      slot: inNewYork,
    },
    {
      says: "that the service converted is put back in the team's zone when it does not say where it was made",
      from: "2026-11-03T05:00:00.0000000",
      to: "2026-11-04T05:00:00.0000000",
      allDay: true,
      slot: inNewYork,
    },
    {
      says: "that the service converted is put back in the team's zone when it was made nowhere known",
      from: "2026-11-03T05:00:00.0000000",
      to: "2026-11-04T05:00:00.0000000",
      allDay: true,
      madeIn: "tzone://Microsoft/Custom",
      slot: inNewYork,
    },
    {
      says: "that starts at midnight nowhere known is at the nearest midnight",
      from: "2026-11-02T18:00:00.0000000",
      to: "2026-11-03T18:00:00.0000000",
      zone: NEW_YORK,
      allDay: true,
      slot: inNewYork,
    },
    {
      says: "in a zone that nobody knows still has its date",
      ...november3,
      zone: "Customized Time Zone",
      slot: inNewYork,
    },
    {
      says: "may be stated by its dates alone",
      from: "2026-11-03",
      to: "2026-11-04",
      allDay: true,
      slot: inNewYork,
    },
    {
      says: "over the end of daylight saving has its hour more",
      from: "2026-10-31T00:00:00.0000000",
      to: "2026-11-02T00:00:00.0000000",
      allDay: true,
      slot: ["2026-10-31T04:00:00Z", "2026-11-02T04:59:59Z"],
    },
    {
      says: "over the end of daylight saving, converted by the service, is put back day by day",
      from: "2026-10-31T04:00:00.0000000",
      to: "2026-11-02T05:00:00.0000000",
      allDay: true,
      madeIn: "Eastern Standard Time",
      slot: ["2026-10-31T04:00:00Z", "2026-11-02T04:59:59Z"],
    },
    {
      says: "on the day daylight saving begins in Paris has 23 hours",
      from: "2026-03-29T00:00:00.0000000",
      to: "2026-03-30T00:00:00.0000000",
      allDay: true,
      team: "Europe/Paris",
      slot: ["2026-03-28T23:00:00Z", "2026-03-29T21:59:59Z"],
    },
    {
      says: "of no length is the day on which it starts",
      from: "2026-11-03T00:00:00.0000000",
      to: "2026-11-03T00:00:00.0000000",
      allDay: true,
      slot: inNewYork,
    },
  ]);
});

suite("a time that cannot be read", () => {
  for (const [says, given, message] of [
    ["names what it is", { from: "tomorrow" }, /start, “tomorrow”, is not a date and time/],
    ["may be a day that no month has", { to: "2026-11-31T00:00:00" }, /end, “2026-11-31T00:00:00”, is not/],
    ["may be an hour that no day has", { from: "2026-11-03T25:00:00" }, /start/],
    [
      "may be in a zone that nobody knows",
      { zone: "Mars/Olympus" },
      /time zone “Mars\/Olympus”, which is not known/,
    ],
    ["may be an end before the start", { to: "2026-11-03T01:00:00" }, /ends .* before it starts/],
    [
      "may be an all-day end before the start",
      { to: "2026-11-01", allDay: true },
      /ends .* before it starts/,
    ],
  ] as const) {
    test(says, () => {
      const event = { from: "2026-11-03T13:05:00", to: "2026-11-03T22:00:00", ...given };
      assert.throws(
        () => slotOf({ says, slot: ["", ""], ...event }),
        (error) => error instanceof EventTimeError && message.test(error.message),
      );
    });
  }
});

test("announcing by the day never leaves out a second of the event", (t) => {
  const zones = fc.constantFrom(
    NEW_YORK,
    "Europe/Paris",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "America/Santiago",
  );
  const starts = fc.date({ min: new Date("2024-01-01"), max: new Date("2030-01-01"), noInvalidDate: true });
  fc.assert(
    fc.property(starts, fc.integer({ min: 0, max: 4 * 24 * 3600 }), zones, (start, seconds, timeZone) => {
      const end = new Date(start.getTime() + seconds * 1000);
      const event = {
        isAllDay: false,
        start: { dateTime: start.toISOString(), timeZone: "UTC" },
        end: { dateTime: end.toISOString(), timeZone: "UTC" },
      };
      const byDay = registrationSlot(event, { timeZone, fullDay: true });
      assert.ok(byDay.start <= start);
      assert.ok(byDay.end.getTime() >= end.getTime() - 1000);
      assert.ok(byDay.end > byDay.start);
    }),
    randomSeed(t),
  );
});
