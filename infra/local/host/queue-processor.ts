import type { QueueClient, ReceivedMessageItem } from "@azure/storage-queue";
import type { Clock } from "../../../shared/clock.ts";
import type { QueueSettings } from "./host-json.ts";
import type { HostLog } from "./host-log.ts";
import { isGone, isQueueMissing, reasonOf } from "./queue-failure.ts";
import type { Queues } from "./queue-connection.ts";
import type { QueueMessage } from "./trigger-data.ts";

export interface QueueProcessorOptions extends Pick<Queues, "queue" | "poison"> {
  settings: QueueSettings;
  /** How long a message that was taken is kept from others, milliseconds; renewed at half of it while its function works. */
  invisibilityMs: number;
  /** Runs the function; rejects when it fails. */
  execute: (message: QueueMessage) => Promise<unknown>;
  clock: Clock;
  log: HostLog;
  /** Ends every question to the storage account. */
  cut: AbortSignal;
}

/** A renewal that failed is tried again sooner and sooner, but not more often than ten times in its time. */
const MOST_RENEWALS = 10;

/**
 * What becomes of a message that was taken from a queue: it is deleted when its function succeeds, seen again after
 * `visibilityTimeout` when it fails, and put aside when it has failed `maxDequeueCount` times, or cannot be decoded.
 * @see https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Common/src/Shared/Queues/QueueProcessor.cs
 */
export class QueueProcessor {
  readonly #options: QueueProcessorOptions;

  constructor(options: QueueProcessorOptions) {
    this.#options = options;
  }

  /** Never fails: a message that could be neither deleted nor given back is seen again when its invisibility ends. */
  async process(message: ReceivedMessageItem): Promise<void> {
    const { queue, settings, log } = this.#options;
    try {
      const text = decode(message.messageText, settings.messageEncoding);
      if (text === undefined || message.dequeueCount > settings.maxDequeueCount) {
        await this.#putAside(message);
        return;
      }
      const { succeeded, popReceipt } = await this.#run(message, text);
      const held = { ...message, popReceipt };
      if (succeeded) await this.#delete(held);
      else if (message.dequeueCount >= settings.maxDequeueCount) await this.#putAside(held);
      else await this.#release(held, settings.visibilityTimeoutMs);
    } catch (error) {
      const reason = `Message '${message.messageId}' of queue '${queue.name}' was not settled: ${reasonOf(error)}`;
      log({ level: "error", category: "Host.Triggers.Queue", message: reason });
    }
  }

  /** Lets others have a message that was taken, and was not worked at. */
  async giveBack(message: ReceivedMessageItem): Promise<void> {
    // Whatever comes between: it is seen again when its invisibility ends.
    await this.#release(message, 0).catch(() => {});
  }

  /** Runs the function, and keeps its message invisible meanwhile. */
  async #run(
    message: ReceivedMessageItem,
    text: string,
  ): Promise<{ succeeded: boolean; popReceipt: string }> {
    const answered = new AbortController();
    const renewal = this.#keepInvisible(message, answered.signal);
    try {
      await this.#options.execute(messageOf(message, text));
      answered.abort();
      return { succeeded: true, popReceipt: await renewal };
    } catch {
      // The executor has logged the failure.
      answered.abort();
      return { succeeded: false, popReceipt: await renewal };
    }
  }

  /** @returns the receipt that is good at the end */
  async #keepInvisible(message: ReceivedMessageItem, answered: AbortSignal): Promise<string> {
    const { queue, clock, invisibilityMs, cut } = this.#options;
    const seconds = Math.ceil(invisibilityMs / 1000);
    let { popReceipt } = message;
    let pauseMs = invisibilityMs / 2;
    for (;;) {
      await clock.sleep(pauseMs, answered).catch(() => {});
      if (answered.aborted) return popReceipt;
      try {
        const renewed = await queue.updateMessage(message.messageId, popReceipt, undefined, seconds, {
          abortSignal: cut,
        });
        popReceipt = renewed.popReceipt ?? popReceipt;
        pauseMs = invisibilityMs / 2;
      } catch (error) {
        // Another has it, or it is gone: there is nothing left to hold.
        if (isGone(error)) return popReceipt;
        pauseMs = Math.max(pauseMs / 2, invisibilityMs / MOST_RENEWALS);
      }
    }
  }

  async #delete({ messageId, popReceipt }: ReceivedMessageItem): Promise<void> {
    const { queue, cut } = this.#options;
    await this.#unlessGone(queue.deleteMessage(messageId, popReceipt, { abortSignal: cut }));
  }

  async #release({ messageId, popReceipt }: ReceivedMessageItem, afterMs: number): Promise<void> {
    const { queue, cut } = this.#options;
    await this.#unlessGone(
      queue.updateMessage(messageId, popReceipt, undefined, Math.ceil(afterMs / 1000), { abortSignal: cut }),
    );
  }

  /** First there, then gone from here: a crash in between leaves it in both. */
  async #putAside(message: ReceivedMessageItem): Promise<void> {
    const { poison, settings, log } = this.#options;
    if (poison === undefined) return;
    log({
      level: "warning",
      category: "Host.Triggers.Queue",
      message: `Message has reached MaxDequeueCount of ${settings.maxDequeueCount}. Moving message to queue '${poison.name}'.`,
    });
    await this.#addTo(poison, message.messageText);
    await this.#delete(message);
  }

  async #addTo(poison: QueueClient, text: string): Promise<void> {
    const { cut } = this.#options;
    try {
      await poison.sendMessage(text, { abortSignal: cut });
    } catch (error) {
      if (!isQueueMissing(error)) throw error;
      await poison.createIfNotExists({ abortSignal: cut });
      await poison.sendMessage(text, { abortSignal: cut });
    }
  }

  async #unlessGone(change: Promise<unknown>): Promise<void> {
    try {
      await change;
    } catch (error) {
      if (!isGone(error)) throw error;
    }
  }
}

function messageOf(item: ReceivedMessageItem, text: string): QueueMessage {
  return {
    id: item.messageId,
    text,
    dequeueCount: item.dequeueCount,
    insertedAt: item.insertedOn,
    expiresAt: item.expiresOn,
    nextVisibleAt: item.nextVisibleOn,
    popReceipt: item.popReceipt,
  };
}

const BASE64 = /^(?:[a-z\d+/]{4})*(?:[a-z\d+/]{2}==|[a-z\d+/]{3}=)?$/i;

/** @returns undefined for what is not in this encoding */
function decode(text: string, encoding: QueueSettings["messageEncoding"]): string | undefined {
  if (encoding === "none") return text;
  const packed = text.replaceAll(/\s/g, "");
  return BASE64.test(packed) ? Buffer.from(packed, "base64").toString() : undefined;
}
