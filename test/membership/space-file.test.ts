import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { parseExclusionList } from "../../shared/membership/exclusion-list.ts";
import { spaceConflicts } from "../../shared/membership/space-conflicts.ts";
import { ConfigFileError } from "../../shared/config/config-file.ts";
import { type ExclusionLists, parseSpaceFile } from "../../shared/membership/space-file.ts";

const least = { space_id: "Y2lzY29zcGFyazovL3VzL1JPT00vMQ" };

function mistakesIn(json: unknown, lists?: ExclusionLists, space = "everybody"): string[] {
  try {
    parseSpaceFile(space, json, lists);
  } catch (error) {
    assert.ok(error instanceof ConfigFileError, String(error));
    return error.mistakes.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

suite("a space file", () => {
  test("needs no more than the id of the space", () => {
    assert.deepEqual(parseSpaceFile("everybody", JSON.stringify(least)), {
      space: "everybody",
      spaceId: least.space_id,
      connection: "default",
      source: { type: "webex" },
      excludedEmails: [],
      excludedDepartments: [],
      keep: { emails: [], groups: { bots: true, guests: true, moderators: false } },
      maxRemovals: { count: 20, percent: 10 },
      graceDays: 0,
    });
  });

  test("may say everything", () => {
    const file = parseSpaceFile("everybody", {
      ...least,
      connection: "admin",
      source: { type: "microsoft", group: "staff" },
      excluded_emails: ["Ada@example.org"],
      excluded_departments: ["Sales"],
      keep: ["Chair@example.org", "moderators"],
      max_removals: { count: 5, percent: 2.5 },
      grace_days: 3,
    });
    assert.deepEqual(file, {
      space: "everybody",
      spaceId: least.space_id,
      connection: "admin",
      source: { type: "microsoft", group: "staff" },
      excludedEmails: ["ada@example.org"],
      excludedDepartments: ["sales"],
      keep: { emails: ["chair@example.org"], groups: { bots: false, guests: false, moderators: true } },
      maxRemovals: { count: 5, percent: 2.5 },
      graceDays: 3,
    });
  });

  test("may limit removals by number or by percentage, and the other limit stands", () => {
    const limits = (max_removals: object) => parseSpaceFile("a", { ...least, max_removals }).maxRemovals;
    assert.deepEqual(limits({ count: 3 }), { count: 3, percent: 10 });
    assert.deepEqual(limits({ percent: 50 }), { count: 20, percent: 50 });
    assert.deepEqual(limits({}), { count: 20, percent: 10 });
  });

  test("may read people of Microsoft without a group", () => {
    const { source } = parseSpaceFile("a", { ...least, source: { type: "microsoft" } });
    assert.deepEqual(source, { type: "microsoft", group: undefined });
  });

  test("is joined by the lists beside it, each entry once", () => {
    const file = parseSpaceFile(
      "a",
      { ...least, excluded_emails: ["ada@example.org"], excluded_departments: ["Sales"] },
      { emails: "ADA@example.org\r\nbob@example.org\r\n", departments: "\uFEFFsales\nLegal\n" },
    );
    assert.deepEqual(file.excludedEmails, ["ada@example.org", "bob@example.org"]);
    assert.deepEqual(file.excludedDepartments, ["sales", "legal"]);
  });

  test("of which every mistake is told at once, with its path", () => {
    assert.deepEqual(
      mistakesIn(
        {
          space_id: "https://web.webex.com/spaces/1",
          excluded_emails: ["ada", "bob@example.org"],
          keep: ["bot"],
          max_removals: { count: 1.5, percents: 3 },
          grace_days: -1,
          source: { type: "ldap" },
          exclude_departments: [],
        },
        { emails: "# people\n\nada\n" },
        "Everybody",
      ),
      [
        ": the file's name must be 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends",
        "space_id: must be the id that Webex gave the space, such as Y2lzY29zcGFyazovL3VzL1JPT00v…",
        'source.type: must be {"type": "webex"} or {"type": "microsoft", "group": "…"}',
        "excluded_emails.0: “ada” is not an e-mail address",
        "keep.0: “bot” is not an e-mail address; did you mean “bots”?",
        "max_removals.count: must be a whole number from 0 to 1000000",
        "max_removals.percents: is not a field of a space file; did you mean “percent”?",
        "grace_days: must be a whole number from 0 to 365",
        "exclude_departments: is not a field of a space file; did you mean “excluded_departments”?",
        "excluded_users_by_email.txt line 3: “ada” is not an e-mail address",
      ],
    );
  });

  test("or a list that is not in UTF-8 is refused, since its departments would match nobody", () => {
    const [latin, utf16] = [Buffer.from("F\u00FChrung", "latin1"), Buffer.from("Legal\nSales", "utf16le")];
    assert.deepEqual(mistakesIn(least, { departments: `Sales\n${latin.toString("utf8")}` }), [
      "excluded_departments.txt line 2: is not in UTF-8; save the file in that encoding",
    ]);
    assert.equal(mistakesIn(least, { departments: utf16.toString("utf8") }, "a").length, 2);
    assert.deepEqual(mistakesIn({ ...least, excluded_departments: [latin.toString("utf8")] }, {}, "a"), [
      "excluded_departments.0: is not in UTF-8; save the file in that encoding",
    ]);
  });

  test("that is no JSON, or no object, or has no id, is told so", () => {
    assert.match(mistakesIn("{")[0] ?? "", /^: it is not JSON: /u);
    assert.deepEqual(mistakesIn("[]"), [": must be a JSON object in braces"]);
    assert.deepEqual(mistakesIn({}), ["space_id: is missing"]);
    assert.deepEqual(mistakesIn({ ...least, source: { type: "webex", group: "x" } }), [
      "source.group: goes with another type only",
    ]);
  });

  test("may have empty texts in its lists, which exclude nobody", () => {
    const file = parseSpaceFile("a", {
      ...least,
      excluded_emails: ["", " "],
      excluded_departments: ["", "  ", "Sales"],
    });
    assert.deepEqual([file.excludedEmails, file.excludedDepartments], [[], ["sales"]]);
  });
});

suite("a list of exclusions", () => {
  test("has an entry a line; blank lines and comments exclude nobody", () => {
    assert.deepEqual(
      parseExclusionList("\uFEFF# the board\nada@example.org\r\n\r\n   \n\t#\n  bob@example.org  "),
      [
        { line: 2, text: "ada@example.org" },
        { line: 6, text: "bob@example.org" },
      ],
    );
    assert.deepEqual(parseExclusionList(""), []);
    assert.deepEqual(parseExclusionList("\n\n"), []);
  });

  test("may have a department whose name has the sign of a comment in it", () => {
    assert.deepEqual(parseExclusionList("R&D #2"), [{ line: 1, text: "R&D #2" }]);
  });
});

test("two files about one space are in each other's way", () => {
  const files = [
    parseSpaceFile("a", least),
    parseSpaceFile("b", { space_id: "another" }),
    parseSpaceFile("c", least),
    parseSpaceFile("d", least),
  ];
  const conflicts = spaceConflicts(files);
  assert.deepEqual([...conflicts.keys()], ["a", "c", "d"]);
  assert.match(conflicts.get("d") ?? "", /^spaces\/a\.json and spaces\/c\.json are about the same space/u);
});

test("two files are about one space however they write its id", () => {
  const uuid = "bbceb1ad-43f1-3b58-9147-f14bb0c4d154";
  const idOf = (address: string): string => Buffer.from(address).toString("base64");
  const ids = [
    idOf(`ciscospark://us/ROOM/${uuid}`).replace(/=+$/u, ""),
    idOf(`ciscospark://us/ROOM/${uuid}`),
    idOf(`ciscospark://urn:TEAM:eu-central-1_k/ROOM/${uuid}`),
    uuid.toUpperCase(),
    idOf(`ciscospark://us/ROOM/${uuid.replace("b", "c")}`),
  ];
  const files = ids.map((space_id, index) => parseSpaceFile(`s${index}`, { space_id }));
  assert.deepEqual([...spaceConflicts(files).keys()], ["s0", "s1", "s2", "s3"]);
});
