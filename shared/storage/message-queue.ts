import type { QueueClient, ReceivedMessageItem } from "@azure/storage-queue";
import { unlessMissing } from "./rest-status.ts";
import type { StorageAccount } from "./storage-account.ts";

/** A queue whose messages start functions. */
export interface MessageQueue {
  /**
   * Leaves a message, as JSON in base64: that is how the Functions host expects it.
   * It stays until it was worked off: one that expired, by default after 7 days, would be work lost without a word.
   * @param options.delayMs  how long nobody sees it, milliseconds, up to 7 days; in whole seconds, rounded up
   * @throws {MessageTooLargeError} its JSON has more than 48 KiB
   * @throws the storage client's error
   * Permission: Storage Queue Data Contributor
   * @see https://learn.microsoft.com/rest/api/storageservices/put-message
   */
  send(body: unknown, options?: { delayMs?: number }): Promise<void>;
  /**
   * Shows those that nobody has begun of the first 32 messages that wait, the most the service lets see at once, and
   * takes none.
   * @throws the storage client's error
   * Permission: Storage Queue Data Contributor
   * @see https://learn.microsoft.com/rest/api/storageservices/peek-messages
   */
  peek(): Promise<unknown[]>;
}

/** A message that the service would not take. */
export class MessageTooLargeError extends Error {
  override readonly name = "MessageTooLargeError";
}

/** The service takes 64 KiB, and base64 makes four bytes of three. */
const LARGEST_BYTES = 48 * 1024;
const NEVER_EXPIRES = -1;
const MOST_AT_ONCE = 32;

/** Opens the queue `name`; it is made with the first message. */
export function messageQueue(storage: StorageAccount, name: string): MessageQueue {
  return {
    async send(body, { delayMs = 0 } = {}) {
      const json = Buffer.from(JSON.stringify(body));
      if (json.byteLength > LARGEST_BYTES) {
        throw new MessageTooLargeError(
          `A message for the queue ${name} has ${json.byteLength} bytes of JSON; there is room for ${LARGEST_BYTES}. Send less, or keep it in a blob and send the blob's name.`,
        );
      }
      const queue = await storage.queue(name);
      await queue.sendMessage(json.toString("base64"), {
        messageTimeToLive: NEVER_EXPIRES,
        visibilityTimeout: Math.ceil(delayMs / 1000),
      });
    },
    async peek() {
      const queue = await storage.queue(name);
      const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: MOST_AT_ONCE });
      return peekedMessageItems
        .filter(({ dequeueCount }) => dequeueCount === 0)
        .map(({ messageText }) => bodyOf(messageText));
    },
  };
}

export interface PoisonMessage {
  id: string;
  /** What was sent; its text where that is no JSON. */
  body: unknown;
  /** When it was given up. */
  insertedAt: Date;
}

/** The messages of a queue that failed too often: the Functions host put them aside. */
export interface PoisonQueue {
  /**
   * Shows up to 32 of them, the most the service lets see at once, and takes none.
   * @throws the storage client's error
   * Permission: Storage Queue Data Contributor, which also makes the queue when there is none yet
   * @see https://learn.microsoft.com/rest/api/storageservices/peek-messages
   */
  peek(): Promise<PoisonMessage[]>;
  /**
   * Moves every message whose body is wanted back into the queue, and gives the others back. A crash in between
   * leaves a message in both queues rather than in none. While it works, and for 5 minutes after a crash, nobody else
   * sees the messages it has looked at.
   * @returns how many were moved
   * @throws the storage client's error; what was moved by then is moved
   * Permission: Storage Queue Data Contributor
   */
  replay(isWanted: (body: unknown) => boolean, toQueue: MessageQueue): Promise<number>;
}

const LOOKING_SECONDS = 300;

/**
 * Opens the poison queue of the queue `name`.
 * The Functions host lets its messages expire after 7 days.
 * @see https://learn.microsoft.com/azure/azure-functions/functions-bindings-storage-queue-trigger#poison-messages
 */
export function poisonQueue(storage: StorageAccount, name: string): PoisonQueue {
  const open = (): ReturnType<StorageAccount["queue"]> => storage.queue(`${name}-poison`);

  return {
    async peek() {
      const queue = await open();
      const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: MOST_AT_ONCE });
      return peekedMessageItems.map(({ messageId, messageText, insertedOn }) => ({
        id: messageId,
        body: bodyOf(messageText),
        insertedAt: insertedOn,
      }));
    },

    async replay(isWanted, toQueue) {
      const queue = await open();
      const taken = new Map<string, ReceivedMessageItem>();
      let moved = 0;
      try {
        for (;;) {
          const fresh = await takeMore(queue, taken);
          if (fresh.length === 0) return moved;
          for (const message of fresh) {
            const body = bodyOf(message.messageText);
            if (!isWanted(body)) continue;
            await toQueue.send(body);
            await unlessMissing(queue.deleteMessage(message.messageId, message.popReceipt));
            taken.delete(message.messageId);
            moved += 1;
          }
        }
      } finally {
        for (const { messageId, popReceipt } of taken.values()) {
          await unlessMissing(queue.updateMessage(messageId, popReceipt, undefined, 0));
        }
      }
    },
  };
}

/** Takes the next messages; one that is taken already has come back by itself, and is not taken for new. */
async function takeMore(
  queue: QueueClient,
  taken: Map<string, ReceivedMessageItem>,
): Promise<ReceivedMessageItem[]> {
  const { receivedMessageItems } = await queue.receiveMessages({
    numberOfMessages: MOST_AT_ONCE,
    visibilityTimeout: LOOKING_SECONDS,
  });
  const fresh = receivedMessageItems.filter(({ messageId }) => !taken.has(messageId));
  for (const message of receivedMessageItems) taken.set(message.messageId, message);
  return fresh;
}

/** The host puts a message that was no base64 aside as it came. */
function bodyOf(text: string): unknown {
  const decoded = Buffer.from(text, "base64");
  const body = decoded.toString("base64") === text ? decoded.toString() : text;
  try {
    return JSON.parse(body);
  } catch {
    return body;
  }
}
