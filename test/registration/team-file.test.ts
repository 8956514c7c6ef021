import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { ConfigFileError } from "../../shared/config/config-file.ts";
import { parseTeamFile, type TeamOverrides } from "../../shared/registration/team-file.ts";

/** The first program's own configuration file. */
const firstFile = {
  team: "MantaBots",
  mail: {
    from: {
      smtp_server: { host: "smtp.example.org", port: 587 },
      imap_server: { host: "imap.example.org", port: 993 },
      address: "Team@Example.org",
    },
    to: "host@example.org",
    pattern: "conf/mail-pattern.txt",
  },
  calendar: {
    name: "2024-2025 IntoTheDeep Team Calendar",
    topic: "Team Session",
    days: 1,
    full_day: "True",
    time_zone: "America/New_York",
  },
};

const least = {
  team: "MantaBots",
  mail: { to: "host@example.org", pattern: "conf/mail-pattern.txt" },
  calendar: { name: "Team Calendar" },
};

function mistakesIn(json: unknown, overrides?: TeamOverrides, team = "mantabots"): string[] {
  try {
    parseTeamFile(team, json, overrides);
  } catch (error) {
    assert.ok(error instanceof ConfigFileError, String(error));
    return error.mistakes.map(({ path, message }) => `${path}: ${message}`);
  }
  return [];
}

suite("a team file", () => {
  test("of the first program is taken as it is", () => {
    const file = parseTeamFile("mantabots", JSON.stringify(firstFile));
    assert.deepEqual(file, {
      team: "mantabots",
      displayName: "MantaBots",
      connection: "default",
      mail: {
        from: "Team@Example.org",
        servers: {
          smtp: { host: "smtp.example.org", port: 587 },
          imap: { host: "imap.example.org", port: 993 },
        },
        to: ["host@example.org"],
        cc: [],
        replyTo: [],
        pattern: "conf/mail-pattern.txt",
        verifySent: false,
      },
      calendar: {
        name: "2024-2025 IntoTheDeep Team Calendar",
        topic: "Team Session",
        days: 1,
        fullDay: true,
        timeZone: "America/New_York",
        extension: "org.mantabots",
        skipDeclined: false,
      },
      roles: { by: "job_title", students: ["Team Member"], adults: ["Coach"], mentors: ["Mentor"] },
      locale: "en-US",
    });
  });

  test("needs no more than a team, a recipient, a pattern and a calendar", () => {
    const file = parseTeamFile("mantabots", least);
    assert.deepEqual(file.calendar, {
      name: "Team Calendar",
      topic: "Team Session",
      days: 1,
      fullDay: true,
      timeZone: "America/New_York",
      extension: "org.mantabots",
      skipDeclined: false,
    });
    assert.equal(file.mail.from, undefined);
  });

  test("may say everything else", () => {
    const file = parseTeamFile("mantabots", {
      ...least,
      connection: "coach-2",
      mail: {
        ...least.mail,
        to: ["host@example.org", "guard@example.org", "HOST@example.org"],
        cc: "coach@example.org; second@example.org",
        reply_to: ["coach@example.org"],
        html_pattern: "./conf/mail.html",
        verify_sent: true,
      },
      calendar: {
        ...least.calendar,
        topic: "Practice",
        days: "14",
        full_day: "FALSE",
        time_zone: "Romance Standard Time",
        extension: "org.example.rollcall",
        skip_declined: "true",
      },
      roles: { by: "category", students: ["Junior", "Senior"] },
      locale: "fr-ca",
    });
    assert.deepEqual(file.mail, {
      to: ["host@example.org", "guard@example.org"],
      cc: ["coach@example.org", "second@example.org"],
      replyTo: ["coach@example.org"],
      pattern: "conf/mail-pattern.txt",
      htmlPattern: "conf/mail.html",
      verifySent: true,
    });
    assert.deepEqual(file.calendar, {
      name: "Team Calendar",
      topic: "Practice",
      days: 14,
      fullDay: false,
      timeZone: "Europe/Paris",
      extension: "org.example.rollcall",
      skipDeclined: true,
    });
    assert.deepEqual(file.roles, {
      by: "category",
      students: ["Junior", "Senior"],
      adults: ["Adult"],
      mentors: ["Mentor"],
    });
    assert.deepEqual([file.connection, file.locale], ["coach-2", "fr-CA"]);
  });

  for (const [written, read] of [
    ["True", true],
    ["true", true],
    [" TRUE ", true],
    [true, true],
    ["False", false],
    [false, false],
  ] as const) {
    test(`may say full_day as ${JSON.stringify(written)}`, () => {
      const file = parseTeamFile("mantabots", { ...least, calendar: { name: "x", full_day: written } });
      assert.equal(file.calendar.fullDay, read);
    });
  }

  test("may give ports as texts", () => {
    const from = {
      address: "team@example.org",
      smtp_server: { host: "smtp.example.org", port: "465" },
      imap_server: { host: "imap.example.org", port: "993" },
    };
    const { servers } = parseTeamFile("mantabots", { ...least, mail: { ...least.mail, from } }).mail;
    assert.deepEqual([servers?.smtp.port, servers?.imap.port], [465, 993]);
  });

  test("may begin with a byte order mark", () => {
    assert.equal(parseTeamFile("mantabots", `\uFEFF${JSON.stringify(least)}`).displayName, "MantaBots");
  });
});

suite("a request or a setting", () => {
  test("says who gets the mail instead of the file", () => {
    const { mail } = parseTeamFile("mantabots", firstFile, { to: ["coach@example.org"] });
    assert.deepEqual([mail.to, mail.from], [["coach@example.org"], "Team@Example.org"]);
  });

  test("says who sends it, through the servers of the file", () => {
    const { mail } = parseTeamFile("mantabots", firstFile, { from: "other@example.org" });
    assert.deepEqual([mail.from, mail.servers?.smtp.host], ["other@example.org", "smtp.example.org"]);
  });

  test("may say what the file leaves out", () => {
    const file = parseTeamFile(
      "mantabots",
      { ...least, mail: { pattern: "x.txt" } },
      { to: "a@example.org, b@example.org" },
    );
    assert.deepEqual(file.mail.to, ["a@example.org", "b@example.org"]);
  });

  test("is named as the source of its mistakes", () => {
    assert.deepEqual(mistakesIn(firstFile, { to: "nobody", from: "me" }), [
      "mail.from.address: “me” is not an e-mail address (given by the request or by a setting, instead of what the file says)",
      "mail.to: “nobody” is not an e-mail address (given by the request or by a setting, instead of what the file says)",
    ]);
  });
});

suite("a mistake in a team file", () => {
  test("is named with its path, and so is every other, in one line", () => {
    const json = {
      ...least,
      mail: { to: "host at example.org", pattern: "conf/mail-pattern.txt" },
      calendar: { name: "Team Calendar", days: 0, time_zone: "America/NewYork" },
    };
    assert.throws(() => parseTeamFile("mantabots", json), {
      name: "ConfigFileError",
      message:
        "teams/mantabots.json has 3 mistakes: " +
        "mail.to: “host at example.org” is not an e-mail address; " +
        "calendar.days: must be a whole number from 1 to 1825; " +
        "calendar.time_zone: “America/NewYork” is not a time zone; write one such as America/New_York, or its Windows name",
    });
  });

  test("may be everything that is missing", () => {
    assert.deepEqual(mistakesIn({}), [
      "team: is missing",
      "mail.to: is missing",
      "mail.pattern: is missing",
      "calendar.name: is missing",
    ]);
  });

  test("may be a field that nobody reads, and the near one is proposed", () => {
    const json = {
      ...least,
      colour: "blue",
      mail: { ...least.mail, repply_to: "x@example.org" },
      calendar: { name: "x", timezone: "Europe/Paris" },
      roles: { student: [] },
    };
    const mistakes = mistakesIn(json);
    assert.deepEqual(mistakes.slice(0, 3), [
      "mail.repply_to: is not a field of a team file; did you mean “reply_to”?",
      "calendar.timezone: is not a field of a team file; did you mean “time_zone”?",
      "roles.student: is not a field of a team file; did you mean “students”?",
    ]);
    assert.match(mistakes[3] ?? "", /^colour: is not a field of a team file; known are team, connection, /);
    assert.equal(mistakes.length, 4);
  });

  test("may be half of a mail server", () => {
    const from = { address: "team@example.org", smtp_server: { host: "smtp.example.org" } };
    assert.deepEqual(mistakesIn({ ...least, mail: { ...least.mail, from } }), [
      "mail.from.smtp_server.port: is missing",
      "mail.from.imap_server.host: is missing",
      "mail.from.imap_server.port: is missing",
    ]);
  });

  for (const [says, json, mistake] of [
    ["a list instead of an object", [], /^: must be a JSON object/],
    ["nothing", null, /^: must be a JSON object/],
    ["an empty team", { ...least, team: " " }, /^team: must not be empty/],
    ["a number for a team", { ...least, team: 5 }, /^team: must be a text in quotes/],
    [
      "no recipients",
      { ...least, mail: { ...least.mail, to: [] } },
      /^mail.to: must be an address or a list/,
    ],
    [
      "a bad one among recipients",
      { ...least, mail: { ...least.mail, to: ["a@example.org", 5] } },
      /^mail.to: “5” is not an e-mail address/,
    ],
    [
      "a recipient that would open a header",
      { ...least, mail: { ...least.mail, to: "a@example.org\nBcc: b@example.org" } },
      /^mail.to: /,
    ],
    ["a mail that is a text", { ...least, mail: "host@example.org" }, /^mail: must hold to and pattern/],
    [
      "a pattern outside the folder",
      { ...least, mail: { ...least.mail, pattern: "../secrets.json" } },
      /^mail.pattern: .*inside the configuration folder/,
    ],
    [
      "a pattern that climbs in its middle",
      { ...least, mail: { ...least.mail, pattern: "conf/../../x" } },
      /^mail.pattern: /,
    ],
    ["an absolute pattern", { ...least, mail: { ...least.mail, pattern: "/etc/passwd" } }, /^mail.pattern: /],
    ["a pattern on a drive", { ...least, mail: { ...least.mail, pattern: "C:/x.txt" } }, /^mail.pattern: /],
    [
      "a pattern with backslashes",
      { ...least, mail: { ...least.mail, html_pattern: "conf\\..\\x" } },
      /^mail.html_pattern: /,
    ],
    [
      "days that are no number",
      { ...least, calendar: { name: "x", days: "soon" } },
      /^calendar.days: must be a whole number/,
    ],
    ["half days", { ...least, calendar: { name: "x", days: 1.5 } }, /^calendar.days: /],
    [
      "a full_day that is neither",
      { ...least, calendar: { name: "x", full_day: "yes" } },
      /^calendar.full_day: must be true or false/,
    ],
    [
      "an offset for a zone",
      { ...least, calendar: { name: "x", time_zone: "+02:00" } },
      /^calendar.time_zone: /,
    ],
    [
      "an extension nobody can address",
      { ...least, calendar: { name: "x", extension: "org/mantabots" } },
      /^calendar.extension: /,
    ],
    ["a language nobody speaks", { ...least, locale: "xx-YY" }, /^locale: “xx-YY” is not a language/],
    ["a language that is none", { ...least, locale: "en_US!" }, /^locale: /],
    [
      "roles by something else",
      { ...least, roles: { by: "shoe_size" } },
      /^roles.by: must be job_title or category/,
    ],
    [
      "a role that is no list",
      { ...least, roles: { adults: "Coach" } },
      /^roles.adults: must be a list of texts/,
    ],
    [
      "a connection that is no short name",
      { ...least, connection: "My Account" },
      /^connection: must be 1 to 63 lower-case/,
    ],
  ] as const) {
    test(`may be ${says}`, () => {
      const mistakes = mistakesIn(json);
      assert.equal(mistakes.length, 1, mistakes.join("\n"));
      assert.match(mistakes[0] ?? "", mistake);
    });
  }

  test("may be in the file's name", () => {
    assert.deepEqual(mistakesIn(least, {}, "Manta Bots"), [
      ": the file's name must be 1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends",
    ]);
  });

  test("may be that it is not JSON; where, is said", () => {
    assert.throws(() => parseTeamFile("mantabots", '{\n  "team": "MantaBots",\n}'), {
      name: "ConfigFileError",
      message: /^teams\/mantabots\.json has a mistake: it is not JSON: .*line 3 column 1/,
    });
  });
});
