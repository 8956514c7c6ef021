import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { suite, test } from "node:test";
import { renderNotice } from "../../shared/registration/notice.ts";
import { compilePattern, type NoticeData, PatternError } from "../../shared/registration/pattern.ts";

const FILE = "conf/mail-pattern.txt";

const data: NoticeData = {
  team: "MantaBots",
  date: "Tuesday, 03. November 2026",
  start_time: "Tuesday, 03. November 2026 at 08:05AM",
  end_time: "Tuesday, 03. November 2026 at 05:00PM",
  adults: "- Grace",
  students: "- Ada\n- Alan",
  mentors: "",
  event_id: "AAMk=",
};

function rendered(source: string, kind: "text" | "html" = "text") {
  return renderNotice(compilePattern(source, kind, FILE), data);
}

function mistakesIn(source: string): readonly string[] {
  try {
    compilePattern(source, "text", FILE);
  } catch (error) {
    assert.ok(error instanceof PatternError, String(error));
    assert.equal(error.message, `${FILE}: ${error.mistakes.join("; ")}`);
    return error.mistakes;
  }
  return [];
}

suite("a pattern", () => {
  test("is a subject and a body, which is kept byte for byte", () => {
    assert.deepEqual(
      rendered("Subject: Notice of {{team}} on {{date}}\n\n  Dear Sir,\t\n\n{{ students }}\n\n\nYours  "),
      {
        subject: "Notice of MantaBots on Tuesday, 03. November 2026",
        body: "\n  Dear Sir,\t\n\n- Ada\n- Alan\n\n\nYours  ",
      },
    );
  });

  test("may have been saved with a byte order mark and Windows line ends", () => {
    assert.deepEqual(rendered("\uFEFFSubject: {{team}}\r\nHello\r\n{{adults}}\r\n"), {
      subject: "MantaBots",
      body: "Hello\n- Grace\n",
    });
  });

  test("begins where its subject stands", () => {
    assert.deepEqual(rendered("\n\nSubject: {{team}}\nHello"), { subject: "MantaBots", body: "Hello" });
  });

  test("may ask whether there is somebody in a list", () => {
    const body = rendered(
      "Subject: x\n{{#if mentors}}\nMentors: {{mentors}}\n{{else if adults}}\nAdults\n{{else}}\nNobody\n{{/if}}\n{{#unless mentors}}No mentors{{/unless}}",
    ).body;
    assert.equal(body, "Adults\nNo mentors");
  });

  test("may hold comments, and braces that are kept", () => {
    assert.equal(
      rendered("Subject: x\n{{! for coaches }}a {{!-- }} --}}\\{{team}} {team} $& $1").body,
      "a {{team}} {team} $& $1",
    );
  });

  test("tells which placeholders it holds", () => {
    const { placeholders } = compilePattern(
      "Subject: {{team}}\n{{#if mentors}}{{adults}}{{/if}}",
      "text",
      FILE,
    );
    assert.deepEqual([...placeholders].toSorted(), ["adults", "mentors", "team"]);
  });

  test("of the sample configuration can be used, and shows a list only when there is somebody in it", async () => {
    const source = await readFile(new URL("../../config/conf/mail-pattern.txt", import.meta.url), "utf8");
    const { subject, body } = rendered(source);
    assert.equal(subject, "MantaBots robotics team on campus on Tuesday, 03. November 2026");
    assert.match(body, /\n\nResponsible adults:\n\n- Grace\n\nStudents:\n\n- Ada\n- Alan\n\nPlease/);
    assert.doesNotMatch(body, /Mentors/);
  });
});

suite("an HTML pattern", () => {
  test("is all body", () => {
    assert.equal(
      rendered("<p>{{team}}</p>\n<p>{{students}}</p>", "html").body,
      "<p>MantaBots</p>\n<p>- Ada<br>\n- Alan</p>",
    );
  });

  test("may begin with a subject, which is dropped", () => {
    assert.equal(rendered("Subject: {{team}}\n<p>{{team}}</p>", "html").body, "<p>MantaBots</p>");
  });

  test("may name the word Subject anywhere else", () => {
    assert.equal(
      rendered("<p>Subject: {{team}}</p>\n<p></p>", "html").body,
      "<p>Subject: MantaBots</p>\n<p></p>",
    );
  });
});

suite("a mistake in a pattern", () => {
  test("is named with its line and what was meant, and so is every other", () => {
    assert.deepEqual(
      mistakesIn("Subject: {{tema}}\n\n{{adults}}\n{{#if mentors}}\n{{studnets}}\n{{/if}}\n{{weather}}"),
      [
        "line 1: {{tema}} is unknown; did you mean {{team}}?",
        "line 5: {{studnets}} is unknown; did you mean {{students}}?",
        "line 7: {{weather}} is unknown; known are {{team}} {{date}} {{start_time}} {{end_time}} {{adults}} {{students}} {{mentors}} {{event_id}}",
      ],
    );
  });

  for (const [says, body, mistake] of [
    [
      "an unknown name in a condition",
      "{{#if mentor}}x{{/if}}",
      "line 2: {{mentor}} is unknown; did you mean {{mentors}}?",
    ],
    [
      "an unknown name where it is never shown",
      "{{#if team}}{{else}}{{adult}}{{/if}}",
      "line 2: {{adult}} is unknown; did you mean {{adults}}?",
    ],
    ["a name in other letters", "{{Team}}", "line 2: {{Team}} is unknown; did you mean {{team}}?"],
    [
      "a name with a hyphen",
      "{{start-time}}",
      "line 2: {{start-time}} is unknown; did you mean {{start_time}}?",
    ],
    [
      "three braces around an unknown name",
      "{{{date_}}}",
      "line 2: {{date_}} is unknown; did you mean {{date}}?",
    ],
    ["a helper", "{{team 'x'}}", "line 2: {{team …}} takes nothing but a name between the braces"],
    [
      "a helper with a named value",
      "{{team x=1}}",
      "line 2: {{team …}} takes nothing but a name between the braces",
    ],
    [
      "a loop",
      "\n{{#each students}}x{{/each}}",
      "line 3: {{#each}} is not a block that can be used here: only if, unless and else are",
    ],
    [
      "a list used as a block",
      "{{#students}}x{{/students}}",
      "line 2: {{#students}} is not a block that can be used here: only if, unless and else are; write {{#if students}} … {{/if}}",
    ],
    ["a condition on nothing", "{{#if}}x{{/if}}", "line 2: {{#if}} takes one name, as in {{#if mentors}}"],
    [
      "a condition on two names",
      "{{#if adults mentors}}x{{/if}}",
      "line 2: {{#if}} takes one name, as in {{#if mentors}}",
    ],
    [
      "a call inside a condition",
      "{{#if (or adults mentors)}}x{{/if}}",
      "line 2: {{(or …)}} is unknown; known are ",
    ],
    ["another file", "{{> header}}", "line 2: {{> …}} cannot be used: a pattern is one file"],
    [
      "another file around a text",
      "{{#> header}}x{{/header}}",
      "line 2: {{#> …}} cannot be used: a pattern is one file",
    ],
    ["a decorator", "{{* x}}", "line 2: {{* …}} cannot be used"],
    ["something of the engine's own", "{{@root.team}}", "line 2: {{@root.team}} is unknown; known are "],
    ["something about a text", "{{team.length}}", "line 2: {{team.length}} is unknown; "],
    ["all there is", "{{this}}", "line 2: {{this}} is unknown; "],
    [
      "a block that stays open",
      "{{#if adults}}\nx",
      "line 3: the text ends before a {{…}} or a {{#…}} block is closed",
    ],
    ["a block that another closes", "{{#if adults}}x{{/unless}}", "line 2: {{#if}} is closed by {{/unless}}"],
    [
      "braces that stay open",
      "Hello {{team}\nBye",
      "line 2: this is not a {{…}} that can be read, near “Hello {{team}Bye”",
    ],
    ["empty braces", "\n\n{{}}", "line 4: this is not a {{…}} that can be read, near “{{}}”"],
  ] as const) {
    test(`may be ${says}`, () => {
      const mistakes = mistakesIn(`Subject: x\n${body}`);
      assert.equal(mistakes.length, 1, mistakes.join("\n"));
      assert.equal(mistakes[0]?.slice(0, mistake.length), mistake);
    });
  }

  test("may be that there is no subject, or nothing below it", () => {
    assert.deepEqual(mistakesIn("Hello {{team}}\n"), [
      "there is no line “Subject: …”; make it the first one",
    ]);
    assert.deepEqual(mistakesIn("Subject: {{team}}"), ["there is nothing below the line “Subject: …”"]);
    assert.deepEqual(mistakesIn(""), ["there is no line “Subject: …”; make it the first one"]);
  });
});
