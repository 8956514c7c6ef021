import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { CALENDAR, COACH, anEvent, graphWorld, subjectsOf, valuesOf } from "./graph-world.ts";

const directory = await mkdtemp(join(tmpdir(), "graph-"));
after(() => rm(directory, { recursive: true }));

test("mailboxes outlive the emulator, and the seed is for a new one only", async () => {
  const stateFile = join(directory, "graph.json");
  const first = await graphWorld({}, { stateFile, sentItemsDelayMs: 0 });
  const mailbox = first.graph.mailbox(COACH);
  const id = mailbox.addEvent(CALENDAR, anEvent("2026-11-03T13:00:00"));
  await first.graph.save();
  await first.ask(`/me/events/${id}/extensions`, {
    body: { "@odata.type": "microsoft.graph.openTypeExtension", extensionName: "org.mantabots", sent: true },
  });
  const recipient = { emailAddress: { address: "frontdesk@example.org" } };
  await first.ask("/me/sendMail", { body: { message: { subject: "Notice", toRecipients: [recipient] } } });

  const second = await graphWorld({ displayName: "Somebody Else" }, { stateFile });
  const again = second.graph.mailbox(COACH);
  assert.deepEqual(again.extensions(id), { "org.mantabots": { sent: true } });
  assert.deepEqual(again.sent, mailbox.sent);
  assert.deepEqual(subjectsOf(await second.ask("/me/messages")), ["Notice"]);
  assert.equal((await second.ask("/me")).body["displayName"], "Camille Martin");
  assert.equal(valuesOf(await second.ask("/me/events")).length, 1);
});
