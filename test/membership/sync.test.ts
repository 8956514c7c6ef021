import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Logger } from "../../shared/log.ts";
import { aMembershipWorld, crowdOf, ME, person, ROOM, shown, SPACE } from "../worlds/membership-world.ts";
import { COACH } from "../worlds/services.ts";

const DAY_MS = 86_400_000;

suite("a sync", () => {
  test("adds who is missing, removes who has no business there, and says of everybody why", async (t) => {
    const world = await aMembershipWorld(t, {
      people: [
        "bob@example.org",
        "carol@example.org",
        person("dan@example.org", { department: "External Sales" }),
        person("eve@example.org", { loginEnabled: false }),
        person("fay@example.org", { invitePending: true }),
        person("gus@partner.example", { organization: "Partner" }),
        person("helper@webex.bot", { type: "bot", organization: "Bots" }),
      ],
      members: [
        "carol@example.org",
        "dan@example.org",
        "eve@example.org",
        "gus@partner.example",
        "helper@webex.bot",
      ],
      file: { excluded_departments: ["sales"] },
    });
    const run = await world.sync();
    assert.equal(run.status, "ok", JSON.stringify(run));
    assert.deepEqual(shown(run.actions), [
      "add bob@example.org: in the directory",
      "remove dan@example.org: excluded department",
      "remove eve@example.org: not login enabled",
      "keep ada@example.org: the connected account",
      "keep carol@example.org: in the directory",
      "keep gus@partner.example: kept guest",
      "keep helper@webex.bot: kept bot",
    ]);
    assert.deepEqual(world.members(), [
      ME,
      "bob@example.org",
      "carol@example.org",
      "gus@partner.example",
      "helper@webex.bot",
    ]);
    assert.deepEqual(run.progress, { peopleRead: 6, done: 3, total: 3 });
    assert.equal(run.requests, world.webex.exchanges.length);
    await world.clock.advance(1000);
    const again = await world.sync();
    assert.deepEqual([again.status, again.counts], ["ok", { add: 0, remove: 0, keep: 5 }]);
    assert.equal(world.changes().length, 3);
    assert.deepEqual(await world.history(), [again, run]);
    assert.match(
      world.log.lines[0] ?? "",
      /^info: ROLLCALL_SYNC_OK space all-hands: ok, 1 to add, 2 to remove, 4 to keep; 3 of 3 changes made, \d+ requests, run [0-9a-f-]{36}$/,
    );
    assert.doesNotMatch(world.log.lines.join("\n"), /@|bob/);
  });

  test("minds the lists beside the space files, of which blank lines exclude nobody, and everybody's other addresses", async (t) => {
    const world = await aMembershipWorld(t, {
      people: [
        person("Bob@Example.org", { department: "Sales" }),
        person("carol@example.org", { otherEmails: ["countess@example.org"] }),
        person("dan@example.org", { otherEmails: ["dan.d@example.org"] }),
        person("eve@example.org", { department: "" }),
        person("fay@example.org", { department: "Field LEGAL EMEA" }),
        person("left@example.org"),
        person("mod@example.org", { loginEnabled: false }),
      ],
      members: [
        "carol@example.org",
        "fay@example.org",
        "left@example.org",
        { email: "mod@example.org", isModerator: true },
      ],
      room: { isLocked: true },
      file: { keep: ["bots", "guests", "moderators"], excluded_emails: ["DAN.D@example.org", ME] },
      files: {
        "spaces/excluded_users_by_email.txt": "\n# nobody\n   \ncountess@example.org\r\n\n",
        "spaces/excluded_departments.txt": "\n\n \n# Sales\nlegal\n",
      },
    });
    world.webex.people.remove("left@example.org");
    const run = await world.sync();
    assert.deepEqual(shown(run.actions), [
      "add Bob@Example.org: in the directory",
      "add eve@example.org: in the directory",
      "remove carol@example.org: excluded address",
      "remove fay@example.org: excluded department",
      "remove left@example.org: left the directory",
      "keep ada@example.org: the connected account",
      "keep mod@example.org: kept moderator",
    ]);
    assert.deepEqual([run.status, run.warnings], ["ok", []]);
    assert.deepEqual(world.members(), ["Bob@Example.org", ME, "eve@example.org", "mod@example.org"]);
  });

  test("of Microsoft's directory knows somebody by any address that Webex knows, not only by that in the space", async (t) => {
    const world = await aMembershipWorld(t, {
      people: [person("fay@example.org", { otherEmails: ["f.ay@example.org"] })],
      file: { source: { type: "microsoft" } },
    });
    await world.connectMicrosoft();
    world.graph.mailbox(COACH).changeUser({ userType: "Guest" });
    world.graph.addAccount({ account: ME, displayName: "Ada Lovelace" });
    world.graph.addAccount({ account: "fay@tenant.example", displayName: "fay", mail: "F.Ay@example.org" });
    assert.deepEqual((await world.sync()).counts, { add: 1, remove: 0, keep: 1 });
    assert.deepEqual(world.members(), [ME, "fay@example.org"]);
    assert.deepEqual(shown((await world.sync()).actions), [
      "keep ada@example.org: the connected account",
      "keep fay@example.org: in the directory",
    ]);
  });

  test("warns when it removes people from a team's space, since it may be the one that all the others hang on", async (t) => {
    const world = await aMembershipWorld(t, {
      people: ["bob@example.org", person("eve@example.org", { loginEnabled: false })],
      members: ["eve@example.org"],
      room: { team: "sales", isGeneral: true },
    });
    const other = world.webex.addSpace({ name: "deals", team: "sales", members: [ME, "eve@example.org"] });
    assert.deepEqual((await world.sync({ dryRun: true })).warnings, ["team_space"]);
    assert.deepEqual((await world.sync()).warnings, ["team_space"]);
    assert.deepEqual(
      other.members().map(({ email }) => email),
      [ME],
    );
    assert.deepEqual((await world.sync()).warnings, []);
  });

  test("shows in a dry run the same plan, to the byte, and changes nothing", async (t) => {
    const world = await aMembershipWorld(t, {
      people: ["bob@example.org", person("eve@example.org", { loginEnabled: false })],
      members: ["eve@example.org"],
      file: { grace_days: 0 },
    });
    const dry = await world.sync({ dryRun: true });
    assert.deepEqual([dry.status, dry.dryRun], ["ok", true]);
    assert.deepEqual(world.changes(), []);
    assert.deepEqual(await world.history(), []);
    const run = await world.sync();
    assert.equal(JSON.stringify(dry.actions), JSON.stringify(run.actions));
    assert.deepEqual([dry.hash, dry.counts], [run.hash, run.counts]);
    assert.deepEqual(world.changes(), ["added bob@example.org", "removed eve@example.org"]);
  });

  test("bears with who is missing for the days of grace, from when it was first seen", async (t) => {
    const world = await aMembershipWorld(t, {
      people: [
        person("eve@example.org", { loginEnabled: false }),
        person("fay@example.org", { loginEnabled: false }),
      ],
      members: ["eve@example.org", "fay@example.org"],
      file: { grace_days: 2 },
    });
    const nextDay = async (): Promise<string[]> => {
      const dry = await world.sync({ dryRun: true });
      const run = await world.sync();
      assert.equal(JSON.stringify(dry.actions), JSON.stringify(run.actions));
      await world.clock.advance(DAY_MS);
      const rows = run.actions.filter(({ email }) => email !== ME);
      return rows.map(
        ({ action, name, since, until }) => `${action} ${name} since ${since} until ${until ?? "now"}`,
      );
    };
    assert.deepEqual(await nextDay(), [
      "keep eve since 2026-11-03 until 2026-11-05",
      "keep fay since 2026-11-03 until 2026-11-05",
    ]);
    // Back for a day: what was counted until then is forgotten.
    world.webex.people.change("fay@example.org", { loginEnabled: true });
    assert.deepEqual((await nextDay()).slice(0, 1), ["keep eve since 2026-11-03 until 2026-11-05"]);
    world.webex.people.change("fay@example.org", { loginEnabled: false });
    assert.deepEqual(await nextDay(), [
      "remove eve since 2026-11-03 until now",
      "keep fay since 2026-11-05 until 2026-11-07",
    ]);
    assert.deepEqual(world.changes(), ["removed eve@example.org"]);
  });

  test("counts no day of grace on which the directory could not be read, or nobody was connected", async (t) => {
    const world = await aMembershipWorld(t, {
      people: [person("eve@example.org", { loginEnabled: false })],
      members: ["eve@example.org"],
      file: { grace_days: 2 },
    });
    const { webex, clock } = world;
    const nextDay = async (): Promise<string> => {
      const { actions, error, unknown } = await world.sync();
      await clock.advance(DAY_MS);
      const row = actions.find(({ email }) => email !== ME);
      return row ? `${row.action} since ${row.since}` : (error?.code ?? unknown?.code ?? "nobody");
    };
    const connect = (connection: string): Promise<void> =>
      world.writeConfig(`spaces/${SPACE}.json`, {
        space_id: webex.space(ROOM).id,
        max_removals: { percent: 100 },
        grace_days: 2,
        connection,
      });
    assert.equal(await nextDay(), "keep since 2026-11-03");
    webex.faults.add({ kind: "status", status: 403, method: "GET", path: "/people\\?", times: 0 });
    assert.equal(await nextDay(), "unread");
    webex.faults.clear();
    await connect("nobodys");
    assert.equal(await nextDay(), "not_connected");
    await connect("default");
    // Two days of the three are unknown.
    assert.equal(await nextDay(), "keep since 2026-11-05");
    assert.equal(await nextDay(), "remove since 2026-11-05");
  });

  test("can be seen while it works, and says so in one line a second at the most", async (t) => {
    const world = await aMembershipWorld(t, {
      people: crowdOf(150),
      webex: { rateLimit: { requestsPerSecond: 20 }, largestPage: { people: 10, memberships: 1000 } },
    });
    const told: { at: number; line: string }[] = [];
    const log: Logger = {
      ...world.log,
      info: (line) => void told.push({ at: world.clock.now().getTime(), line }),
    };
    let seen: Promise<unknown> | undefined;
    world.webex.faults.add({
      decide: ({ method }) => {
        if (method === "POST" && world.changes().length === 100) seen ??= world.history();
        return undefined;
      },
    });
    const outcome = await world.service.syncNow({}, log);
    assert.equal(outcome.kind, "ran");
    const [run] = (await seen) as Awaited<ReturnType<typeof world.history>>;
    assert.ok(run);
    const { status, finishedAt, progress } = run;
    assert.deepEqual(
      [status, finishedAt, progress.peopleRead, progress.total],
      ["running", undefined, 151, 150],
    );
    assert.ok(progress.done > 0 && progress.done <= 100, String(progress.done));
    const steps = told.filter(({ line }) => / people read$| changes made$/.test(line));
    assert.ok(steps.length >= 4, JSON.stringify(steps));
    assert.ok(steps.every(({ at }, index) => at - (steps[index - 1]?.at ?? 0) >= 1000));
    assert.deepEqual(
      (await world.history()).map((each) => each.status),
      ["ok"],
    );
  });
});
