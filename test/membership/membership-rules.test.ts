import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { directoryReading, judgeBy } from "../../shared/membership/directory.ts";
import { read, unknown } from "../../shared/membership/reading.ts";
import { group, inside, listed, me, moderated, planOf, reasonsOf, THEIRS } from "./space-world.ts";

suite("who is in the directory", () => {
  test("and not in the space is added", () => {
    const plan = planOf({ people: [listed("ada"), listed("bob")], members: [inside("bob")] });
    assert.deepEqual(plan.additions, [
      { personId: "id of ada", email: "ada@example.org", name: "ada", reason: "in the directory" },
    ]);
    assert.deepEqual(plan.removals, []);
  });

  test("and in the space stays", () => {
    const plan = planOf({ people: [listed("ada")], members: [inside("ada")] });
    assert.deepEqual([plan.additions, plan.removals], [[], []]);
    assert.deepEqual(reasonsOf(plan.kept), ["ada: in the directory", "me: the connected account"]);
  });

  const outside: [says: string, person: ReturnType<typeof listed>, file: object, reason: string][] = [
    ["whose login is not enabled", listed("ada", { loginEnabled: false }), {}, "not login enabled"],
    ["whose invitation is pending", listed("ada", { invitePending: true }), {}, "invite pending"],
    [
      "whose address is excluded",
      listed("ada"),
      { excluded_emails: ["ada@example.org"] },
      "excluded address",
    ],
    [
      "whose address is excluded in other letters",
      listed("ada", { emails: ["ADA@Example.org"] }),
      { excluded_emails: [" Ada@example.ORG "] },
      "excluded address",
    ],
    [
      "of whose several addresses any is excluded",
      listed("ada", { emails: ["ada@example.org", "countess@example.org"] }),
      { excluded_emails: ["countess@example.org"] },
      "excluded address",
    ],
    [
      "whose department's name has an excluded part",
      listed("ada", { department: "Field Sales EMEA" }),
      { excluded_departments: ["sales"] },
      "excluded department",
    ],
    [
      "whose department is excluded in capitals",
      listed("ada", { department: "field sales" }),
      { excluded_departments: ["SALES"] },
      "excluded department",
    ],
    ["who is a bot", listed("ada", { kind: "bot" }), { keep: [] }, "bot"],
    ["whom an app has made", listed("ada", { kind: "app user" }), { keep: [] }, "app user"],
  ];
  for (const [says, person, file, reason] of outside) {
    test(`${says} is not added, and is removed`, () => {
      const others = [listed("bob")];
      assert.deepEqual(planOf({ people: [person, ...others], members: [inside("bob")], file }).additions, []);
      const plan = planOf({ people: [person, ...others], members: [inside("ada"), inside("bob")], file });
      assert.deepEqual(reasonsOf(plan.removals), [`ada: ${reason}`]);
    });
  }

  test("without a department is excluded by none", () => {
    const people = [listed("ada", { department: undefined }), listed("bob", { department: "" })];
    const plan = planOf({ people, members: [], file: { excluded_departments: ["a", "o"] } });
    assert.deepEqual(reasonsOf(plan.additions), ["ada: in the directory", "bob: in the directory"]);
  });

  test("is excluded by no blank line, whatever their department", () => {
    const people = [listed("ada", { department: "Sales" })];
    const lists = { emails: "\n# nobody\n \n", departments: "\n\n   \n# Sales\n" };
    assert.deepEqual(planOf({ people, members: [inside("ada")], lists }).removals, []);
    const judge = judgeBy({ excludedEmails: [""], excludedDepartments: ["", " "] });
    assert.deepEqual(judge(listed("ada", { department: "Sales" })), { belongs: "yes" });
  });

  test("is known by any of several addresses when the space knows another id", () => {
    const people = [listed("ada", { emails: ["ada@example.org", "countess@example.org"] })];
    const members = [inside("ada", { personId: "another id", email: "Countess@Example.org" })];
    const plan = planOf({ people, members });
    assert.deepEqual([plan.additions, plan.removals], [[], []]);
  });

  test("is known by id even when the address was given to somebody else", () => {
    const people = [
      listed("ada", { emails: ["lovelace@example.org"] }),
      listed("adam", { emails: ["ada@example.org"] }),
    ];
    const plan = planOf({ people, members: [inside("ada")] });
    assert.deepEqual(reasonsOf(plan.additions), ["adam: in the directory"]);
    assert.deepEqual(plan.removals, []);
  });

  test("is known by address when the directory is not Webex's own, and is added by it", () => {
    const people = [
      listed("ada", { personId: undefined, emails: ["ada@example.org", "countess@example.org"] }),
      listed("bob", { personId: undefined }),
    ];
    const plan = planOf({ people, members: [inside("ada", { email: "countess@example.org" })] });
    assert.deepEqual(plan.additions, [
      { personId: undefined, email: "bob@example.org", name: "bob", reason: "in the directory" },
    ]);
    assert.deepEqual(plan.removals, []);
  });

  test("is left alone by a directory that is not Webex's own when Webex does not tell their address", () => {
    const people = [listed("ada", { personId: undefined })];
    const { kept } = planOf({ people, members: [inside("bob", { email: "" })] });
    assert.deepEqual(reasonsOf(kept), ["bob: address unknown", "me: the connected account"]);
  });

  test("twice, for it was read while it changed, is one person", () => {
    const people = [listed("ada"), listed("ada"), listed("bob", { loginEnabled: false }), listed("bob")];
    for (const order of [people, people.toReversed()]) {
      const plan = planOf({ people: order, members: [inside("bob")] });
      assert.deepEqual([reasonsOf(plan.additions), plan.removals], [["ada: in the directory"], []]);
    }
  });

  test("of another service than Webex is added by each address once, and not without one", () => {
    const elsewhere = (name: string, emails: string[]) => listed(name, { personId: undefined, emails });
    const people = [
      elsewhere("ada", ["ada@example.org"]),
      elsewhere("ada", ["ADA@example.org"]),
      elsewhere("bob", []),
    ];
    assert.deepEqual(reasonsOf(planOf({ people, members: [] }).additions), ["ada: in the directory"]);
  });

  test("without it being told whether their login is enabled is neither added nor removed", () => {
    const people = [
      listed("ada", { loginEnabled: undefined }),
      listed("bob", { loginEnabled: undefined }),
      listed("carol"),
    ];
    const plan = planOf({ people, members: [inside("bob")] });
    assert.deepEqual(reasonsOf(plan.additions), ["carol: in the directory"]);
    assert.deepEqual(plan.removals, []);
    assert.ok(reasonsOf(plan.kept).includes("bob: login state unknown"));
  });
});

suite("who is in the space and not in the directory", () => {
  const people = [listed("bob")];
  const members = [inside("bob")];

  test("has left it, and is removed", () => {
    const plan = planOf({ people, members: [...members, inside("ada")] });
    assert.deepEqual(plan.removals, [
      {
        membershipId: "membership of ada",
        personId: "id of ada",
        email: "ada@example.org",
        name: "ada",
        orgId: "our organization",
        isModerator: false,
        reason: "left the directory",
      },
    ]);
  });

  test("is kept when it is a bot, unless bots are not", () => {
    const bots = [
      inside("helper", { email: "helper@webex.bot" }),
      inside("old", { email: "old@sparkbot.io" }),
      inside("watcher", { isMonitor: true }),
    ];
    const plan = planOf({ people, members: [...members, ...bots] });
    assert.deepEqual(plan.removals, []);
    assert.equal(plan.kept.filter(({ reason }) => reason === "kept bot").length, 3);
    const strict = planOf({ people, members: [...members, ...bots], file: { keep: ["guests"] } });
    assert.deepEqual(reasonsOf(strict.removals), ["helper: bot", "old: bot", "watcher: bot"]);
  });

  test("is kept as a guest of another organization, unless guests are not", () => {
    const guest = inside("gus", { orgId: THEIRS, email: "gus@partner.example" });
    const plan = planOf({ people, members: [...members, guest] });
    assert.deepEqual(reasonsOf(plan.kept)[1], "gus: kept guest");
    const strict = planOf({ people, members: [...members, guest], file: { keep: ["bots"] } });
    assert.deepEqual(reasonsOf(strict.removals), ["gus: guest"]);
  });

  test("is taken for a guest when the organization is not told", () => {
    assert.deepEqual(
      planOf({ people, members: [...members, inside("x", { orgId: undefined })] }).removals,
      [],
    );
    const nameless = read({ ...me, orgId: undefined });
    assert.deepEqual(planOf({ people, members: [...members, inside("x")], me: nameless }).removals, []);
  });

  test("is kept when the address is among those to keep", () => {
    const plan = planOf({
      people,
      members: [...members, inside("ada")],
      file: { keep: ["ADA@example.org"] },
    });
    assert.deepEqual(reasonsOf(plan.kept)[0], "ada: kept address");
    assert.deepEqual(plan.removals, []);
  });

  test("is kept as a moderator only when moderators are", () => {
    const ada = inside("ada", { isModerator: true });
    const given = { people, members: [...members, ada], space: read(moderated) };
    assert.deepEqual(reasonsOf(planOf(given).removals), ["ada: left the directory"]);
    const keep = ["bots", "guests", "moderators"];
    assert.deepEqual(reasonsOf(planOf({ ...given, file: { keep } }).kept)[0], "ada: kept moderator");
  });

  test("is kept when the space would have no moderator any more", () => {
    const gone = [inside("ada", { isModerator: true }), inside("cora", { isModerator: true })];
    const plan = planOf({ people, members: [...members, ...gone] });
    assert.deepEqual(reasonsOf(plan.removals), ["cora: left the directory"]);
    assert.deepEqual(reasonsOf(plan.kept)[0], "ada: last moderator");
  });

  test("is always kept when it is the connected account, by id or by address", () => {
    const everybodyElse = { people, members, file: { keep: [], excluded_emails: ["me@example.org"] } };
    assert.ok(reasonsOf(planOf(everybodyElse).kept).includes("me: the connected account"));
    const byAddress = read({ ...me, personId: "another", emails: ["x@example.org", "ME@example.org"] });
    assert.deepEqual(planOf({ ...everybodyElse, me: byAddress }).removals, []);
  });
});

suite("nothing is changed", () => {
  const given = { people: [listed("bob")], members: [inside("ada")] };

  function isLeftAlone(plan: ReturnType<typeof planOf>, code: string, reason: RegExp): void {
    assert.deepEqual([plan.additions, plan.removals, plan.kept], [[], [], []]);
    assert.equal(plan.unknown?.code, code);
    assert.match(plan.unknown?.reason ?? "", reason);
  }

  test("when the directory is empty", () => {
    isLeftAlone(
      planOf({ ...given, readings: { directory: directoryReading([]) } }),
      "unread",
      /directory is empty/u,
    );
    isLeftAlone(planOf({ ...given, people: [] }), "unread", /directory is empty/u);
  });

  test("when a page of the directory failed half way", () => {
    const half = directoryReading([listed("bob")], "Webex answered GET /people with 503");
    isLeftAlone(
      planOf({ ...given, readings: { directory: half } }),
      "unread",
      /not be read to its end \(1 people were\): Webex answered GET \/people with 503/u,
    );
  });

  test("when the directory tells of nobody whether they may sign in, as to those who are no administrators", () => {
    const plain = directoryReading([listed("bob", { loginEnabled: undefined })]);
    isLeftAlone(
      planOf({ ...given, readings: { directory: plain } }),
      "unread",
      /account of an administrator/u,
    );
  });

  for (const what of ["space", "members", "me"] as const) {
    test(`when it could not be read: ${what}`, () => {
      isLeftAlone(planOf({ ...given, readings: { [what]: unknown("It is 503.") } }), "unread", /It is 503/u);
    });
  }

  test("in a moderated space that we are not in, for Webex shows moderators only", () => {
    const readings = { members: read([inside("ada", { isModerator: true })]), space: read(moderated) };
    isLeftAlone(planOf({ ...given, readings }), "only_moderators_visible", /shows it moderators only/u);
  });

  test("in a space that we are not in", () => {
    const readings = { members: read([inside("ada")]) };
    isLeftAlone(planOf({ ...given, readings }), "not_in_the_space", /Add it to the space/u);
  });

  test("in a moderated space that we do not moderate", () => {
    const members = [inside("ada", { isModerator: true }), inside("me"), inside("bob")];
    const readings = { members: read(members), space: read(moderated) };
    isLeftAlone(planOf({ ...given, readings }), "not_a_moderator", /Make it a moderator/u);
  });

  test("in a talk between two", () => {
    isLeftAlone(planOf({ ...given, space: read({ ...group, type: "direct" }) }), "direct_space", /space_id/u);
  });

  test("in what is remembered of who is missing either", () => {
    const missing = { "id of ada": "2026-11-01T04:30:00.000Z" };
    assert.deepEqual(planOf({ ...given, people: [], missing }).missing, missing);
  });
});

test("a moderated space with nobody in it but us is filled", () => {
  const plan = planOf({ people: [listed("ada")], members: [], space: read(moderated) });
  assert.deepEqual(reasonsOf(plan.additions), ["ada: in the directory"]);
});
