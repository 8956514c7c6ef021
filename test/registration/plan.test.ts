import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { parseTeamFile } from "../../shared/registration/team-file.ts";
import {
  aCard,
  anInvitee,
  aSession,
  aTeamFile,
  outcomesOf,
  planOf,
  type PlanQuestion,
  rowOf,
} from "./sessions.ts";

const ada = aCard("Ada", "ada@example.org", { jobTitle: "Team Member" });
const grace = aCard("Grace", "grace@example.org", { jobTitle: "Coach" });
const alan = aCard("Alan", "alan@example.org", { jobTitle: "Mentor" });
const contacts = [ada, grace, alan];
const all = ["ada", "grace", "alan", "eve"].map((name) => anInvitee(`${name}@example.org`));

suite("a plan", () => {
  test("says of a session what will be done, for whom, and what the mail is", () => {
    const event = aSession({ attendees: all });
    const row = rowOf(planOf({ events: [{ event }], contacts }));
    const people = {
      students: [{ name: "Ada", mail: "ada@example.org" }],
      adults: [{ name: "Grace", mail: "grace@example.org" }],
      mentors: [{ name: "Alan", mail: "alan@example.org" }],
    };
    const slot = { start: new Date("2026-11-03T05:00:00Z"), end: new Date("2026-11-04T04:59:59Z") };
    const { announcement, ...rest } = row;
    const registration = { timeslot: slot, registered: people };
    assert.match(announcement?.messageId ?? "", /^<[0-9a-f]{40}@rollcall[.]example>$/);
    const intent = {
      generation: 1,
      fact: registration,
      reference: announcement?.messageId,
      place: "graph default",
      intendedAt: "2026-11-03T04:00:00.000Z",
    };
    assert.deepEqual(announcement, {
      messageId: announcement?.messageId,
      begun: { generation: 0, known: undefined, intent },
      sent: { generation: 1, known: registration, reference: announcement?.messageId },
      refused: { generation: 0, known: undefined },
      mark: { registration, generation: 1 },
    });
    assert.deepEqual(rest, {
      state: "planned",
      event,
      slot,
      decision: {
        action: "announce",
        reason: "new",
        announced: people,
        registration,
      },
      attendance: people,
      unknownAttendees: [{ name: "eve@example.org", mail: "eve@example.org" }],
      notice: {
        subject: "TestBots on Tuesday, 03. November 2026 [session-1]",
        text:
          "TestBots between Tuesday, 03. November 2026 at 12:00AM and Tuesday, 03. November 2026 at 11:59PM adults:\n" +
          "- Grace\nMentors:\n- Alan\nStudents:\n- Ada\nBye",
      },
      warnings: [],
    });
  });

  test("holds the sessions of the topic, case and all, in the order of their start", () => {
    const at = (day: string) => ({ dateTime: `2026-11-${day}T13:00:00`, timeZone: "UTC" });
    const events = [
      { event: aSession({ id: "late", start: at("05"), end: at("05") }) },
      { event: aSession({ id: "b", subject: "Our Team Sessions", start: at("04"), end: at("04") }) },
      { event: aSession({ id: "other", subject: "team session", start: at("03"), end: at("03") }) },
      { event: aSession({ id: "a", start: at("04"), end: at("04") }) },
    ];
    assert.deepEqual(outcomesOf(planOf({ events, contacts })), [
      "a: skip no_known_attendees",
      "b: skip no_known_attendees",
      "late: skip no_known_attendees",
    ]);
  });

  test("holds those of one day in the order of their hours, also when people are announced by the day", () => {
    const at = (hour: string) => ({ dateTime: `2026-11-03T${hour}:00:00`, timeZone: "UTC" });
    const events = [
      { event: aSession({ id: "a", start: at("15"), end: at("16"), attendees: all }) },
      { event: aSession({ id: "b", start: at("13"), end: at("14"), attendees: all }) },
    ];
    assert.deepEqual(outcomesOf(planOf({ events, contacts })), ["b: announce new", "a: announce new"]);
  });

  test("goes on past a session that cannot be judged", () => {
    const nowhere = { dateTime: "2026-11-03T13:00:00", timeZone: "Nowhere" };
    const plan = planOf({
      events: [
        { event: aSession({ id: "bad", start: nowhere, attendees: all }) },
        { event: aSession({ id: "unread", attendees: all }), mark: { state: "unread", error: "503" } },
        { event: aSession({ id: "good", attendees: all }) },
      ],
      contacts,
    });
    assert.deepEqual(outcomesOf(plan), ["good: announce new", "unread: fail unread_mark", "bad: failed"]);
    const bad = plan.events[2];
    assert.match(bad?.state === "failed" ? bad.error : "", /“Nowhere”/);
  });

  test("leaves nothing to send when a session is skipped", () => {
    const row = rowOf(
      planOf({ events: [{ event: aSession({ isCancelled: true, attendees: all }) }], contacts }),
    );
    assert.deepEqual([row.notice, row.warnings, row.decision.reason], [undefined, undefined, "cancelled"]);
  });

  test("follows the team in who declined", () => {
    const event = aSession({ attendees: [anInvitee("ada@example.org", { response: "declined" })] });
    const file = aTeamFile({ calendar: { skip_declined: true } });
    assert.equal(rowOf(planOf({ events: [{ event }], contacts })).decision.reason, "new");
    assert.equal(
      rowOf(planOf({ events: [{ event }], contacts, file })).decision.reason,
      "no_known_attendees",
    );
  });

  test("writes dates in the team's language", () => {
    const file = aTeamFile({ locale: "fr-FR", calendar: { time_zone: "Europe/Paris" } });
    const row = rowOf(planOf({ events: [{ event: aSession({ attendees: all }) }], contacts, file }));
    assert.equal(row.notice?.subject, "TestBots on mardi, 03. novembre 2026 [session-1]");
  });

  test("has the same outcome for the same calendar, whatever the order it was read in", () => {
    const events = ["c", "a", "b"].map((id) => ({ event: aSession({ id, attendees: all }) }));
    assert.deepEqual(planOf({ events, contacts }), planOf({ events: events.toReversed(), contacts }));
  });

  test("is quickly made of 900 sessions and 900 contacts", () => {
    const people = Array.from({ length: 900 }, (_, index) =>
      aCard(`Person ${index}`, [`p${index}@example.org`, `p${index}@home.example`], {
        jobTitle: "Team Member",
      }),
    );
    const events = Array.from({ length: 900 }, (_, index) => ({
      event: aSession({
        id: `session-${index}`,
        attendees: [0, 1, 2, 3].map((step) => anInvitee(`P${(index + step) % 900}@HOME.example`)),
      }),
    }));
    const plan = planOf({ events, contacts: people });
    assert.equal(plan.events.length, 900);
    assert.ok(plan.events.every((row) => row.state === "planned" && row.attendance.students.length === 4));
  });
});

suite("a plan warns", () => {
  const warningsFor = (names: string[], pattern?: string) => {
    const event = aSession({ attendees: names.map((name) => anInvitee(`${name}@example.org`)) });
    return rowOf(planOf({ events: [{ event }], contacts, ...(pattern ? { pattern } : {}) })).warnings;
  };

  test("of a notice that names no adult and no mentor", () => {
    assert.deepEqual(warningsFor(["ada"]), ["no_adult"]);
    assert.deepEqual(warningsFor(["ada", "alan"]), []);
    assert.deepEqual(warningsFor(["ada", "grace"]), []);
  });

  test("of a notice that names only new students, though adults were announced before", () => {
    const before = planOf({
      events: [{ event: aSession({ attendees: [anInvitee("grace@example.org")] }) }],
      contacts,
    });
    const { decision } = rowOf(before);
    assert.ok(decision.action === "announce");
    const mark = { state: "registered", registration: decision.registration } as const;
    const row = rowOf(
      planOf({ events: [{ event: aSession({ attendees: all }), mark }], contacts: [ada, grace] }),
    );
    assert.deepEqual([row.decision.reason, row.warnings], ["new_attendees", ["no_adult"]]);
  });

  test("of people whose list the pattern does not show", () => {
    const pattern = "Subject: x\n{{adults}} {{students}}";
    assert.deepEqual(warningsFor(["ada", "grace", "alan"], pattern), ["mentors_not_named"]);
    assert.deepEqual(warningsFor(["ada", "grace"], pattern), []);
  });
});

suite("a session that is to be announced again", () => {
  const event = aSession({ attendees: all });

  test("is, and the mail says so", () => {
    const row = rowOf(planOf({ events: [{ event }], contacts, resend: ["session-1"] }));
    assert.equal(row.decision.reason, "resend");
    assert.match(row.notice?.subject ?? "", /^\[Resent\] TestBots/);
    assert.match(row.notice?.text ?? "", /^This notice was sent before/);
  });

  test("is named when the window does not hold it, or not under this topic", () => {
    const other = aSession({ id: "other", subject: "Party" });
    const plan = planOf({
      events: [{ event }, { event: other }],
      contacts,
      resend: ["gone", "session-1", "other"],
    });
    assert.deepEqual(plan.unknownResends, ["gone", "other"]);
  });
});

test("a request to announce again that arrives twice is carried out once", () => {
  const event = aSession({ attendees: [anInvitee("ada@example.org")] });
  const ask = (entries: PlanQuestion["entries"], minutesLater = 0) => {
    const now = new Date(Date.parse("2026-11-03T04:00:00Z") + minutesLater * 60_000);
    const plan = planOf({
      events: [{ event }],
      contacts,
      resend: ["session-1"],
      now,
      ...(entries ? { entries } : {}),
    });
    return rowOf(plan);
  };
  const first = ask(undefined).announcement;
  assert.ok(first);
  const begun = new Map([["session-1", first.begun]]);
  assert.equal(ask(begun).decision.action, "wait");
  const again = ask(begun, 10);
  assert.deepEqual(
    [again.decision.reason, again.announcement?.messageId],
    ["resent_unverified", first.messageId],
  );
  assert.equal(ask(new Map([["session-1", first.sent]]), 10).decision.reason, "already_registered");
});

suite("a trial", () => {
  const file = aTeamFile({ mail: { to: "coach@example.org", cc: "office@example.org" } });
  const events = [{ event: aSession({ attendees: all }) }];

  test("is marked in the subject, and nobody gets a copy", () => {
    const plan = planOf({ events, contacts, file, trial: true });
    assert.match(rowOf(plan).notice?.subject ?? "", /^\[Trial\] TestBots/);
    assert.deepEqual(plan.recipients, { to: ["coach@example.org"], cc: [], replyTo: [] });
  });

  test("is otherwise the plan of a real pass", () => {
    const [real, trial] = [
      planOf({ events, contacts, file }),
      planOf({ events, contacts, file, trial: true }),
    ];
    assert.deepEqual(real.recipients, { to: ["coach@example.org"], cc: ["office@example.org"], replyTo: [] });
    assert.deepEqual(rowOf(trial).decision, rowOf(real).decision);
    assert.equal(rowOf(trial).notice?.text, rowOf(real).notice?.text);
  });
});

test("the sample team file can be used", async () => {
  const text = await readFile(new URL("../../config/teams/mantabots.json", import.meta.url), "utf8");
  const file = parseTeamFile("mantabots", text);
  assert.deepEqual([file.displayName, file.mail.from, file.calendar.fullDay], ["MantaBots", undefined, true]);
});
