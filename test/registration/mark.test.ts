import assert from "node:assert/strict";
import { suite, test } from "node:test";
import * as fc from "fast-check";
import { isExtension, readMark, writeMark } from "../../shared/registration/mark.ts";
import type { Person, Registration } from "../../shared/registration/session.ts";
import pythonMarks from "./fixtures/python-marks.json" with { type: "json" };
import { randomSeed } from "./random-seed.ts";

// The fixtures were written by Python's own json.dumps and strftime, the way the first program marked its events.
suite("a mark of the program that was here first", () => {
  function registered(name: keyof typeof pythonMarks): Registration {
    const reading = readMark(pythonMarks[name]);
    assert.equal(reading.state, "registered", JSON.stringify(reading));
    return (reading as { registration: Registration }).registration;
  }

  test("is read as registered, without mentors", () => {
    assert.deepEqual(registered("a whole day in New York"), {
      timeslot: { start: new Date("2024-09-17T04:00:00Z"), end: new Date("2024-09-18T03:59:59Z") },
      registered: {
        students: [
          { name: "Ada Lovelace", mail: "ada@example.org" },
          { name: "Alan Turing", mail: "alan@example.org" },
        ],
        adults: [{ name: "Grace Hopper", mail: "grace@example.org" }],
        mentors: [],
      },
    });
  });

  test("may name nobody in a role", () => {
    assert.deepEqual(registered("nobody responsible").registered.adults, []);
  });

  test("may have a `;`, quotes and emoji in its names", () => {
    const { timeslot, registered: people } = registered("names with marks in them");
    assert.deepEqual(timeslot.end, new Date("2024-11-03T22:00:00.123Z"));
    assert.deepEqual(
      [...people.students, ...people.adults].map(({ name }) => name),
      ["Siobhán O'Neil", 'Lee; "Bruce" \\ Jun-fan', "Zoë 🤖 <b>&amp;</b> $& {{team}}", "Two\nLines;"],
    );
  });

  test("may name somebody whose card had no name", () => {
    const { students } = registered("a card without a name").registered;
    assert.deepEqual(students, [{ name: "ada@example.org", mail: "ada@example.org" }]);
  });
});

suite("reading a mark", () => {
  const whole = pythonMarks["a whole day in New York"];

  test("that is not there says so", () => {
    assert.deepEqual(readMark(undefined), { state: "unregistered", exists: false });
    assert.deepEqual(readMark(null), { state: "unregistered", exists: false });
  });

  test("tells how many announcements there had been, where it counts them", () => {
    for (const [generation, read] of [
      [4, 4],
      ["4", undefined],
      [0, undefined],
      [1.5, undefined],
      [null, undefined],
    ]) {
      const reading = readMark({ ...whole, generation });
      assert.equal(reading.state === "registered" && reading.generation, read);
    }
  });

  test("that says nothing was sent tells that it exists", () => {
    for (const extension of [
      {},
      { sent: false },
      { sent: null },
      { ...whole, sent: false },
      { sent: "False" },
    ]) {
      assert.deepEqual(readMark(extension), { state: "unregistered", exists: true });
    }
  });

  test("ignores what the service adds", () => {
    const extension = {
      ...whole,
      id: "microsoft.graph.openTypeExtension.org.mantabots",
      "@odata.type": "#x",
      mentors: null,
    };
    assert.deepEqual(readMark(extension), readMark(whole));
  });

  test("takes dates as other writers of ISO 8601 put them", () => {
    for (const start of [
      "2024-09-17T04:00:00Z",
      "2024-09-17T04:00:00.000+00:00",
      "2024-09-17T00:00:00-0400",
    ]) {
      assert.deepEqual(readMark({ ...whole, start }), readMark(whole), start);
    }
  });

  for (const [says, extension, error] of [
    ["is a text", "sent", /the mark is not a set of properties/],
    ["neither says that it was sent nor that it was not", { ...whole, sent: "perhaps" }, /^sent is neither/],
    ["has no start", { ...whole, start: undefined }, /^start is not a date/],
    ["ends at no time", { ...whole, end: "2024-13-17T04:00:00.000000+0000" }, /^end is not a date/],
    ["has a time without an offset", { ...whole, start: "2024-09-17T04:00:00" }, /^start is not a date/],
    [
      "names people in a list that breaks off",
      { ...whole, students: '{"mail": "ada@exam' },
      /^students is not a list/,
    ],
    ["names people without an address", { ...whole, adults: '{"name": "Grace"}' }, /^adults is not a list/],
    ["names people in another form", { ...whole, mentors: ["Alan"] }, /^mentors is not a list/],
    ["is wrong twice", { ...whole, start: 5, adults: 7 }, /^start .*; adults /],
  ] as const) {
    test(`that ${says} is unread, never unregistered`, () => {
      const reading = readMark(extension);
      assert.equal(reading.state, "unread");
      assert.match(reading.state === "unread" ? reading.error : "", error);
    });
  }

  test("never repeats a name or an address in its reason", () => {
    const reading = JSON.stringify(readMark({ ...whole, students: '{"mail": "ada@example.org"' }));
    assert.doesNotMatch(reading, /ada/);
  });
});

suite("writing a mark", () => {
  const registration: Registration = {
    timeslot: { start: new Date("2024-09-17T04:00:00Z"), end: new Date("2024-09-18T03:59:59.250Z") },
    registered: {
      students: [
        { name: "Zoë; 🤖", mail: "zoe@example.org" },
        { name: "Alan", mail: "alan@example.org" },
      ],
      adults: [],
      mentors: [{ name: 'Q "T"', mail: "q@example.org" }],
    },
  };

  test("puts down every property, as the first program would", () => {
    assert.deepEqual(writeMark({ registration, generation: 3 }), {
      sent: true,
      start: "2024-09-17T04:00:00.000000+0000",
      end: "2024-09-18T03:59:59.250000+0000",
      students:
        String.raw`{"mail": "zoe@example.org", "name": "Zo\u00eb\u003b \ud83e\udd16"};` +
        '{"mail": "alan@example.org", "name": "Alan"}',
      adults: "",
      mentors: String.raw`{"mail": "q@example.org", "name": "Q \"T\""}`,
      generation: 3,
    });
  });

  test("gives back the first program's own marks, letter by letter", () => {
    const mark = pythonMarks["nobody responsible"];
    const reading = readMark(mark);
    assert.ok(reading.state === "registered");
    assert.deepEqual(writeMark({ ...reading, generation: 1 }), { ...mark, mentors: "", generation: 1 });
  });

  const names = fc.string({
    unit: fc.oneof(
      fc.string({ unit: "binary", minLength: 1, maxLength: 1 }),
      fc.constantFrom(";", '"', "\\", "{", "}", "'", "\n"),
    ),
  });
  const aRecord = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) =>
    fc.record(fields, { noNullPrototype: true });
  const people = fc.array(
    aRecord({ name: names, mail: fc.emailAddress().map((mail) => mail.toLowerCase()) }),
    { maxLength: 6 },
  );
  const dates = fc.date({ min: new Date("2000-01-01"), max: new Date("2100-01-01"), noInvalidDate: true });
  const registrations: fc.Arbitrary<Registration> = aRecord({
    timeslot: aRecord({ start: dates, end: dates }),
    registered: aRecord({ students: people, adults: people, mentors: people }),
  });

  test("loses nothing that reading could miss", (t) => {
    fc.assert(
      fc.property(registrations, (registration) => {
        const mark = { registration, generation: 7 };
        assert.deepEqual(readMark(writeMark(mark)), { state: "registered", ...mark });
      }),
      randomSeed(t),
    );
  });

  test("can be read by a program that splits at every `;`, and is plain ASCII", (t) => {
    fc.assert(
      fc.property(registrations, (registration) => {
        const mark = writeMark({ registration, generation: 1 });
        for (const role of ["students", "adults", "mentors"] as const) {
          const text = String(mark[role]);
          assert.match(text, /^[ -~]*$/);
          const read = text === "" ? [] : text.split(";").map((part) => JSON.parse(part) as Person);
          assert.deepEqual(read, registration.registered[role]);
        }
      }),
      randomSeed(t),
    );
  });
});

suite("the id of an extension", () => {
  for (const [id, name, is] of [
    ["org.mantabots", "org.mantabots", true],
    ["Microsoft.OutlookServices.OpenTypeExtension.org.mantabots", "org.mantabots", true],
    ["microsoft.graph.openTypeExtension.org.mantabots", "org.mantabots", true],
    ["microsoft.graph.openTypeExtension.org.mantabots.trial", "org.mantabots", false],
    ["microsoft.graph.openTypeExtension.com.org.mantabots", "org.mantabots", false],
    ["", "org.mantabots", false],
  ] as const) {
    test(`“${id}” is ${is ? "" : "not "}that of ${name}`, () => assert.equal(isExtension(id, name), is));
  }
});
