import assert from "node:assert/strict";
import { suite, test } from "node:test";
import { aWorld, outcomesOf, rowOf } from "../worlds/registration-world.ts";
import { ADA, ALAN, BLAISE, card, CONTACTS, GRACE, invited, session, TODAY } from "../worlds/seeds.ts";

test("a session is announced once, and then no more, with the reason", async (t) => {
  const world = await aWorld(t, { events: [session()] });
  const first = await world.run();
  assert.deepEqual([first.status, outcomesOf(first), first.warnings], ["ok", ["sent new"], []]);
  const second = await world.run();
  assert.deepEqual([second.status, outcomesOf(second)], ["ok", ["skipped already_registered"]]);
  await world.restart();
  assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
  assert.equal(world.mailbox.sent.length, 1);
});

test("the notice goes to the host, names who comes and when, and asks machines not to answer", async (t) => {
  const attendees = [invited(ADA), invited(GRACE), invited(ALAN)];
  const mail = {
    to: ["host@example.org", "gym@example.org"],
    cc: "office@example.org",
    reply_to: "coach@x.org",
  };
  const world = await aWorld(t, { events: [session({ attendees })], team: { mail } });
  await world.run();
  const [sent] = world.mailbox.sent;
  assert.ok(sent);
  assert.equal(sent.subject, `TestBots on ${TODAY}`);
  assert.equal(
    sent.text,
    `From ${TODAY} at 12:00AM to ${TODAY} at 11:59PM.\nAdults:\n- Grace Hopper\nMentors:\n- Alan Turing\nStudents:\n- Ada Lovelace\n`,
  );
  const addresses = [sent.to, sent.cc, sent.replyTo].map((list) => list.map(({ address }) => address));
  assert.deepEqual(addresses, [
    ["host@example.org", "gym@example.org"],
    ["office@example.org"],
    ["coach@x.org"],
  ]);
  assert.deepEqual(sent.headers, { "x-auto-response-suppress": "All" });
  assert.match(sent.internetMessageId, /^<[0-9a-f]{40}@rollcall\.example>$/);
});

test("the report says what was announced, for when, to whom", async (t) => {
  const world = await aWorld(t, { events: [session()] });
  const run = await world.run();
  const people = {
    students: [{ name: "Ada Lovelace", mail: "ada@example.org" }],
    adults: [{ name: "Grace Hopper", mail: "grace@example.org" }],
    mentors: [],
  };
  const { runId, batch, requests, ...report } = run;
  assert.match(`${runId} ${batch}`, /^[0-9a-f-]{36} [0-9a-f-]{36}$/);
  // Login, calendars, calendar view, contacts; the mail and the mark in one.
  assert.equal(requests, 5);
  assert.deepEqual(report, {
    team: "robots",
    status: "ok",
    dryRun: false,
    startedAt: "2026-11-03T12:00:00.000Z",
    finishedAt: "2026-11-03T12:00:00.000Z",
    window: { from: "2026-11-03T12:00:00.000Z", to: "2026-11-04T12:00:00.000Z" },
    warnings: [],
    events: [
      {
        eventId: world.idOf("Team Session"),
        subject: "Team Session",
        start: "2026-11-03T05:00:00.000Z",
        end: "2026-11-04T04:59:59.000Z",
        action: "sent",
        reason: "new",
        to: ["host@example.org"],
        attendees: people,
        announced: people,
        unknownAttendees: [],
      },
    ],
  });
});

test("the event remembers what was announced, in the form that the first program reads", async (t) => {
  const world = await aWorld(t, {
    events: [session({ attendees: [invited(ADA), invited(BLAISE), invited(GRACE)] })],
  });
  await world.run();
  assert.deepEqual(world.markOf(world.idOf("Team Session")), {
    sent: true,
    start: "2026-11-03T05:00:00.000000+0000",
    end: "2026-11-04T04:59:59.000000+0000",
    students:
      '{"mail": "ada@example.org", "name": "Ada Lovelace"};{"mail": "blaise@example.org", "name": "Blaise Pascal"}',
    adults: '{"mail": "grace@example.org", "name": "Grace Hopper"}',
    mentors: "",
    // Ours alone: how many announcements there have been.
    generation: 1,
  });
});

suite("who is invited", () => {
  test("without a card, or with a card without a role, is reported and not mailed", async (t) => {
    const clerk = card("Charles Babbage", "Clerk", "charles@example.org");
    const attendees = [
      invited(ADA),
      invited(GRACE),
      invited(clerk),
      { address: "stranger@example.com", name: "A Stranger" },
    ];
    const world = await aWorld(t, { contacts: [...CONTACTS, clerk], events: [session({ attendees })] });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["ok", ["sent new"]]);
    assert.deepEqual(run.events[0]?.unknownAttendees, [
      { name: "Charles Babbage", mail: "charles@example.org" },
      { name: "A Stranger", mail: "stranger@example.com" },
    ]);
    assert.doesNotMatch(world.mailbox.sent[0]?.text ?? "", /Babbage|Stranger/);
  });

  test("as a room is ignored", async (t) => {
    const room = { address: "workshop@example.org", name: "Workshop", type: "resource" } as const;
    const world = await aWorld(t, { events: [session({ attendees: [invited(ADA), invited(GRACE), room] })] });
    const run = await world.run();
    assert.deepEqual(run.events[0]?.unknownAttendees, []);
    assert.doesNotMatch(JSON.stringify(run), /workshop/i);
  });

  test("under any of three addresses, in any case, is named once, and not new under another one", async (t) => {
    const ada = { ...ADA, addresses: ["ada@example.org", "Ada.Lovelace@School.example", "al@home.example"] };
    const grace = [invited(GRACE)];
    const attendees = [{ address: "ADA.lovelace@school.EXAMPLE" }, { address: "al@home.example" }, ...grace];
    const world = await aWorld(t, { contacts: [ada, GRACE], events: [session({ attendees })] });
    await world.run();
    assert.equal(world.mailbox.sent[0]?.text?.match(/Ada Lovelace/g)?.length, 1);
    const other = [{ address: "ada@example.org" }, ...grace];
    world.mailbox.changeEvent(world.idOf("Team Session"), { attendees: other });
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
  });

  test("has a role by category where the team says so", async (t) => {
    const contacts = [
      { displayName: "Ada Lovelace", addresses: ["ada@example.org"], categories: ["student", "Family"] },
      {
        displayName: "Grace Hopper",
        addresses: ["grace@example.org"],
        categories: ["Adult"],
        jobTitle: "Mentor",
      },
    ];
    const world = await aWorld(t, { contacts, events: [session()], team: { roles: { by: "category" } } });
    await world.run();
    assert.match(
      world.mailbox.sent[0]?.text ?? "",
      /Adults:\n- Grace Hopper\nMentors:\n\nStudents:\n- Ada Lovelace\n/,
    );
  });

  test("is named letter by letter, whatever the name holds", async (t) => {
    const names = ["Siobhán O'Neil", "Tom & Jerry <b>", "Lee; Bruce", "Mr. $& {{team}}", "Zoë 🤖"];
    const contacts = names.map((name, index) =>
      card(name, index === 0 ? "Coach" : "Team Member", `p${index}@example.org`),
    );
    const world = await aWorld(t, {
      contacts,
      events: [session({ attendees: contacts.map((each) => invited(each)) })],
    });
    await world.run();
    const students = names.slice(1).map((name) => `- ${name}`);
    assert.match(world.mailbox.sent[0]?.text ?? "", /- Siobhán O'Neil\n/);
    assert.ok(world.mailbox.sent[0]?.text?.endsWith(`Students:\n${students.join("\n")}\n`));
    const mark = String(world.markOf(world.idOf("Team Session"))?.["students"]);
    const asFirstProgram = mark.split(";").map((text) => (JSON.parse(text) as { name: string }).name);
    assert.deepEqual(asFirstProgram, names.slice(1));
    assert.deepEqual(outcomesOf(await world.run()), ["skipped already_registered"]);
  });
});

suite("a session is not announced", () => {
  test("when it is cancelled, of another topic, beyond the window or in another calendar", async (t) => {
    const world = await aWorld(t, {
      events: [
        session({ subject: "Canceled: Team Session", isCancelled: true }),
        session({ subject: "team session" }),
        session({ subject: "Late Team Session", start: "2026-11-05T16:00:00", end: "2026-11-05T18:00:00" }),
      ],
      account: {
        calendars: [{ name: "team calendar", events: [session({ subject: "Other Team Session" })] }],
      },
    });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["ok", ["skipped cancelled"]]);
    assert.equal(world.mailbox.sent.length, 0);
  });

  test("when nobody is known who comes", async (t) => {
    const attendees = [{ address: "stranger@example.com" }];
    const world = await aWorld(t, { events: [session({ attendees })] });
    const run = await world.run();
    assert.deepEqual([run.status, outcomesOf(run)], ["ok", ["skipped no_known_attendees"]]);
    assert.equal(world.markOf(world.idOf("Team Session")), undefined);
  });
});

test("a notice without an adult or a mentor goes out, with a warning", async (t) => {
  const world = await aWorld(t, { events: [session({ attendees: [invited(ADA)] })] });
  const run = await world.run();
  assert.deepEqual([run.status, outcomesOf(run), run.warnings], ["ok", ["sent new"], ["no_adult"]]);
});

test("each session of a series is a session of its own", async (t) => {
  const recurrence = {
    pattern: { type: "daily", interval: 1 },
    range: { type: "noEnd", startDate: "2026-11-01" },
  } as const;
  const series = session({ start: "2026-11-01T16:00:00", end: "2026-11-01T18:00:00", recurrence });
  const world = await aWorld(t, { events: [series], team: { calendar: { days: 3 } } });
  const run = await world.run();
  assert.deepEqual(outcomesOf(run), ["sent new", "sent new", "sent new"]);
  assert.deepEqual(
    world.mailbox.sent.map(({ subject }) => subject).sort(),
    ["Thursday, 05.", "Tuesday, 03.", "Wednesday, 04."].map((day) => `TestBots on ${day} November 2026`),
  );
  const [first] = run.events;
  assert.ok(first);
  assert.ok(world.markOf(first.eventId));
  assert.equal(rowOf(await world.run(), first.eventId).reason, "already_registered");
});
