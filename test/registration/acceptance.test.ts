import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { readMark, writeMark } from "../../shared/registration/mark.ts";
import type { PlannedEvent } from "../../shared/registration/plan.ts";
import type { Contact, MarkReading, SessionEvent } from "../../shared/registration/session.ts";
import { instantsAt, wallClockAt } from "../../shared/time-zone.ts";
import { aCard, anInvitee, aSession, aTeamFile, outcomesOf, planOf, rowOf } from "./sessions.ts";

// The acceptance table of the program that did this job before, in its own numbers and order, on a clock that stands still.

const NOW = new Date("2026-10-20T14:00:00Z");
const ZONE = "America/New_York";
const HOUR = 3_600_000;

const RULES = ["job_title", "category"] as const;
type Rule = (typeof RULES)[number];

function fileWith(by: Rule, fullDay: "True" | "False") {
  return aTeamFile({ calendar: { full_day: fullDay, time_zone: ZONE }, roles: { by } });
}

/** An event so many hours from now, in UTC, as the service states it. */
function timed(fromHours: number, toHours: number, fields: Partial<SessionEvent> = {}): SessionEvent {
  const at = (hours: number) => ({
    dateTime: `${new Date(NOW.getTime() + hours * HOUR).toISOString().slice(0, -1)}0000`,
    timeZone: "UTC",
  });
  return aSession({
    start: at(fromHours),
    end: at(toHours),
    attendees: invitedMoi,
    subject: "Next Team Session Saturday",
    ...fields,
  });
}

/** The whole local days that a timed event touches, at midnight UTC, as the service states them. */
function wholeDays(fromHours: number, toHours: number, fields: Partial<SessionEvent> = {}): SessionEvent {
  const midnight = (instant: number) => ({
    dateTime: `${wallClockAt(new Date(instant), ZONE).slice(0, 10)}T00:00:00.0000000`,
    timeZone: "UTC",
  });
  const start = midnight(NOW.getTime() + fromHours * HOUR);
  const end = midnight(NOW.getTime() + toHours * HOUR - 1000);
  return timed(fromHours, toHours, { isAllDay: true, start, end, ...fields });
}

const invitedMoi = [anInvitee("moi@example.org"), anInvitee("stranger@example.org")];
const moi = aCard("Moi", "moi@example.org", { jobTitle: "Team Member", categories: ["Student"] });

/** One pass over one event; what is remembered goes on to the next. */
function pass(
  event: SessionEvent,
  by: Rule,
  fullDay: "True" | "False",
  contacts: Contact[] = [moi],
  mark?: MarkReading,
) {
  const row = rowOf(
    planOf({ events: [mark ? { event, mark } : { event }], contacts, file: fileWith(by, fullDay) }),
  );
  const mirrored = row.announcement?.mark ?? row.correction?.mark;
  const after = mirrored ? readMark(writeMark(mirrored)) : mark;
  return { row, after };
}

function assertAnnounced(row: PlannedEvent, reason: string, from: string, to: string): void {
  assert.equal(row.decision.reason, reason);
  const day = from.slice(0, from.indexOf(" at "));
  assert.equal(row.notice?.subject, `TestBots on ${day} [session-1]`);
  assert.equal(
    row.notice?.text,
    `TestBots between ${from} and ${to} adults:\n\nMentors:\n\nStudents:\n- Moi\nBye`,
  );
}

const DAY_1 = "Tuesday, 20. October 2026";
const DAY_2 = "Wednesday, 21. October 2026";
const DAY_3 = "Thursday, 22. October 2026";

for (const by of RULES) {
  suite(`timeslots, with roles by ${by}`, () => {
    test("3.2.1 a new all-day event is announced for its day when people are announced by the day", () => {
      assertAnnounced(
        pass(wholeDays(0, 24), by, "True").row,
        "new",
        `${DAY_1} at 12:00AM`,
        `${DAY_1} at 11:59PM`,
      );
    });

    test("3.2.2 a new all-day event is announced for its day when people are announced by the hour", () => {
      assertAnnounced(
        pass(wholeDays(0, 24), by, "False").row,
        "new",
        `${DAY_1} at 12:00AM`,
        `${DAY_1} at 11:59PM`,
      );
    });

    test("3.2.3 a new timed event is announced for its days when people are announced by the day", () => {
      assertAnnounced(
        pass(timed(0, 24), by, "True").row,
        "new",
        `${DAY_1} at 12:00AM`,
        `${DAY_2} at 11:59PM`,
      );
    });

    test("3.2.4 a new timed event is announced for its hours when people are announced by the hour", () => {
      assertAnnounced(
        pass(timed(0, 24), by, "False").row,
        "new",
        `${DAY_1} at 10:00AM`,
        `${DAY_2} at 10:00AM`,
      );
    });

    for (const [number, event, fullDay] of [
      ["3.2.5 an all-day event, announced by the day", wholeDays(0, 24), "True"],
      ["3.2.6 an all-day event, announced by the hour", wholeDays(0, 24), "False"],
      ["3.2.7 a timed event, announced by the day", timed(0, 24), "True"],
      ["3.2.8 a timed event, announced by the hour", timed(0, 24), "False"],
    ] as const) {
      test(`${number}, is not announced again`, () => {
        const first = pass(event, by, fullDay);
        const second = pass(event, by, fullDay, [moi], first.after);
        assert.deepEqual(second.row.decision, { action: "skip", reason: "already_registered" });
        assert.equal(second.row.notice, undefined);
      });
    }

    for (const [number, fullDay, later, outcome] of [
      [
        "3.2.9 that becomes an all-day one starts earlier and is announced again by the hour",
        "False",
        wholeDays(0, 24),
        "moved",
      ],
      ["3.2.10 that ends earlier is not announced again by the hour", "False", timed(0, 18), "shrunk"],
      [
        "3.2.11 that becomes an all-day one within its days is not announced again by the day",
        "True",
        wholeDays(0, 24),
        "shrunk",
      ],
      [
        "3.2.12 that ends earlier on the same days is not announced again by the day",
        "True",
        timed(0, 18),
        "already_registered",
      ],
      ["3.2.13 that ends on a later day is announced again by the day", "True", timed(0, 48), "moved"],
    ] as const) {
      test(`${number.slice(0, 6).trim()} a timed event ${number.slice(6).trim()}`, () => {
        const first = pass(timed(0, 24), by, fullDay);
        const { row } = pass(later, by, fullDay, [moi], first.after);
        assert.equal(row.decision.reason, outcome);
        assert.equal(row.notice !== undefined, outcome === "moved");
      });
    }

    test("3.2.9 and 3.2.13 announce the new time", () => {
      const byHour = pass(wholeDays(0, 24), by, "False", [moi], pass(timed(0, 24), by, "False").after);
      assertAnnounced(byHour.row, "moved", `${DAY_1} at 12:00AM`, `${DAY_1} at 11:59PM`);
      const byDay = pass(timed(0, 48), by, "True", [moi], pass(timed(0, 24), by, "True").after);
      assertAnnounced(byDay.row, "moved", `${DAY_1} at 12:00AM`, `${DAY_3} at 11:59PM`);
    });
  });

  suite(`attendees, with roles by ${by}`, () => {
    const card = (name: string, title: string, category?: string): Contact =>
      aCard(name, `${name.replace(" ", "")}@example.com`, {
        jobTitle: title,
        categories: category ? [category] : [],
      });
    const contacts = [
      card("Student 1", "Team Member", "Student"),
      card("Student 3", "Mentor", "Student"),
      card("Coach 1", "Mentor"),
      card("Coach 2", "Coach", "Adult"),
      card("Coach 4", "Coach", "Adult"),
    ];
    const event = timed(0, 24, {
      attendees: ["Student1", "Student2", "Student3", "coach1", "coach2", "coach3"].map((name) =>
        anInvitee(`${name}@example.com`),
      ),
    });
    const expected = {
      job_title: "adults:\n- Coach 2\nMentors:\n- Student 3\n- Coach 1\nStudents:\n- Student 1\nBye",
      category: "adults:\n- Coach 2\nMentors:\n\nStudents:\n- Student 1\n- Student 3\nBye",
    }[by];

    test("1.2.1 an event is announced with its adults and students, and without whom nobody can place", () => {
      const { row } = pass(event, by, "False", contacts);
      assert.ok(row.notice?.text.endsWith(expected), row.notice?.text);
      const unknown = row.unknownAttendees.map(({ mail }) => mail);
      const strangers = ["student2@example.com", "coach3@example.com"];
      assert.deepEqual(
        unknown.toSorted(),
        (by === "category" ? [...strangers, "coach1@example.com"] : strangers).toSorted(),
      );
    });

    test("1.2.2 an event without attendees is not announced", () => {
      const { row } = pass(timed(0, 48, { attendees: [] }), by, "False");
      assert.deepEqual(row.decision, { action: "skip", reason: "no_known_attendees" });
    });

    test("1.2.3 an event whose attendees did not change is not announced again", () => {
      const first = pass(event, by, "False", contacts);
      const { row } = pass(event, by, "False", contacts, first.after);
      assert.equal(row.decision.reason, "already_registered");
    });

    test("1.2.4 an event that some come to is announced with nobody but them", () => {
      const first = pass(event, by, "False", contacts);
      const more = { ...event, attendees: [...event.attendees, anInvitee("coach4@example.com")] };
      const { row } = pass(more, by, "False", [...contacts, card("Coach 3", "Coach", "Adult")], first.after);
      assert.equal(row.decision.reason, "new_attendees");
      assert.ok(
        row.notice?.text.endsWith("adults:\n- Coach 3\n- Coach 4\nMentors:\n\nStudents:\n\nBye"),
        row.notice?.text,
      );
    });

    test("1.2.5 an event that some do not come to any more is not announced again", () => {
      const first = pass(event, by, "False", contacts);
      const attendees = event.attendees.filter(({ mail }) => /^(Student1|coach1)@/.test(mail));
      const fewer = pass({ ...event, attendees }, by, "False", contacts, first.after);
      assert.equal(fewer.row.decision.reason, "removed_attendees");
      const after = pass({ ...event, attendees }, by, "False", contacts, fewer.after);
      assert.equal(after.row.decision.reason, "already_registered");
    });
  });

  suite(`events, with roles by ${by}`, () => {
    /** What the service's calendar view would hold from now on. */
    const inNextDays = (events: SessionEvent[], days: number) =>
      events
        .filter((event) => {
          const at = (time: SessionEvent["start"]) => instantsAt(time.dateTime.slice(0, 23), "UTC")[0];
          return at(event.end) >= NOW && at(event.start).getTime() < NOW.getTime() + days * 24 * HOUR;
        })
        .map((event) => ({ event }));

    const announced = ["event1: announce new", "event3: announce new", "event5: announce new"];

    for (const [says, make, second] of [
      ["2.2.1 timed events of the window are announced, in their order", timed, [721, 745]],
      ["2.2.2 all-day events of the window are announced, in their order", wholeDays, [744, 768]],
    ] as const) {
      test(says, () => {
        const hours = [[0, 24], second, [24, 48], [900, 910], [719, 743]] as const;
        const events = hours.map(([from, to], index) => make(from, to, { id: `event${index + 1}` }));
        const plan = planOf({ events: inNextDays(events, 30), contacts: [moi], file: fileWith(by, "False") });
        assert.deepEqual(outcomesOf(plan), announced);
      });
    }

    test("2.2.3 events of another topic are not looked at", () => {
      const events = [{ event: timed(0, 24) }, { event: timed(0, 24, { id: "event2", subject: "Whoops" }) }];
      const plan = planOf({ events, contacts: [moi], file: fileWith(by, "False") });
      assert.deepEqual(outcomesOf(plan), ["session-1: announce new"]);
    });

    test("2.2.4 cancelled events are not announced", () => {
      const events = [
        { event: timed(0, 24, { isCancelled: true }) },
        { event: timed(0, 24, { id: "event2", subject: "Whoops", isCancelled: true }) },
      ];
      const plan = planOf({ events, contacts: [moi], file: fileWith(by, "False") });
      assert.deepEqual(outcomesOf(plan), ["session-1: skip cancelled"]);
    });
  });
}
