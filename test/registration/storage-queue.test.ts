import assert from "node:assert/strict";
import { test } from "node:test";
import { QueueClient } from "@azure/storage-queue";
import type { WorkMessage } from "../../shared/registration/work-message.ts";
import { aWorld, outcomesOf, type World } from "../worlds/registration-world.ts";
import { session } from "../worlds/seeds.ts";

/** The queue's messages as a host finds them. */
async function received({ connectionString }: World, queue: string): Promise<WorkMessage[]> {
  const client = new QueueClient(connectionString, queue);
  const { receivedMessageItems } = await client.receiveMessages({ numberOfMessages: 32 });
  for (const { messageId, popReceipt } of receivedMessageItems)
    await client.deleteMessage(messageId, popReceipt);
  return receivedMessageItems.map(
    ({ messageText }) => JSON.parse(Buffer.from(messageText, "base64").toString()) as WorkMessage,
  );
}

test("a pass goes through the storage account's queue, to the poison queue, and back", async (t) => {
  const world = await aWorld(t, { events: [session()] });
  const { service, log, connectionString } = world;
  await service.enqueueDue({ schedule: "0 0 12 * * *", isPastDue: false }, log);
  const [message, ...others] = await received(world, "registration-passes");
  assert.deepEqual(
    [message, others],
    [
      {
        kind: "passes",
        version: 1,
        batch: "scheduled-2026-11-03T12:00:00Z",
        connection: "default",
        teams: ["robots"],
        attempt: 0,
      },
      [],
    ],
  );

  // As a host does that failed on it five times.
  const poison = new QueueClient(connectionString, "registration-passes-poison");
  await poison.createIfNotExists();
  await poison.sendMessage(Buffer.from(JSON.stringify(message)).toString("base64"));
  const listed = await service.history({ team: "robots" });
  assert.deepEqual(listed.kind === "found" && listed.runs.map(({ error }) => error?.code), [
    "platform_failed",
  ]);
  assert.deepEqual(await service.replay({ team: "sharks" }).then(({ kind }) => kind), "nothing_there");
  assert.deepEqual(await service.replay({ team: "robots" }), { kind: "replayed", replayed: 1 });

  const [replayed] = await received(world, "registration-passes");
  assert.deepEqual(replayed, message);
  const [run] = await service.work(replayed, log);
  assert.deepEqual(run && outcomesOf(run), ["sent new"]);
  assert.deepEqual(await service.history({}), { kind: "found", runs: [run] });
});
