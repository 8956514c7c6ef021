import assert from "node:assert/strict";
import { test } from "node:test";
import { SAMPLE_ACCOUNT, TEAM_CALENDAR, sampleSeed } from "../../../infra/local/samples/mailbox.ts";
import { contractObserver } from "../../contracts/contract-check.ts";
import { NOW, allPages, graphWorld, valuesOf } from "./graph-world.ts";
import type { Ask, Told } from "./graph-world.ts";

const MARK = { "@odata.type": "microsoft.graph.openTypeExtension", extensionName: "org.mantabots" };
const MONTH = "startDateTime=2026-11-01T00:00:00Z&endDateTime=2026-12-01T00:00:00Z";

test("what is answered is what Microsoft publishes, refusals included", async () => {
  const contract = contractObserver("msgraph");
  const world = await graphWorld(
    {},
    {
      seed: sampleSeed(new Date(NOW)),
      sentItemsDelayMs: 0,
      onExchange: (exchange) => contract.onExchange(exchange),
    },
  );
  const token = world.token({ account: SAMPLE_ACCOUNT });
  const ask = (path: string, rest: Ask = {}): Promise<Told> => world.ask(path, { token, ...rest });
  const mailbox = world.graph.mailbox(SAMPLE_ACCOUNT);
  const calendar = mailbox.calendarId(TEAM_CALENDAR);

  await ask("/me");
  await ask(`/users/${SAMPLE_ACCOUNT}?$select=mail,userPrincipalName`);
  await ask("/me/calendars");
  await allPages({ ...world, ask }, "/me/contacts");
  await ask(`/me/calendarView?${MONTH}&$count=true`);
  const expand = "$expand=extensions($filter=id eq 'org.mantabots')";
  const view = await ask(
    `/me/calendars/${calendar}/calendarView?${MONTH}&$top=2&$orderby=start/dateTime&${expand}`,
    {
      headers: { prefer: 'outlook.timezone="America/New_York"' },
    },
  );
  await ask(String(view.body["@odata.nextLink"]));
  await ask("/me/events?$top=50");

  const id = String(valuesOf(view)[0]?.["id"]);
  const extensions = `/me/events/${id}/extensions`;
  await ask(extensions, { body: { ...MARK, sent: true, students: "", adults: "" } });
  await ask(`${extensions}/org.mantabots`, { method: "PATCH", body: { ...MARK, sent: true } });
  await ask(`${extensions}/org.mantabots`);
  await ask(`${extensions}/none`);
  await ask(`/me/events/${id}?${expand}`);
  await ask(`${extensions}/org.mantabots`, { method: "DELETE" });

  const event = {
    subject: "Extra session",
    start: { dateTime: "2026-11-05T16:00:00", timeZone: "America/New_York" },
    end: { dateTime: "2026-11-05T18:00:00", timeZone: "America/New_York" },
    attendees: [{ type: "required", emailAddress: { address: "zoe.obrien@example.org", name: "Zoë" } }],
  };
  const made = await ask(`/me/calendars/${calendar}/events`, { body: event });
  const own = `/me/calendars/${calendar}/events/${String(made.body["id"])}`;
  await ask(own, { method: "PATCH", body: { subject: "Extra session, moved" } });
  await ask(own, { method: "DELETE" });
  await ask(own);
  await ask("/me/events", {
    body: {
      ...event,
      recurrence: {
        pattern: { type: "weekly", interval: 1, daysOfWeek: ["thursday"], firstDayOfWeek: "sunday" },
        range: { type: "endDate", startDate: "2026-11-05", endDate: "2026-11-19" },
      },
    },
  });
  await ask(`/me/calendarView?${MONTH}&$top=100`);

  const message = {
    subject: "Notice",
    body: { contentType: "text", content: "Two students" },
    toRecipients: [{ emailAddress: { address: "frontdesk@example.org" } }],
    internetMessageHeaders: [{ name: "X-Auto-Response-Suppress", value: "All" }],
    internetMessageId: "<notice-1@mantabots.example>",
  };
  await ask("/me/sendMail", { body: { message, saveToSentItems: true } });
  await ask("/me/sendMail", { body: { message: { ...message, toRecipients: [] } } });
  const sent =
    "/me/mailFolders/sentitems/messages?$filter=internetMessageId eq '<notice-1@mantabots.example>'";
  assert.equal(valuesOf(await ask(sent)).length, 1);
  await ask(`${sent}&$select=internetMessageId,internetMessageHeaders`);
  await ask("/me/messages?$filter=isDraft eq false&$select=id,isDraft,uniqueBody&$top=50");
  const basics = world.token({ account: SAMPLE_ACCOUNT, scopes: ["Mail.ReadBasic"] });
  await ask("/me/messages", { token: basics });
  await ask(`/users/${SAMPLE_ACCOUNT}/messages?$search="notice"`, { token: basics });

  await ask("/me/calendars", { token: world.token({ account: SAMPLE_ACCOUNT, scopes: [] }) });
  await ask("/me/calendars", { token: "none" });
  const parts = [
    { id: "1", method: "GET", url: `${extensions}/org.mantabots` },
    {
      id: "2",
      dependsOn: ["1"],
      method: "POST",
      url: extensions,
      headers: { "content-type": "application/json" },
      body: { ...MARK, sent: true },
    },
    { id: "3", method: "GET", url: "/me/calendars", dependsOn: ["2"] },
  ];
  world.graph.faults.add({ kind: "status", status: 429, method: "POST", path: "extensions$" });
  await ask("/$batch", { body: { requests: parts } });

  contract.assertClean();
});
