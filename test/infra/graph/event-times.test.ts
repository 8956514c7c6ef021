import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { EventSeed } from "../../../infra/local/emulators/graph/seed.ts";
import { CALENDAR, COACH, anEvent, graphWorld, refusalOf, valuesOf } from "./graph-world.ts";
import type { GraphWorld } from "./graph-world.ts";

const DAY = "startDateTime=2026-11-03T00:00:00Z&endDateTime=2026-11-04T00:00:00Z";

async function worldWith(...events: EventSeed[]): Promise<GraphWorld> {
  return graphWorld({ calendars: [{ name: CALENDAR, events }] });
}

suite("the times of an event", () => {
  const session = { start: "2026-11-03T16:00:00", end: "2026-11-03T18:00:00", timeZone: "America/New_York" };
  const cases = [
    { prefer: undefined, start: "2026-11-03T21:00:00.0000000", timeZone: "UTC" },
    { prefer: "America/New_York", start: "2026-11-03T16:00:00.0000000", timeZone: "America/New_York" },
    {
      prefer: "Eastern Standard Time",
      start: "2026-11-03T16:00:00.0000000",
      timeZone: "Eastern Standard Time",
    },
    { prefer: "Pacific/Auckland", start: "2026-11-04T10:00:00.0000000", timeZone: "Pacific/Auckland" },
  ];
  for (const { prefer, start, timeZone } of cases) {
    test(`are stated in ${prefer ?? "UTC when no zone is asked for"}`, async () => {
      const { ask } = await worldWith(anEvent("2026-11-03T16:00:00", session));
      const headers: Record<string, string> = prefer ? { prefer: `outlook.timezone="${prefer}"` } : {};
      const told = await ask(`/me/calendarView?${DAY}`, { headers });
      const [event] = valuesOf(told);
      assert.deepEqual(event?.["start"], { dateTime: start, timeZone });
      assert.equal(event?.["originalStartTimeZone"], "America/New_York");
      const applied = prefer === undefined ? null : `outlook.timezone="${prefer}"`;
      assert.equal(told.headers.get("preference-applied"), applied);
    });
  }

  test("are refused in a zone that does not exist", async () => {
    const { ask } = await worldWith();
    const told = await ask(`/me/calendarView?${DAY}`, {
      headers: { prefer: 'outlook.timezone="Mars/Olympus"' },
    });
    assert.equal(refusalOf(told), "400 TimeZoneNotSupportedException");
  });
});

suite("an all-day event", () => {
  const allDay = {
    start: "2026-11-03T00:00:00",
    end: "2026-11-04T00:00:00",
    timeZone: "America/New_York",
    isAllDay: true,
  };

  for (const zone of ["UTC", "America/New_York", "Pacific Standard Time", "Pacific/Auckland"]) {
    test(`goes from midnight to midnight in ${zone}`, async () => {
      const { ask } = await worldWith(anEvent(allDay.start, allDay));
      const [event] = valuesOf(
        await ask(`/me/calendarView?${DAY}`, { headers: { prefer: `outlook.timezone="${zone}"` } }),
      );
      assert.deepEqual(event?.["start"], { dateTime: "2026-11-03T00:00:00.0000000", timeZone: zone });
      assert.deepEqual(event?.["end"], { dateTime: "2026-11-04T00:00:00.0000000", timeZone: zone });
    });
  }

  test("is found where its own day is, whatever midnight is stated", async () => {
    const { ask } = await worldWith(anEvent(allDay.start, allDay));
    const lastHour = "startDateTime=2026-11-04T04:00:00Z&endDateTime=2026-11-04T05:00:00Z";
    const hourBefore = "startDateTime=2026-11-03T04:00:00Z&endDateTime=2026-11-03T05:00:00Z";
    assert.equal(valuesOf(await ask(`/me/calendarView?${lastHour}`)).length, 1);
    assert.equal(valuesOf(await ask(`/me/calendarView?${hourBefore}`)).length, 0);
  });

  test("can be stated as its own midnight on the clock that is asked for", async () => {
    const { ask } = await worldWith(anEvent(allDay.start, { ...allDay, allDayAs: "converted" }));
    const [event] = valuesOf(await ask(`/me/calendarView?${DAY}`));
    assert.deepEqual(event?.["start"], { dateTime: "2026-11-03T05:00:00.0000000", timeZone: "UTC" });
    assert.equal(event?.["isAllDay"], true);
  });
});

suite("a series", () => {
  const weekly: Partial<EventSeed> = {
    end: "2026-10-20T18:00:00",
    timeZone: "America/New_York",
    recurrence: {
      pattern: { type: "weekly", interval: 1, daysOfWeek: ["tuesday"] },
      range: { type: "noEnd", startDate: "2026-10-20" },
    },
  };
  const month = "startDateTime=2026-10-19T00:00:00Z&endDateTime=2026-11-18T00:00:00Z&$orderby=start/dateTime";

  test("shows its occurrences, each with an id of its own, at the same time of day", async () => {
    const { ask } = await worldWith(anEvent("2026-10-20T16:00:00", weekly));
    const occurrences = valuesOf(await ask(`/me/calendarView?${month}`));

    const starts = occurrences.map(({ start }) => (start as { dateTime: string }).dateTime.slice(0, 16));
    // The clocks go back on 1 November 2026.
    const expected = [
      "2026-10-20T20:00",
      "2026-10-27T20:00",
      "2026-11-03T21:00",
      "2026-11-10T21:00",
      "2026-11-17T21:00",
    ];
    assert.deepEqual(starts, expected);
    assert.equal(new Set(occurrences.map(({ id }) => id)).size, 5);
    const [first] = occurrences;
    assert.equal(first?.["type"], "occurrence");
    assert.equal(first?.["recurrence"], null);
    assert.equal(first?.["originalStart"], "2026-10-20T20:00:00Z");

    const [series] = valuesOf(await ask("/me/events"));
    assert.equal(series?.["type"], "seriesMaster");
    assert.equal(first?.["seriesMasterId"], series?.["id"]);
    const again = await ask(`/me/events/${String(first?.["id"])}`);
    assert.equal(again.body["id"], first?.["id"]);
  });

  test("loses one occurrence, and changes another, without the rest", async () => {
    const { ask, graph } = await worldWith(anEvent("2026-10-20T16:00:00", weekly));
    const mailbox = graph.mailbox(COACH);
    const series = mailbox.events[0]?.id ?? "";
    await ask(`/me/events/${mailbox.occurrenceId(series, "2026-10-27")}`, { method: "DELETE" });
    await ask(`/me/events/${mailbox.occurrenceId(series, "2026-11-03")}`, {
      method: "PATCH",
      body: {
        subject: "Moved session",
        start: { dateTime: "2026-11-04T16:00:00", timeZone: "America/New_York" },
        end: { dateTime: "2026-11-04T18:00:00", timeZone: "America/New_York" },
      },
    });

    const shown = valuesOf(await ask(`/me/calendarView?${month}`));
    const dates = shown.map(({ start, subject, type }) => [
      (start as { dateTime: string }).dateTime.slice(5, 10),
      subject,
      type,
    ]);
    assert.deepEqual(dates, [
      ["10-20", "Team Session", "occurrence"],
      ["11-04", "Moved session", "exception"],
      ["11-10", "Team Session", "occurrence"],
      ["11-17", "Team Session", "occurrence"],
    ]);
    assert.equal(shown[1]?.["originalStart"], "2026-11-03T21:00:00Z");
  });
});
