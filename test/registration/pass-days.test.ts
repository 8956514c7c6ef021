import assert from "node:assert/strict";
import { test } from "node:test";
import type { EventSeed } from "../../infra/local/emulators/graph/seed.ts";
import { aWorld, outcomesOf } from "../worlds/registration-world.ts";
import { session } from "../worlds/seeds.ts";

interface Case {
  says: string;
  now: string;
  /** The team's calendar, as its file says it. */
  calendar: object;
  locale?: string;
  event: Partial<EventSeed>;
  /** As the report says it, in UTC. */
  slot: [string, string];
  /** As the mail says it. */
  words: [string, string];
}

const byHour = { full_day: false };

function allDay(
  day: string,
  timeZone: string,
  allDayAs: EventSeed["allDayAs"] = "floating-utc",
): Partial<EventSeed> {
  const next = new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10);
  return { start: `${day}T00:00:00`, end: `${next}T00:00:00`, timeZone, isAllDay: true, allDayAs };
}

const CASES: Case[] = [
  {
    says: "the day on which New York's clocks go forward has 23 hours",
    now: "2026-03-08T11:00:00Z",
    calendar: {},
    event: { start: "2026-03-08T10:00:00", end: "2026-03-08T12:00:00" },
    slot: ["2026-03-08T05:00:00.000Z", "2026-03-09T03:59:59.000Z"],
    words: ["Sunday, 08. March 2026 at 12:00AM", "Sunday, 08. March 2026 at 11:59PM"],
  },
  {
    says: "the day on which New York's clocks go back has 25 hours",
    now: "2026-11-01T11:00:00Z",
    calendar: {},
    event: { start: "2026-11-01T10:00:00", end: "2026-11-01T12:00:00" },
    slot: ["2026-11-01T04:00:00.000Z", "2026-11-02T04:59:59.000Z"],
    words: ["Sunday, 01. November 2026 at 12:00AM", "Sunday, 01. November 2026 at 11:59PM"],
  },
  {
    says: "the day on which Paris's clocks go forward has 23 hours, and French names",
    now: "2026-03-28T23:30:00Z",
    calendar: { time_zone: "Romance Standard Time" },
    locale: "fr-FR",
    event: { start: "2026-03-29T10:00:00", end: "2026-03-29T12:00:00", timeZone: "Europe/Paris" },
    slot: ["2026-03-28T23:00:00.000Z", "2026-03-29T21:59:59.000Z"],
    words: ["dimanche, 29. mars 2026 at 12:00AM", "dimanche, 29. mars 2026 at 11:59PM"],
  },
  {
    says: "hours on either side of the night on which Paris's clocks go back are as long as they are",
    now: "2026-10-24T12:00:00Z",
    calendar: { time_zone: "Europe/Paris", ...byHour },
    event: { start: "2026-10-25T00:30:00", end: "2026-10-25T10:00:00", timeZone: "Europe/Paris" },
    slot: ["2026-10-24T22:30:00.000Z", "2026-10-25T09:00:00.000Z"],
    words: ["Sunday, 25. October 2026 at 12:30AM", "Sunday, 25. October 2026 at 10:00AM"],
  },
  ...(["floating-utc", "converted"] as const).flatMap((as): Case[] => [
    {
      says: `an all-day event in Auckland, stated ${as}, is a day of Auckland`,
      now: "2026-11-03T12:00:00Z",
      calendar: { time_zone: "Pacific/Auckland" },
      event: allDay("2026-11-04", "Pacific/Auckland", as),
      slot: ["2026-11-03T11:00:00.000Z", "2026-11-04T10:59:59.000Z"],
      words: ["Wednesday, 04. November 2026 at 12:00AM", "Wednesday, 04. November 2026 at 11:59PM"],
    },
    {
      says: `an all-day event in Los Angeles, stated ${as}, is a day of Los Angeles`,
      now: "2026-11-03T12:00:00Z",
      calendar: { time_zone: "America/Los_Angeles", ...byHour },
      event: allDay("2026-11-03", "Pacific Standard Time", as),
      slot: ["2026-11-03T08:00:00.000Z", "2026-11-04T07:59:59.000Z"],
      words: ["Tuesday, 03. November 2026 at 12:00AM", "Tuesday, 03. November 2026 at 11:59PM"],
    },
  ]),
  {
    says: "an event over midnight is announced for its hours",
    now: "2026-11-03T12:00:00Z",
    calendar: byHour,
    event: { start: "2026-11-03T22:30:00", end: "2026-11-04T02:00:00" },
    slot: ["2026-11-04T03:30:00.000Z", "2026-11-04T07:00:00.000Z"],
    words: ["Tuesday, 03. November 2026 at 10:30PM", "Wednesday, 04. November 2026 at 02:00AM"],
  },
  {
    says: "an event over midnight is announced for both of its days",
    now: "2026-11-03T12:00:00Z",
    calendar: {},
    event: { start: "2026-11-03T22:30:00", end: "2026-11-04T02:00:00" },
    slot: ["2026-11-03T05:00:00.000Z", "2026-11-05T04:59:59.000Z"],
    words: ["Tuesday, 03. November 2026 at 12:00AM", "Wednesday, 04. November 2026 at 11:59PM"],
  },
  {
    says: "an event that was made in Tokyo is announced by the team's clock",
    now: "2026-11-03T12:00:00Z",
    calendar: byHour,
    event: { start: "2026-11-04T06:00:00", end: "2026-11-04T08:05:00", timeZone: "Tokyo Standard Time" },
    slot: ["2026-11-03T21:00:00.000Z", "2026-11-03T23:05:00.000Z"],
    words: ["Tuesday, 03. November 2026 at 04:00PM", "Tuesday, 03. November 2026 at 06:05PM"],
  },
];

for (const { says, now, calendar, locale, event, slot, words } of CASES) {
  test(says, async (t) => {
    const team = { calendar, ...(locale === undefined ? {} : { locale }) };
    const world = await aWorld(t, { now, events: [session(event)], team });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["ok", ["sent new"]], JSON.stringify(run));
    assert.deepEqual([run.events[0]?.start, run.events[0]?.end], slot);
    assert.ok(
      world.mailbox.sent[0]?.text?.startsWith(`From ${words[0]} to ${words[1]}.\n`),
      world.mailbox.sent[0]?.text,
    );
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
  });
}

test("an HTML pattern goes out escaped, under the subject of the text pattern", async (t) => {
  const world = await aWorld(t, {
    contacts: [{ displayName: "Tom & Jerry <b>", jobTitle: "Coach", addresses: ["grace@example.org"] }],
    events: [session()],
    team: { mail: { html_pattern: "conf/notice.html" } },
    files: { "conf/notice.html": "<body><h1>{{team}}</h1><p>{{adults}}</p></body>" },
  });
  await world.run();
  const [mail] = world.mailbox.sent;
  assert.equal(mail?.html, "<body><h1>TestBots</h1><p>- Tom &amp; Jerry &lt;b&gt;</p></body>");
  assert.equal(mail?.subject, "TestBots on Tuesday, 03. November 2026");
});
