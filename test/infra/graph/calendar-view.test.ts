import assert from "node:assert/strict";
import { suite, test } from "node:test";
import type { EventSeed } from "../../../infra/local/emulators/graph/seed.ts";
import {
  CALENDAR,
  COACH,
  allPages,
  anEvent,
  graphWorld,
  messageOf,
  refusalOf,
  subjectsOf,
  valuesOf,
} from "./graph-world.ts";
import type { GraphWorld } from "./graph-world.ts";

async function worldWith(...events: EventSeed[]): Promise<GraphWorld> {
  return graphWorld({ calendars: [{ name: CALENDAR, events }] });
}

const DAY = "startDateTime=2026-11-03T00:00:00Z&endDateTime=2026-11-04T00:00:00Z";

suite("the window of a calendar view", () => {
  test("has two ends, and both are required", async () => {
    const { ask } = await worldWith();
    for (const query of ["", "?startDateTime=2026-11-03T00:00:00Z", "?endDateTime=2026-11-03T00:00:00Z"]) {
      const told = await ask(`/me/calendarView${query}`);
      assert.equal(refusalOf(told), "400 ErrorInvalidParameter");
      assert.match(String(messageOf(told)), /time window specified by/);
    }
  });

  test("takes in what overlaps it, and not what only touches it", async () => {
    const { ask } = await worldWith(
      anEvent("2026-11-02T23:00:00", { subject: "ends as it opens" }),
      anEvent("2026-11-02T23:30:00", { subject: "under way as it opens" }),
      anEvent("2026-11-03T23:30:00", { subject: "under way as it closes" }),
      anEvent("2026-11-04T00:00:00", { subject: "begins as it closes" }),
      anEvent("2026-11-01T00:00:00", { subject: "around it", end: "2026-11-06T00:00:00" }),
    );
    const told = await ask(`/me/calendarView?${DAY}&$orderby=start/dateTime`);
    assert.deepEqual(subjectsOf(told), ["around it", "under way as it opens", "under way as it closes"]);
  });

  const sameHour = [
    ["2026-11-03T08:00:00-05:00", "2026-11-03T09:00:00-05:00"],
    ["2026-11-03T13:00:00.0000000Z", "2026-11-03T14:00:00.0000000Z"],
    ["2026-11-03T13:00:00", "2026-11-03T14:00:00"],
    ["2026-11-03T13:00", "2026-11-03T14:00"],
    ["2026-11-04T02:00:00+13:00", "2026-11-04T03:00:00+13:00"],
  ];
  for (const [from = "", to = ""] of sameHour) {
    test(`is read with its offsets: ${from}`, async () => {
      const { ask } = await worldWith(
        anEvent("2026-11-03T12:00:00", { subject: "before" }),
        anEvent("2026-11-03T13:00:00", { subject: "in it" }),
        anEvent("2026-11-03T14:00:00", { subject: "after" }),
      );
      const query = new URLSearchParams({ startDateTime: from, endDateTime: to });
      // Prefer has no part in it.
      const headers = { prefer: 'outlook.timezone="Pacific/Auckland"' };
      assert.deepEqual(subjectsOf(await ask(`/me/calendarView?${query.toString()}`, { headers })), ["in it"]);
    });
  }

  test("is refused when it is no window", async () => {
    const { ask } = await worldWith();
    const odd = {
      "400 ErrorInvalidParameter": "startDateTime=2026-11-03T00:00:00+00:00&endDateTime=2026-11-04T00:00:00Z",
      "400 ErrorCalendarEndDateIsEarlierThanStartDate":
        "startDateTime=2026-11-03T00:00:00Z&endDateTime=2026-11-02T00:00:00Z",
      "400 ErrorCalendarViewRangeTooBig":
        "startDateTime=2026-11-03T00:00:00Z&endDateTime=2036-11-03T00:00:00Z",
    };
    for (const [refusal, query] of Object.entries(odd)) {
      assert.equal(refusalOf(await ask(`/me/calendarView?${query}`)), refusal);
    }
  });

  test("is one calendar's: the default one's, or the one in the path", async () => {
    const { ask, graph } = await worldWith(anEvent("2026-11-03T13:00:00"));
    const id = graph.mailbox(COACH).addCalendar({
      name: "Other",
      events: [anEvent("2026-11-03T13:00:00", { subject: "elsewhere" })],
    });
    assert.deepEqual(subjectsOf(await ask(`/me/calendarView?${DAY}`)), ["Team Session"]);
    assert.deepEqual(subjectsOf(await ask(`/me/calendar/calendarview?${DAY}`)), ["Team Session"]);
    assert.deepEqual(subjectsOf(await ask(`/me/calendars/${id}/calendarView?${DAY}`)), ["elsewhere"]);
    assert.equal(refusalOf(await ask(`/me/calendars/none/calendarView?${DAY}`)), "404 ErrorItemNotFound");
  });
});

suite("the pages of a calendar view", () => {
  const many = Array.from({ length: 25 }, (_, index) =>
    anEvent(`2026-11-03T${String(index % 24).padStart(2, "0")}:${index < 24 ? "00" : "30"}:00`, {
      subject: `Session ${index}`,
    }),
  );

  test("hold ten events, the latest first, unless asked otherwise", async () => {
    const world = await worldWith(...many);
    const first = await world.ask(`/me/calendarView?${DAY}`);
    assert.equal(subjectsOf(first).length, 10);
    assert.equal(subjectsOf(first)[0], "Session 23");
    const { pages, items } = await allPages(world, `/me/calendarView?${DAY}`);
    assert.deepEqual([pages, items.length], [3, 25]);
    assert.equal(new Set(items.map(({ id }) => id)).size, 25);
  });

  test("are linked with all that was asked for, by the address that was asked", async () => {
    const { ask, graph } = await worldWith(...many);
    const path = `/me/calendarView?${DAY}&$select=subject&$top=7&$orderby=start/dateTime`;
    const link = String((await ask(path)).body["@odata.nextLink"]);
    assert.ok(link.startsWith(`${graph.url}/v1.0/me/calendarView?`), link);
    const second = await ask(link);
    assert.equal(subjectsOf(second).length, 7);
    assert.deepEqual(Object.keys(valuesOf(second)[0] ?? {}).sort(), ["@odata.etag", "id", "subject"]);
    assert.equal(new URL(link).searchParams.get("startDateTime"), "2026-11-03T00:00:00Z");
  });

  test("can hold a thousand, and are counted when asked", async () => {
    const { ask } = await worldWith(...many);
    const told = await ask(`/me/calendarView?${DAY}&$top=1000&$count=true`);
    assert.equal(valuesOf(told).length, 25);
    assert.equal(told.body["@odata.count"], 25);
    assert.equal("@odata.nextLink" in told.body, false);
    for (const top of ["0", "1001", "-1", "ten"]) {
      assert.equal(refusalOf(await ask(`/me/calendarView?${DAY}&$top=${top}`)), "400 BadRequest", top);
    }
  });
});

suite("a selection", () => {
  test("leaves the id and what is named", async () => {
    const { ask } = await worldWith(anEvent("2026-11-03T13:00:00"));
    const [event] = valuesOf(await ask(`/me/calendarView?${DAY}&$select=subject,isCancelled`));
    assert.deepEqual(Object.keys(event ?? {}).sort(), ["@odata.etag", "id", "isCancelled", "subject"]);
  });

  test("of a property that does not exist is refused", async () => {
    const { ask } = await worldWith(anEvent("2026-11-03T13:00:00"));
    const told = await ask(`/me/calendarView?${DAY}&$select=subject,topic`);
    assert.equal(refusalOf(told), "400 BadRequest");
    assert.match(String(messageOf(told)), /Could not find a property named 'topic'/);
  });

  test("of the two timestamps shows nothing in a calendar view", async () => {
    const { ask } = await worldWith(anEvent("2026-11-03T13:00:00"));
    const [event] = valuesOf(await ask(`/me/calendarView?${DAY}&$select=createdDateTime,subject`));
    assert.equal("createdDateTime" in (event ?? {}), false);
    const [whole] = valuesOf(await ask(`/me/calendarView?${DAY}`));
    assert.equal(whole?.["createdDateTime"], "2026-11-03T12:00:00.0000000Z");
  });

  test("leaves no body to a token that may read the basics only", async () => {
    const { ask, token } = await worldWith(anEvent("2026-11-03T13:00:00", { body: "Bring goggles." }));
    const basic = token({ scopes: ["Calendars.ReadBasic"] });
    const [event] = valuesOf(await ask(`/me/calendarView?${DAY}`, { token: basic }));
    assert.equal("body" in (event ?? {}), false);
    const [whole] = valuesOf(await ask(`/me/calendarView?${DAY}`));
    assert.equal(whole?.["bodyPreview"], "Bring goggles.");
  });
});

suite("an expansion of a calendar view", () => {
  const marked = anEvent("2026-11-03T13:00:00", {
    subject: "marked",
    extensions: { "org.mantabots": { sent: true }, other: { x: 1 } },
  });
  const bare = anEvent("2026-11-03T15:00:00", { subject: "bare" });
  const expand = (id: string): string =>
    `/me/calendarView?${DAY}&$orderby=start/dateTime&$select=subject&$expand=extensions($filter=id eq '${id}')`;
  const extension = {
    "@odata.type": "#microsoft.graph.openTypeExtension",
    id: "Microsoft.OutlookServices.OpenTypeExtension.org.mantabots",
    extensionName: "org.mantabots",
    sent: true,
  };

  for (const id of ["org.mantabots", "Microsoft.OutlookServices.OpenTypeExtension.org.mantabots"]) {
    test(`brings the extension ${id}, and no other`, async () => {
      const { ask } = await worldWith(marked, bare);
      const extensions = valuesOf(await ask(expand(id))).map((event) => event["extensions"]);
      assert.deepEqual(extensions, [[extension], []]);
    });
  }

  test("brings nothing without the name", async () => {
    const { ask } = await worldWith(marked);
    const [event] = valuesOf(await ask(`/me/calendarView?${DAY}&$expand=extensions`));
    assert.equal("extensions" in (event ?? {}), false);
  });

  test("can leave the property out where there is none, or be ignored", async () => {
    const { ask, graph } = await worldWith(marked, bare);
    const shows = async (): Promise<boolean[]> =>
      valuesOf(await ask(expand("org.mantabots"))).map((event) => "extensions" in event);
    graph.settings.extensionExpand = "omits-empty";
    assert.deepEqual(await shows(), [true, false]);
    graph.settings.extensionExpand = "ignores";
    assert.deepEqual(await shows(), [false, false]);
  });

  test("of anything else is refused", async () => {
    const { ask } = await worldWith(bare);
    assert.equal(refusalOf(await ask(`/me/calendarView?${DAY}&$expand=planet`)), "400 BadRequest");
  });
});
