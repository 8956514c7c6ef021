import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { composeNotice, noticeData, renderNotice } from "../../shared/registration/notice.ts";
import { compilePattern } from "../../shared/registration/pattern.ts";
import type { Roster, Timeslot } from "../../shared/registration/session.ts";
import { randomSeed } from "./random-seed.ts";

const slot: Timeslot = { start: new Date("2026-11-03T13:05:00Z"), end: new Date("2026-11-03T22:00:00Z") };
const english = { timeZone: "America/New_York", locale: "en-US" };

function studentsNamed(...names: string[]): Roster {
  const students = names.map((name) => ({ name, mail: "x@example.org" }));
  return { students, adults: [], mentors: [] };
}

function dataFor(roster: Roster, words = english, time = slot) {
  return noticeData("MantaBots", "AAMk=", time, roster, words);
}

function bodyOf(source: string, roster: Roster, kind: "text" | "html" = "text"): string {
  const pattern = compilePattern(kind === "text" ? `Subject: x\n${source}` : source, kind, "p");
  return renderNotice(pattern, dataFor(roster)).body;
}

suite("dates and times", () => {
  test("have two digits, and the noon and midnight of twelve hours", () => {
    const data = dataFor(studentsNamed());
    assert.equal(data.date, "Tuesday, 03. November 2026");
    assert.equal(data.start_time, "Tuesday, 03. November 2026 at 08:05AM");
    assert.equal(data.end_time, "Tuesday, 03. November 2026 at 05:00PM");
    const midnight = { start: new Date("2026-11-03T05:00:00Z"), end: new Date("2026-11-03T17:59:59Z") };
    const day = dataFor(studentsNamed(), english, midnight);
    assert.match(day.start_time, / at 12:00AM$/);
    assert.match(day.end_time, / at 12:59PM$/);
  });

  test("are those of the team's place, on the days the clocks change, too", () => {
    for (const [instant, timeZone, text] of [
      ["2026-03-08T06:59:59Z", "America/New_York", "Sunday, 08. March 2026 at 01:59AM"],
      ["2026-03-08T07:00:00Z", "America/New_York", "Sunday, 08. March 2026 at 03:00AM"],
      ["2026-11-01T06:30:00Z", "America/New_York", "Sunday, 01. November 2026 at 01:30AM"],
      ["2026-10-25T01:30:00Z", "Europe/Paris", "Sunday, 25. October 2026 at 02:30AM"],
      ["2026-12-31T11:30:00Z", "Pacific/Auckland", "Friday, 01. January 2027 at 12:30AM"],
      ["2026-12-31T11:30:00Z", "America/Los_Angeles", "Thursday, 31. December 2026 at 03:30AM"],
    ] as const) {
      const at = { start: new Date(instant), end: new Date(instant) };
      assert.equal(dataFor(studentsNamed(), { timeZone, locale: "en-US" }, at).start_time, text);
    }
  });

  for (const [locale, text] of [
    ["fr-FR", "mardi, 03. novembre 2026 at 08:05AM"],
    ["de-DE", "Dienstag, 03. November 2026 at 08:05AM"],
    ["pl-PL", "wtorek, 03. listopada 2026 at 08:05AM"],
    ["ru-RU", "вторник, 03. ноября 2026 at 08:05AM"],
    ["ja-JP", "火曜日, 03. 11月 2026 at 08:05AM"],
    ["ar-EG", "الثلاثاء, 03. نوفمبر 2026 at 08:05AM"],
    ["fa-IR", "سه‌شنبه, 03. نوامبر 2026 at 08:05AM"],
    ["th-TH", "วันอังคาร, 03. พฤศจิกายน 2026 at 08:05AM"],
  ] as const) {
    test(`in ${locale} have other words, and nothing else`, () => {
      assert.equal(dataFor(studentsNamed(), { ...english, locale }).start_time, text);
    });
  }
});

suite("names", () => {
  const strange = [
    "Siobhán O'Neil",
    "Tom & Jerry",
    "<b>Ada</b>",
    "Lee; Bruce",
    "$& $1 $$",
    "🤖 Zoë 👩‍👩‍👧",
    "{{team}}",
    '"Q"',
    "\\n",
  ];

  test("stay as they are in a text", () => {
    assert.equal(
      bodyOf("{{students}}", studentsNamed(...strange)),
      strange.map((name) => `- ${name}`).join("\n"),
    );
  });

  test("are escaped in HTML, one a line, and three braces change nothing", () => {
    for (const source of ["{{students}}", "{{{students}}}", "{{&students}}"]) {
      assert.equal(
        bodyOf(source, studentsNamed("<b>Ada</b>", "Tom & Jerry", `"O'Neil"`), "html"),
        "- &lt;b&gt;Ada&lt;/b&gt;<br>\n- Tom &amp; Jerry<br>\n- &quot;O&#x27;Neil&quot;",
      );
    }
  });

  test("cannot open a line of their own", () => {
    const roster = studentsNamed("Ada\r\n- Eve", "Alan\u2028- Eve", "Grace\u0085- Eve\t", "\n");
    assert.equal(bodyOf("{{students}}", roster), "- Ada - Eve\n- Alan - Eve\n- Grace - Eve\n- ");
  });

  test("are as many lines as there are people, whatever they are", (t) => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: "binary" }), { minLength: 1 }), (names) => {
        const lines = bodyOf("{{students}}", studentsNamed(...names)).split(/[\n\r\u0085\u2028\u2029]/);
        assert.equal(lines.length, names.length);
        assert.ok(lines.every((line) => line.startsWith("- ")));
      }),
      randomSeed(t),
    );
  });

  test("never become markup in HTML", (t) => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const html = bodyOf("{{{students}}}", studentsNamed(name), "html");
        assert.doesNotMatch(html, /[<>"']/);
      }),
      randomSeed(t),
    );
  });
});

test("a subject is one line without control characters", () => {
  const pattern = compilePattern("Subject:  {{team}}: {{students}} \t{{date}} \nx", "text", "p");
  const { subject } = renderNotice(
    pattern,
    noticeData("Manta\r\nBcc: x", "id", slot, studentsNamed("A", "B"), english),
  );
  assert.equal(subject, "Manta Bcc: x: - A - B Tuesday, 03. November 2026");
});

suite("a notice", () => {
  const patterns = {
    text: compilePattern("Subject: {{team}}\nHello\n", "text", "p.txt"),
    html: compilePattern("<html><body class=x>\n<p>{{team}}</p></body></html>", "html", "p.html"),
  };
  const data = dataFor(studentsNamed("Ada"));

  test("has a text, and HTML when there is a pattern for it", () => {
    const kind = { resent: false, trial: false };
    const notice = { subject: "MantaBots", text: "Hello\n" };
    assert.deepEqual(composeNotice({ text: patterns.text }, data, kind), notice);
    const html = "<html><body class=x>\n<p>MantaBots</p></body></html>";
    assert.deepEqual(composeNotice(patterns, data, kind), { ...notice, html });
  });

  test("that is sent again says so in its subject and its first line", () => {
    const sentBefore = "This notice was sent before and is sent again on request.";
    assert.deepEqual(composeNotice(patterns, data, { resent: true, trial: false }), {
      subject: "[Resent] MantaBots",
      text: `${sentBefore}\n\nHello\n`,
      html: `<html><body class=x><p>${sentBefore}</p>\n\n<p>MantaBots</p></body></html>`,
    });
    const html = compilePattern("<p>x</p>", "html", "p.html");
    const bare = composeNotice({ ...patterns, html }, data, { resent: true, trial: false });
    assert.equal(bare.html, `<p>${sentBefore}</p>\n<p>x</p>`);
  });

  test("that is a trial says so in its subject", () => {
    assert.equal(composeNotice(patterns, data, { resent: false, trial: true }).subject, "[Trial] MantaBots");
    assert.equal(
      composeNotice(patterns, data, { resent: true, trial: true }).subject,
      "[Trial] [Resent] MantaBots",
    );
  });
});
