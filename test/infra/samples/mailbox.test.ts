import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Mailbox, OwnEvent } from "../../../infra/local/emulators/graph/mailbox.ts";
import { openMailbox } from "../../../infra/local/emulators/graph/mailbox.ts";
import { stateFrom } from "../../../infra/local/emulators/graph/seeding.ts";
import {
  SAMPLE_ACCOUNT,
  TEAM_CALENDAR,
  refreshSamples,
  sampleSeed,
} from "../../../infra/local/samples/mailbox.ts";

const HOUR = 60 * 60 * 1000;

function sampleMailbox(now: Date): Mailbox {
  return openMailbox(stateFrom(sampleSeed(now), now), SAMPLE_ACCOUNT, () => now);
}

/** The sessions that a pass at this moment finds: not cancelled, beginning within 24 hours. */
function comingSessions(mailbox: Mailbox, now: Date): OwnEvent[] {
  return mailbox.events.filter(
    ({ calendar, details, startsAt }) =>
      calendar === TEAM_CALENDAR &&
      details.subject.includes("Team Session") &&
      !details.isCancelled &&
      startsAt > now &&
      startsAt.getTime() <= now.getTime() + 24 * HOUR,
  );
}

suite("the sample mailbox", () => {
  // Every half hour around the two days on which clocks change in New York, and around new year.
  const starts = ["2026-10-31T00:00:00Z", "2027-03-13T00:00:00Z", "2026-12-31T00:00:00Z"];
  for (const start of starts) {
    test(`has one session within 24 hours whenever it is made from ${start.slice(0, 10)} on`, () => {
      for (let step = 0; step < 144; step += 1) {
        const now = new Date(Date.parse(start) + (step * HOUR) / 2);
        assert.equal(comingSessions(sampleMailbox(now), now).length, 1, now.toISOString());
      }
    });
  }

  test("has a session later that week, a cancelled one, a room and somebody without a card", () => {
    const now = new Date("2026-11-03T15:00:00Z");
    const { events } = sampleMailbox(now);
    const team = events.filter(({ calendar }) => calendar === TEAM_CALENDAR);
    const week = now.getTime() + 7 * 24 * HOUR;
    const sessions = team.filter(
      ({ details, startsAt }) => /Team Session/.test(details.subject) && +startsAt < week,
    );
    assert.equal(sessions.filter(({ details }) => !details.isCancelled).length, 2);
    assert.equal(sessions.filter(({ details }) => details.isCancelled).length, 1);
    assert.ok(team.some(({ details }) => !details.subject.includes("Team Session")));

    const seed = sampleSeed(now);
    const known = new Set(
      seed.accounts[0]?.contacts?.flatMap(({ addresses = [] }) =>
        addresses.map((address) => address.toLowerCase()),
      ),
    );
    const attendees = comingSessions(sampleMailbox(now), now)[0]?.details.attendees ?? [];
    assert.ok(attendees.some(({ type }) => type === "resource"));
    assert.ok(
      attendees.some(({ type, address }) => type !== "resource" && !known.has(address.toLowerCase())),
    );
  });

  test("names people by title and by category alike", () => {
    const [account] = sampleSeed(new Date("2026-11-03T15:00:00Z")).accounts;
    const categories: Record<string, string> = { "Team Member": "Student", Coach: "Adult", Mentor: "Mentor" };
    const contacts = account?.contacts ?? [];
    assert.ok(contacts.length >= 24);
    for (const { jobTitle, categories: own } of contacts) {
      assert.deepEqual(own, jobTitle === undefined ? undefined : [categories[jobTitle]]);
    }
    assert.ok(contacts.some(({ jobTitle }) => jobTitle === undefined));
  });
});

suite("refreshing the samples", () => {
  test("adds nothing on the same local day, early or late", () => {
    const mailbox = sampleMailbox(new Date("2026-11-03T15:00:00Z"));
    const before = structuredClone(mailbox.events);
    // From ten in the morning to a quarter to midnight in New York.
    for (const time of ["2026-11-03T15:00:00Z", "2026-11-03T23:30:00Z", "2026-11-04T04:45:00Z"]) {
      refreshSamples(mailbox, new Date(time));
    }
    assert.deepEqual(mailbox.events, before);
  });

  test("brings a session on every later day, once, and leaves the rest alone", () => {
    const first = new Date("2026-11-03T15:00:00Z");
    const mailbox = sampleMailbox(first);
    const before = structuredClone(mailbox.events);
    for (let day = 1; day <= 14; day += 1) {
      const now = new Date(first.getTime() + day * 24 * HOUR);
      refreshSamples(mailbox, now);
      refreshSamples(mailbox, now);
      assert.equal(comingSessions(mailbox, now).length, 1, now.toISOString());
    }
    assert.deepEqual(mailbox.events.slice(0, before.length), before);
  });
});
