import assert from "node:assert/strict";
import { suite, test } from "node:test";
import {
  CALENDAR,
  COACH,
  anEvent,
  graphWorld,
  messageOf,
  refusalOf,
  subjectsOf,
  valuesOf,
} from "./graph-world.ts";

const SESSION = {
  subject: "Team Session",
  start: { dateTime: "2026-11-03T16:00:00", timeZone: "Eastern Standard Time" },
  end: { dateTime: "2026-11-03T18:00:00.0000000", timeZone: "Eastern Standard Time" },
  attendees: [
    { emailAddress: { address: "ada@example.org", name: "Ada" }, type: "required" },
    { emailAddress: { address: "workshop@example.org" }, type: "resource" },
  ],
  body: { contentType: "Text", content: "Bring goggles & gloves." },
  location: { displayName: "Workshop" },
};

suite("an event", () => {
  test("is made, read, changed and deleted", async () => {
    const { ask } = await graphWorld();
    const made = await ask("/me/events", { body: SESSION });
    assert.equal(made.status, 201);
    assert.deepEqual(made.body["start"], { dateTime: "2026-11-03T21:00:00.0000000", timeZone: "UTC" });
    assert.equal(made.body["originalStartTimeZone"], "Eastern Standard Time");

    const path = `/me/events/${encodeURIComponent(String(made.body["id"]))}`;
    const read = await ask(path);
    assert.deepEqual({ ...read.body, "@odata.context": "" }, { ...made.body, "@odata.context": "" });

    const changed = await ask(path, { method: "PATCH", body: { subject: "Team Session, moved" } });
    assert.equal(changed.body["subject"], "Team Session, moved");
    assert.deepEqual(changed.body["attendees"], made.body["attendees"]);
    assert.notEqual(changed.body["changeKey"], made.body["changeKey"]);

    assert.equal((await ask(path, { method: "DELETE" })).status, 204);
    assert.equal(refusalOf(await ask(path)), "404 ErrorItemNotFound");
  });

  test("has an HTML body unless text is asked for", async () => {
    const { ask } = await graphWorld();
    const made = await ask("/me/events", { body: SESSION });
    const path = `/me/events/${String(made.body["id"])}?$select=body`;
    assert.match(JSON.stringify((await ask(path)).body["body"]), /"html".*goggles &#38; gloves/);
    const text = await ask(path, { headers: { prefer: 'outlook.body-content-type="text"' } });
    assert.deepEqual(text.body["body"], { contentType: "text", content: "Bring goggles & gloves." });
  });

  test("is in one calendar, and found under no other", async () => {
    const { ask, graph } = await graphWorld();
    const mailbox = graph.mailbox(COACH);
    const other = mailbox.addCalendar({ name: "Other" });
    const own = mailbox.calendarId(CALENDAR);
    const made = await ask(`/me/calendars/${other}/events`, { body: SESSION });
    const id = String(made.body["id"]);
    assert.equal((await ask(`/me/calendars/${other}/events/${id}`)).status, 200);
    assert.equal(refusalOf(await ask(`/me/calendars/${own}/events/${id}`)), "404 ErrorItemNotFound");
    assert.deepEqual(subjectsOf(await ask("/me/calendar/events")), []);
    assert.deepEqual(subjectsOf(await ask("/me/events")), ["Team Session"]);
  });

  test("is made once for one transactionId", async () => {
    const { ask } = await graphWorld();
    const body = { ...SESSION, transactionId: "run-7-session-1" };
    assert.equal((await ask("/me/events", { body })).status, 201);
    assert.equal(refusalOf(await ask("/me/events", { body })), "409 ErrorDuplicateTransactionId");
    assert.equal(valuesOf(await ask("/me/events")).length, 1);
  });

  const odd = [
    { name: "without an end", body: { subject: "x", start: SESSION.start }, code: "ErrorInvalidRequest" },
    {
      name: "that ends before it starts",
      body: { ...SESSION, end: { dateTime: "2026-11-03T15:00:00", timeZone: "Eastern Standard Time" } },
      code: "ErrorInvalidRequest",
    },
    {
      name: "of all day that begins at four",
      body: { ...SESSION, isAllDay: true },
      code: "ErrorInvalidRequest",
    },
    {
      name: "in a zone nobody knows",
      body: { ...SESSION, start: { dateTime: "2026-11-03T16:00:00", timeZone: "Nowhere" } },
      code: "TimeZoneNotSupportedException",
    },
    {
      name: "with an attendee without address",
      body: { ...SESSION, attendees: [{}] },
      code: "UnableToDeserializePostBody",
    },
    { name: "that is no JSON", body: "subject=x", code: "BadRequest" },
  ];
  for (const { name, body, code } of odd) {
    test(`${name} is refused`, async () => {
      const { ask } = await graphWorld();
      assert.equal(refusalOf(await ask("/me/events", { body })), `400 ${code}`);
    });
  }

  test("cannot be named by what is no id", async () => {
    const { ask } = await graphWorld();
    assert.equal(refusalOf(await ask("/me/events/7")), "400 ErrorInvalidIdMalformed");
  });
});

suite("the list of events", () => {
  test("can be filtered, and sorted by what it is filtered by", async () => {
    const { ask } = await graphWorld({
      calendars: [
        {
          name: CALENDAR,
          events: [
            anEvent("2026-11-03T13:00:00", { subject: "It's on" }),
            anEvent("2026-11-04T13:00:00", { subject: "It's on", isCancelled: true }),
            anEvent("2026-11-05T13:00:00", { subject: "Other" }),
          ],
        },
      ],
    });
    const filter = "$filter=subject eq 'It''s on' and isCancelled eq false";
    assert.equal(valuesOf(await ask(`/me/events?${filter}`)).length, 1);
    assert.equal(
      refusalOf(await ask(`/me/events?${filter}&$orderby=start/dateTime`)),
      "400 InefficientFilter",
    );
    const unknown = await ask("/me/events?$filter=contains(subject,'on')");
    assert.equal(refusalOf(unknown), "400 ErrorInvalidUrlQueryFilter");
    assert.match(String(messageOf(unknown)), /invalid nodes/);
    const backwards = await ask("/me/events?$orderby=start/dateTime desc&$select=start");
    assert.match(JSON.stringify(valuesOf(backwards)[0]), /2026-11-05/);
  });
});
