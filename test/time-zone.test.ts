import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { WINDOWS_TO_IANA_MAP } from "windows-iana";
import {
  dayAfter,
  dayAt,
  endOfDay,
  ianaTimeZone,
  instantsAt,
  startOfDay,
  wallClockAt,
} from "../shared/time-zone.ts";
import { randomSeed } from "./registration/random-seed.ts";

suite("the name of a time zone", () => {
  for (const [given, iana] of [
    ["America/New_York", "America/New_York"],
    ["Eastern Standard Time", "America/New_York"],
    ["eastern standard time", "America/New_York"],
    ["Romance Standard Time", "Europe/Paris"],
    ["New Zealand Standard Time", "Pacific/Auckland"],
    ["UTC", "UTC"],
    ["tzone://Microsoft/Utc", "UTC"],
    ["Nowhere/City", undefined],
    ["Customized Time Zone", undefined],
    ["+02:00", undefined],
    ["", undefined],
  ] as const) {
    test(`“${given}” is ${iana ?? "not known"}`, () => assert.equal(ianaTimeZone(given), iana));
  }

  test("every Windows zone has an IANA name that clocks can be asked for", () => {
    for (const { windowsName } of WINDOWS_TO_IANA_MAP) {
      const zone = ianaTimeZone(windowsName);
      assert.ok(zone, windowsName);
      assert.match(wallClockAt(new Date(0), zone), /^19(69|70)-/);
    }
  });
});

suite("days on the clocks of a place", () => {
  for (const { day, zone, start, end, hours } of [
    {
      day: "2026-03-08",
      zone: "America/New_York",
      start: "2026-03-08T05:00:00Z",
      end: "2026-03-09T03:59:59Z",
      hours: 23,
    },
    {
      day: "2026-11-01",
      zone: "America/New_York",
      start: "2026-11-01T04:00:00Z",
      end: "2026-11-02T04:59:59Z",
      hours: 25,
    },
    {
      day: "2026-03-29",
      zone: "Europe/Paris",
      start: "2026-03-28T23:00:00Z",
      end: "2026-03-29T21:59:59Z",
      hours: 23,
    },
    {
      day: "2026-10-25",
      zone: "Europe/Paris",
      start: "2026-10-24T22:00:00Z",
      end: "2026-10-25T22:59:59Z",
      hours: 25,
    },
    {
      day: "2026-09-27",
      zone: "Pacific/Auckland",
      start: "2026-09-26T12:00:00Z",
      end: "2026-09-27T10:59:59Z",
      hours: 23,
    },
    {
      day: "2026-06-15",
      zone: "Asia/Kathmandu",
      start: "2026-06-14T18:15:00Z",
      end: "2026-06-15T18:14:59Z",
      hours: 24,
    },
    {
      day: "2026-04-24",
      zone: "Africa/Cairo",
      start: "2026-04-23T22:00:00Z",
      end: "2026-04-24T20:59:59Z",
      hours: 23,
    },
    {
      day: "2026-04-04",
      zone: "America/Santiago",
      start: "2026-04-04T03:00:00Z",
      end: "2026-04-05T03:59:59Z",
      hours: 25,
    },
    { day: "2026-12-31", zone: "UTC", start: "2026-12-31T00:00:00Z", end: "2026-12-31T23:59:59Z", hours: 24 },
  ]) {
    test(`${day} in ${zone} has ${hours} hours`, () => {
      assert.deepEqual(startOfDay(day, zone), new Date(start));
      assert.deepEqual(endOfDay(day, zone), new Date(end));
      assert.equal((Date.parse(end) + 1000 - Date.parse(start)) / 3_600_000, hours);
    });
  }

  test("days are counted over the ends of months and years", () => {
    assert.equal(dayAfter("2028-02-28", 1), "2028-02-29");
    assert.equal(dayAfter("2026-12-31", 1), "2027-01-01");
    assert.equal(dayAfter("2026-03-01", -1), "2026-02-28");
  });
});

suite("what the clocks of a place show", () => {
  test("an hour that comes twice has two instants", () => {
    assert.deepEqual(instantsAt("2026-11-01T01:30:00.000", "America/New_York"), [
      new Date("2026-11-01T05:30:00Z"),
      new Date("2026-11-01T06:30:00Z"),
    ]);
  });

  test("an hour that is left out is read as by a clock that nobody put forward", () => {
    assert.deepEqual(instantsAt("2026-03-08T02:30:00.000", "America/New_York"), [
      new Date("2026-03-08T07:30:00Z"),
    ]);
  });

  const zones = [
    "America/New_York",
    "Europe/Paris",
    "Pacific/Auckland",
    "America/St_Johns",
    "Asia/Kolkata",
    "Australia/Lord_Howe",
    "UTC",
  ];
  const instants = fc.date({ min: new Date("2020-01-01"), max: new Date("2037-01-01"), noInvalidDate: true });

  test("an instant is among those at which its own time is shown", (t) => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (instant, zone) => {
        const found = instantsAt(wallClockAt(instant, zone), zone).map((at) => at.getTime());
        assert.ok(found.includes(instant.getTime()));
      }),
      randomSeed(t),
    );
  });

  test("every instant lies in its day, to the second", (t) => {
    fc.assert(
      fc.property(instants, fc.constantFrom(...zones), (instant, zone) => {
        const day = dayAt(instant, zone);
        assert.ok(startOfDay(day, zone) <= instant);
        assert.ok(instant.getTime() < endOfDay(day, zone).getTime() + 1000);
      }),
      randomSeed(t),
    );
  });
});
