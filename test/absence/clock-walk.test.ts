import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { parseReplies } from "../../shared/absence/automatic-replies.ts";
import type { RepliesReading } from "../../shared/absence/automatic-replies.ts";
import { randomSeed } from "../registration/random-seed.ts";
import { PlanWalk, repliesOf } from "./plan-walk.ts";

/** As Graph answers, in the zone it was set in. */
function scheduled(from: string, to: string, zone: string, text = "away"): RepliesReading {
  return parseReplies({
    status: "scheduled",
    externalAudience: "all",
    internalReplyMessage: "",
    externalReplyMessage: `<p>${text}</p>`,
    scheduledStartDateTime: { dateTime: `${from}.0000000`, timeZone: zone },
    scheduledEndDateTime: { dateTime: `${to}.0000000`, timeZone: zone },
  });
}

/** Walks a tick a minute; `changes` says what the mailbox shows from when on. */
function storyOf(from: string, to: string, changes: Record<string, RepliesReading>): string[] {
  const walk = new PlanWalk();
  walk.ticks(from, to, (now) => {
    const minute = `${now.toISOString().slice(0, 16)}Z`;
    walk.shows = changes[minute] ?? walk.shows;
  });
  return walk.story;
}

suite("a day of ticks, a minute each", () => {
  test("tells of a schedule over the night the clocks go back at its own hours, each once", () => {
    assert.deepEqual(
      storyOf("2026-10-31T20:00:00Z", "2026-11-01T14:00:00Z", {
        "2026-10-31T20:00Z": scheduled("2026-10-31T17:00:00", "2026-11-01T08:00:00", "Eastern Standard Time"),
      }),
      ["2026-10-31T20:00 False away", "2026-10-31T21:00 True away", "2026-11-01T13:00 False away"],
    );
  });

  test("tells of one over the night they go forward, an hour earlier by the clock of the world", () => {
    assert.deepEqual(
      storyOf("2026-03-28T16:00:00Z", "2026-03-29T08:00:00Z", {
        "2026-03-28T16:00Z": scheduled(
          "2026-03-28T18:00:00",
          "2026-03-29T08:00:00",
          "W. Europe Standard Time",
        ),
      }),
      ["2026-03-28T16:00 False away", "2026-03-28T17:00 True away", "2026-03-29T06:00 False away"],
    );
  });

  test("tells of one from midnight to midnight, where midnight is", () => {
    assert.deepEqual(
      storyOf("2026-11-02T23:30:00Z", "2026-11-04T00:30:00Z", {
        "2026-11-02T23:30Z": scheduled("2026-11-03T00:00:00", "2026-11-04T00:00:00", "UTC"),
      }),
      ["2026-11-02T23:30 False away", "2026-11-03T00:00 True away", "2026-11-04T00:00 False away"],
    );
  });

  test("tells of one that is edited while it is open: its end and its text", () => {
    const day = (end: string, text?: string) => scheduled("2026-11-03T09:00:00", end, "UTC", text);
    assert.deepEqual(
      storyOf("2026-11-03T08:30:00Z", "2026-11-03T16:00:00Z", {
        "2026-11-03T08:30Z": day("2026-11-03T12:00:00"),
        "2026-11-03T10:00Z": day("2026-11-03T15:00:00"),
        "2026-11-03T11:10Z": day("2026-11-03T15:00:00", "back at three"),
        "2026-11-03T12:00Z": day("2026-11-03T14:00:00", "back at three"),
      }),
      [
        "2026-11-03T08:30 False away",
        "2026-11-03T09:00 True away",
        "2026-11-03T11:10 True back at three",
        "2026-11-03T14:00 False back at three",
      ],
    );
  });

  test("tells of one that is moved away and back under a caller's nose", () => {
    assert.deepEqual(
      storyOf("2026-11-03T08:59:00Z", "2026-11-03T13:30:00Z", {
        "2026-11-03T08:59Z": scheduled("2026-11-03T09:00:00", "2026-11-03T12:00:00", "UTC"),
        "2026-11-03T10:00Z": scheduled("2026-11-03T11:00:00", "2026-11-03T13:00:00", "UTC"),
      }),
      [
        "2026-11-03T08:59 False away",
        "2026-11-03T09:00 True away",
        "2026-11-03T10:00 False away",
        "2026-11-03T11:00 True away",
        "2026-11-03T13:00 False away",
      ],
    );
  });

  test("tells of one that is cancelled, before it opens not at all", () => {
    const window = scheduled("2026-11-03T09:00:00", "2026-11-03T12:00:00", "UTC");
    for (const [at, story] of [
      ["2026-11-03T08:45Z", ["2026-11-03T08:30 False away"]],
      [
        "2026-11-03T10:00Z",
        ["2026-11-03T08:30 False away", "2026-11-03T09:00 True away", "2026-11-03T10:00 False out"],
      ],
    ] as const) {
      const changes = { "2026-11-03T08:30Z": window, [at]: repliesOf("disabled") };
      assert.deepEqual(storyOf("2026-11-03T08:30:00Z", "2026-11-03T13:00:00Z", changes), story);
    }
  });

  test("keeps quiet when a schedule takes over from the switch while it is open", () => {
    assert.deepEqual(
      storyOf("2026-11-03T08:30:00Z", "2026-11-03T13:00:00Z", {
        "2026-11-03T08:30Z": repliesOf("alwaysEnabled", { external: "away" }),
        "2026-11-03T10:00Z": scheduled("2026-11-03T09:00:00", "2026-11-03T12:00:00", "UTC"),
      }),
      ["2026-11-03T08:30 True away", "2026-11-03T12:00 False away"],
    );
  });

  test("delivers every transition of any schedule exactly once, within one tick", (t) => {
    const zone = fc.constantFrom("America/New_York", "Romance Standard Time", "Australia/Lord_Howe", "UTC");
    // Around the nights in which clocks change.
    const day = fc.constantFrom(
      "2026-03-08",
      "2026-03-29",
      "2026-04-05",
      "2026-10-04",
      "2026-10-25",
      "2026-11-01",
    );
    const time = fc
      .integer({ min: 0, max: 1439 })
      .map((minute) => new Date(minute * 60_000).toISOString().slice(11, 19));
    fc.assert(
      fc.property(zone, day, time, time, (zone, day, start, end) => {
        const shows = scheduled(`${day}T${start}`, `${day}T${end}`, zone);
        assert.ok("status" in shows && shows.window);
        const walk = new PlanWalk();
        walk.shows = shows;
        const midnight = Date.parse(`${day}T00:00:00Z`);
        const at = (hours: number): string => new Date(midnight + hours * 3_600_000).toISOString();
        walk.ticks(at(-12), at(30));
        const { window } = shows;
        const edges = window.start < window.end ? [window.start, window.end] : [];
        assert.deepEqual(
          walk.heard.slice(1).map(({ telling }) => telling.news.away),
          edges.map((_, index) => index === 0),
        );
        for (const [index, edge] of edges.entries()) {
          const late = Date.parse(walk.heard[index + 1]?.at ?? "") - edge.getTime();
          assert.ok(late >= 0 && late < 65_000, `${late} ms late`);
        }
      }),
      { numRuns: 12, ...randomSeed(t) },
    );
  });
});
