import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { Run } from "../../shared/registration/run.ts";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { ADA, CALENDAR, CONTACTS, GRACE, invited, session } from "../worlds/seeds.ts";
import { COACH, CLIENT_ID } from "../worlds/services.ts";

const events = [session()];

/** The pass came to nothing, said so in one line, and sent nothing. */
function assertFailed(world: World, run: Run, code: string, message: RegExp): void {
  assert.deepEqual([run.status, run.error?.code, run.events], ["failed", code, []], JSON.stringify(run));
  assert.match(run.error?.message ?? "", message);
  assert.doesNotMatch(run.error?.message ?? "", /\n/);
  assert.deepEqual([world.mailbox.sent.length, world.smtp.mails.length], [0, 0]);
}

suite("the configuration", () => {
  test("with three mistakes names all three with their paths", async (t) => {
    const team = { mail: { to: "the front desk" }, calendar: { time_zone: "Mars/Olympus", dayz: 2 } };
    const world = await aWorld(t, { events, team });
    const run = await world.run();
    assertFailed(world, run, "config_invalid", /^teams\/robots\.json has 3 mistakes: /);
    const mistakes = [
      "mail.to: “the front desk” is not an e-mail address",
      "calendar.time_zone: “Mars/Olympus” is not a time zone; write one such as America/New_York, or its Windows name",
      "calendar.dayz: is not a field of a team file; did you mean “days”?",
    ];
    for (const mistake of mistakes) assert.ok(run.error?.message.includes(mistake), run.error?.message);
    assert.equal(world.graph.exchanges.length, 0);
  });

  test("that is not JSON stops its own team, and no other", async (t) => {
    const teams = { bad: "{ team: ", "Worse Name": { calendar: { name: "Calendar" } } };
    const world = await aWorld(t, { events, teams });
    const runs = await world.runAll();
    const summary = runs.map((run) => [run.team, run.status, run.error?.code ?? outcomesOf(run)[0]]);
    assert.deepEqual(summary, [
      ["Worse Name", "failed", "config_invalid"],
      ["bad", "failed", "config_invalid"],
      ["robots", "ok", "sent new"],
    ]);
    assert.match(runs[1]?.error?.message ?? "", /^teams\/bad\.json has a mistake: it is not JSON: /);
    assert.match(runs[0]?.error?.message ?? "", /the file's name must be 1 to 63 lower-case letters/);
  });

  test("of two teams that would hide each other's notices is refused for both", async (t) => {
    const world = await aWorld(t, { events, teams: { other: { calendar: { topic: "Team" } } } });
    for (const run of await world.runAll())
      assertFailed(world, run, "config_invalid", /other\.json and teams\/robots\.json/);
  });

  test("with an unknown placeholder is found before anything is asked or sent, with the name that was probably meant", async (t) => {
    const pattern = "Subject: {{team}}\nHello\n{{#if mentors}}{{studnets}}{{/if}}\n";
    const world = await aWorld(t, { events, files: { "conf/mail-pattern.txt": pattern } });
    const run = await world.run();
    assertFailed(
      world,
      run,
      "pattern_invalid",
      /^conf\/mail-pattern\.txt: line 3: \{\{studnets\}\} is unknown; did you mean \{\{students\}\}\?$/,
    );
    assert.deepEqual([run.requests, world.graph.exchanges.length], [0, 0]);
  });

  test("without its pattern says where it was looked for", async (t) => {
    const world = await aWorld(t, { events, team: { mail: { pattern: "conf/other.txt" } } });
    const where = new RegExp(
      `^mail\\.pattern: there is no file “conf/other\\.txt” in ${world.env["CONFIG_DIR"]}`,
    );
    assertFailed(world, await world.run(), "config_invalid", where);
  });

  test("with two calendars of its calendar's name is told to rename one", async (t) => {
    const world = await aWorld(t, { events, account: { calendars: [{ name: CALENDAR }] } });
    assertFailed(world, await world.run(), "calendar_ambiguous", /more than one calendar named/);
  });

  test("with a calendar that is not there lists those that are", async (t) => {
    const world = await aWorld(t, { events, team: { calendar: { name: "team calendar" } } });
    assertFailed(
      world,
      await world.run(),
      "calendar_not_found",
      new RegExp(
        `^There is no calendar named “team calendar”\\. This account has “Calendar”, “${CALENDAR}”\\. Set calendar\\.name`,
      ),
    );
  });
});

test("one bad event stops no other", async (t) => {
  const world = await aWorld(t, { events });
  const id = world.idOf("Team Session");
  const time = (timeZone: string, hour: number) => ({
    dateTime: `2026-11-03T${hour}:00:00.0000000`,
    timeZone,
  });
  const attendees = [ADA, GRACE].map((person) => {
    const { address, name } = invited(person);
    return { type: "required", status: { response: "none" }, emailAddress: { address, name } };
  });
  const common = { subject: "Team Session", isCancelled: false, isAllDay: false, attendees, extensions: [] };
  const value = [
    { ...common, id: "one", start: time("Nowhere", 21), end: time("Nowhere", 23) },
    { ...common, id, start: time("UTC", 21), end: time("UTC", 23) },
    { ...common, id: "three", start: time("UTC", 21), end: time("UTC", 20) },
  ];
  // A calendar that Outlook would not have let anybody write.
  world.graph.faults.add({ kind: "status", status: 200, path: "calendarView", body: { value } });
  const run = await world.run();
  assert.deepEqual(
    run.events.map(({ eventId, action }) => [eventId, action]),
    [
      [id, "sent"],
      ["one", "failed"],
      ["three", "failed"],
    ],
  );
  assert.equal(run.status, "partial");
  assert.match(run.events[1]?.error ?? "", /time zone “Nowhere”, which is not known/);
  assert.match(run.events[2]?.error ?? "", /^The event ends .* before it starts/);
});

test("an event that Microsoft states in part is judged by what there is, and stops no other", async (t) => {
  const world = await aWorld(t, { events });
  const id = world.idOf("Team Session");
  const [start, end] = [21, 23].map((hour) => ({ dateTime: `2026-11-03T${hour}:00:00`, timeZone: "UTC" }));
  const attendees = [ADA, GRACE].map((person) => ({ emailAddress: { address: invited(person).address } }));
  const value = [
    { id: "another topic", subject: "Outreach", start: null, end: null },
    { id: "no start", subject: "Team Session", start: null, end, attendees, extensions: [] },
    { id, subject: "Team Session", start, end, attendees: [null, ...attendees], extensions: null },
  ];
  world.graph.faults.add({ kind: "status", status: 200, path: "calendarView", body: { value } });
  const run = await world.run();
  assert.deepEqual(
    run.events.map(({ eventId, action }) => [eventId, action]),
    [
      [id, "sent"],
      ["no start", "failed"],
    ],
    JSON.stringify(run.error),
  );
  assert.equal(run.events[1]?.error, "The event has no start.");
});

suite("Microsoft", () => {
  test("that throttles without end makes a failed run, not a crash", async (t) => {
    const world = await aWorld(t, { events });
    const headers = { "retry-after": "2" };
    world.graph.faults.add({ kind: "status", status: 429, headers, times: 0 });
    const run = await world.run();
    assertFailed(
      world,
      run,
      "throttled",
      /^Microsoft asked for longer pauses than this run could make, so nothing was sent/,
    );
    assert.deepEqual(run.warnings, ["throttled"]);
    world.graph.faults.clear();
    assert.deepEqual(outcomesOf(await world.run()), ["sent new"]);
  });

  test("that asks for longer pauses than a pass has is not waited for", async (t) => {
    const world = await aWorld(t, { events });
    world.graph.faults.add({
      kind: "status",
      status: 429,
      headers: { "retry-after": "90" },
      times: 0,
      path: "/contacts",
    });
    assertFailed(
      world,
      await world.run({ dryRun: true }),
      "throttled",
      /be left alone until|nothing was sent/,
    );
    assert.equal(world.requests("GET", "/contacts"), 1);
    // Nobody asks that mailbox before the time is over.
    assertFailed(world, await world.run(), "throttled", /be left alone until 2026-11-03T12:01:30/);
    assert.equal(world.requests("GET", "/contacts"), 1);
  });

  test("that is down makes a failed run, and the next one sends", async (t) => {
    const world = await aWorld(t, { events });
    const down = {
      kind: "status",
      status: 503,
      headers: { "retry-after": "1" },
      path: "/contacts",
      times: 5,
    } as const;
    world.graph.faults.add(down);
    assertFailed(world, await world.run(), "graph_unavailable", /GET \/me\/contacts with 503/);
    assert.deepEqual(outcomesOf(await world.run()), ["sent new"]);
  });

  test("that loses answers to reads is asked again", async (t) => {
    const world = await aWorld(t, { events });
    for (const kind of ["reset-before", "reset-after"] as const)
      world.graph.faults.add({ kind, method: "GET" });
    world.graph.faults.add({
      kind: "status",
      status: 502,
      headers: { "retry-after": "0" },
      method: "GET",
      after: 2,
    });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run), world.mailbox.sent.length], ["ok", ["sent new"], 1]);
  });

  test("that refuses the refresh token is told with the connection that must be consented again", async (t) => {
    const world = await aWorld(t, { events });
    await world.login.revokeAccount(COACH);
    const run = await world.run();
    assertFailed(
      world,
      run,
      "consent_expired",
      /for the connection default: the consent was revoked.*AADSTS50173.*consent/,
    );
    assert.equal(world.graph.exchanges.length, 0);
  });

  test("that nobody has consented at is told with the connection's name", async (t) => {
    const world = await aWorld(t, { events, team: { connection: "second" } });
    assertFailed(
      world,
      await world.run(),
      "not_connected",
      /for the connection second: nobody has consented/,
    );
  });

  test("that was not asked for a permission says which, and nothing is sent", async (t) => {
    const world = await aWorld(t, { events, contacts: CONTACTS });
    const token = await world.login.grant(CLIENT_ID, COACH, "User.Read Calendars.Read");
    await world.secrets.set("microsoft-refresh-token-default", token);
    assertFailed(
      world,
      await world.run(),
      "permission_missing",
      /connect it again and accept every permission.*403/,
    );
  });
});

test("a storage account that lets nobody in is told before anything is begun", async (t) => {
  const world = await aWorld(t, { events });
  const otherKey = Buffer.from("another key").toString("base64");
  await world.restart({
    AzureWebJobsStorage: world.connectionString.replace(/AccountKey=[^;]*/, `AccountKey=${otherKey}`),
  });
  const run = await world.run();
  assertFailed(
    world,
    run,
    "storage_unavailable",
    /^The storage account \(AzureWebJobsStorage\) could not be used/,
  );
  assert.deepEqual([run.warnings, world.graph.exchanges.length], [["history_failed"], 0]);
});
