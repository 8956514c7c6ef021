import { failuresOf } from "../failures.ts";
import type { MessageQueue } from "../storage/message-queue.ts";

/** @returns why some could not be sent; all others are */
export function sendAll(messages: readonly unknown[], queue: MessageQueue): Promise<Error[]> {
  return failuresOf(messages, (message) => queue.send(message));
}
