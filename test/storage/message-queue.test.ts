import assert from "node:assert/strict";
import { after, test } from "node:test";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import { messageQueue, poisonQueue } from "../../shared/storage/message-queue.ts";
import { storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { fakeClock } from "../fakes/fake-clock.ts";

const azurite = await startAzurite();
after(() => azurite.close());

const storage = storageAccountFrom(
  { AzureWebJobsStorage: azurite.connectionString },
  { clock: fakeClock("2026-11-03T04:00:00Z", { auto: true }) },
);

/** What is visible in a queue, parsed; up to 32, and left there. */
async function visibleIn(name: string): Promise<unknown[]> {
  const queue = await storage.queue(name);
  const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
  return peekedMessageItems.map(({ messageText }) =>
    JSON.parse(Buffer.from(messageText, "base64").toString()),
  );
}

test("a message is JSON in base64, and never expires", async () => {
  await messageQueue(storage, "plain").send({ team: "mantabots", note: "Grüße" });
  const queue = await storage.queue("plain");
  const { receivedMessageItems } = await queue.receiveMessages();
  const [message] = receivedMessageItems;
  const text = Buffer.from(message?.messageText ?? "", "base64").toString();
  assert.equal(text, '{"team":"mantabots","note":"Grüße"}');
  assert.equal(message?.expiresOn.getUTCFullYear(), 9999);
});

test("a message with a delay is not seen before, and a fraction of a second is a whole one", async (t) => {
  const queue = messageQueue(storage, "delayed");
  const client = await storage.queue("delayed");
  const sending = t.mock.method(client, "sendMessage");
  const sevenDaysMs = 7 * 24 * 60 * 60_000;
  await queue.send("later", { delayMs: sevenDaysMs });
  await queue.send("now");
  assert.deepEqual(await visibleIn("delayed"), ["now"]);
  assert.equal((await client.getProperties()).approximateMessagesCount, 2);
  // Whoever looks for it may come a second late.
  await queue.send("in a fraction of a second", { delayMs: 1 });
  const delays = sending.mock.calls.map(({ arguments: [, options] }) => options?.visibilityTimeout);
  assert.deepEqual(delays, [sevenDaysMs / 1000, 0, 1]);
});

test("what waits is shown and stays, whatever it is, and what is delayed is not shown", async () => {
  const queue = messageQueue(storage, "peeked");
  assert.deepEqual(await queue.peek(), []);
  await queue.send({ partition: "1" });
  await queue.send("later", { delayMs: 60_000 });
  await (await storage.queue("peeked")).sendMessage("no base64!");
  assert.deepEqual(await queue.peek(), [{ partition: "1" }, "no base64!"]);
  assert.deepEqual(await queue.peek(), [{ partition: "1" }, "no base64!"]);
});

test("what was begun once is not shown as waiting, though it comes again", async () => {
  const queue = messageQueue(storage, "tried");
  await queue.send("failed");
  const client = await storage.queue("tried");
  const { receivedMessageItems } = await client.receiveMessages();
  for (const { messageId, popReceipt } of receivedMessageItems) {
    await client.updateMessage(messageId, popReceipt, undefined, 0);
  }
  await queue.send("waits");
  assert.deepEqual(await visibleIn("tried"), ["failed", "waits"]);
  assert.deepEqual(await queue.peek(), ["waits"]);
});

test("48 KiB of JSON fit into a message, and one byte more is refused with what to do", async () => {
  const queue = messageQueue(storage, "large");
  const largest = "x".repeat(48 * 1024 - 2);
  await queue.send(largest);
  assert.deepEqual(await visibleIn("large"), [largest]);
  await assert.rejects(queue.send(`${largest}x`), {
    name: "MessageTooLargeError",
    message: /queue large has 49153 bytes of JSON; there is room for 49152/,
  });
});

test("poison messages are shown, whatever they hold, and stay", async () => {
  const raw = await storage.queue("shown-poison");
  for (const text of [Buffer.from('{"team":"mantabots"}').toString("base64"), "not base64!", "aGVsbG8="]) {
    await raw.sendMessage(text);
  }
  const poison = poisonQueue(storage, "shown");
  for (const messages of [await poison.peek(), await poison.peek()]) {
    assert.deepEqual(
      messages.map(({ body }) => body),
      [{ team: "mantabots" }, "not base64!", "hello"],
    );
    assert.ok(messages.every(({ id, insertedAt }) => id !== "" && insertedAt.getTime() > 0));
  }
});

test("the wanted ones of many go back into the queue, and the others stay", async () => {
  const poisoned = messageQueue(storage, "many-poison");
  await Promise.all(Array.from({ length: 70 }, (_, number) => poisoned.send({ number })));
  const poison = poisonQueue(storage, "many");
  const isTenth = (body: unknown): boolean => (body as { number: number }).number % 10 === 0;
  assert.equal(await poison.replay(isTenth, messageQueue(storage, "many")), 7);
  const numbers = (await visibleIn("many")).map((body) => (body as { number: number }).number);
  assert.deepEqual(
    numbers.sort((one, other) => one - other),
    [0, 10, 20, 30, 40, 50, 60],
  );
  assert.equal(await poison.replay(isTenth, messageQueue(storage, "many")), 0);
  const all = (): boolean => true;
  assert.equal(await poison.replay(all, messageQueue(storage, "rest")), 63);
  assert.deepEqual(await poison.peek(), []);
});

test("what fails on its way back is in the poison queue still, and is seen there at once", async () => {
  await messageQueue(storage, "held-poison").send({ team: "mantabots" });
  await messageQueue(storage, "held-poison").send({ team: "sharkbots" });
  const poison = poisonQueue(storage, "held");
  const refusing = {
    send: () => Promise.reject(new Error("the queue is full")),
    peek: () => Promise.resolve([]),
  };
  await assert.rejects(
    poison.replay(() => true, refusing),
    /the queue is full/,
  );
  assert.equal((await poison.peek()).length, 2);
});

test("two replays at once move each message once", async () => {
  const poisoned = messageQueue(storage, "twice-poison");
  await Promise.all(Array.from({ length: 40 }, (_, number) => poisoned.send({ number })));
  const poison = poisonQueue(storage, "twice");
  const counts = await Promise.all(
    [1, 2].map(() => poison.replay(() => true, messageQueue(storage, "twice"))),
  );
  assert.equal((counts[0] ?? 0) + (counts[1] ?? 0), 40);
  assert.equal((await (await storage.queue("twice")).getProperties()).approximateMessagesCount, 40);
});
