import type { QueueClient, ReceivedMessageItem } from "@azure/storage-queue";
import type { Clock } from "../../../shared/clock.ts";
import type { Executor } from "./executor.ts";
import type { QueueSettings } from "./host-json.ts";
import type { HostLog } from "./host-log.ts";
import type { QueueFunction } from "./indexing.ts";
import { PollingDelay } from "./polling-delay.ts";
import { openQueues } from "./queue-connection.ts";
import type { Queues } from "./queue-connection.ts";
import { isPassing, reasonOf } from "./queue-failure.ts";
import { QueueProcessor } from "./queue-processor.ts";
import { queueData } from "./trigger-data.ts";

export interface QueueListenerOptions {
  executor: Executor;
  clock: Clock;
  log: HostLog;
  /** Holds the connections. */
  env: NodeJS.ProcessEnv;
  settings: QueueSettings;
  /** How long a message that was taken is kept from others, milliseconds. */
  invisibilityMs: number;
  /** Ends every question to the storage account. */
  cut: AbortSignal;
}

/**
 * Runs a function for each message of its queue, until told to stop, and then until what it runs has ended. Takes
 * `batchSize` messages at once, and more as soon as no more than `newBatchThreshold` are left: their sum is the most
 * that run at a time. A queue that is not there yet is waited for, and not made.
 * @see https://github.com/Azure/azure-sdk-for-net/blob/main/sdk/storage/Microsoft.Azure.WebJobs.Extensions.Storage.Common/src/Shared/Queues/QueueListener.cs
 */
export async function listenToQueue(
  target: QueueFunction,
  options: QueueListenerOptions,
  stop: AbortSignal,
): Promise<void> {
  let queues: Queues;
  try {
    queues = await openQueues(target, options.env);
  } catch (error) {
    const message = `The listener for function 'Functions.${target.name}' was unable to start. ${reasonOf(error)}`;
    options.log({ level: "error", category: "Host.Startup", message });
    return;
  }
  const { executor, clock, settings } = options;
  const processor = new QueueProcessor({
    ...options,
    ...queues,
    execute: (message) => executor.execute(target, queueData(target, message)),
  });
  const running = new Set<Promise<void>>();
  const delay = new PollingDelay(settings.maxPollingIntervalMs);
  let foundAny = false;
  while (!stop.aborted) {
    const messages = await take(queues.polled, target, options);
    if (stop.aborted) {
      await Promise.all(messages.map((message) => processor.giveBack(message)));
      break;
    }
    if (messages.length === 0) {
      await clock.sleep(delay.next(foundAny), stop).catch(() => {});
      foundAny = false;
      continue;
    }
    foundAny = true;
    for (const message of messages) {
      const work = processor.process(message).finally(() => running.delete(work));
      running.add(work);
    }
    while (running.size > settings.newBatchThreshold) await Promise.race(running);
  }
  await Promise.all(running);
}

async function take(
  queue: QueueClient,
  target: QueueFunction,
  { settings, invisibilityMs, log, cut }: QueueListenerOptions,
): Promise<ReceivedMessageItem[]> {
  try {
    const { receivedMessageItems } = await queue.receiveMessages({
      numberOfMessages: settings.batchSize,
      visibilityTimeout: Math.ceil(invisibilityMs / 1000),
      abortSignal: cut,
    });
    return receivedMessageItems;
  } catch (error) {
    if (!cut.aborted) {
      const message = `Poll for function 'Functions.${target.name}' on queue '${queue.name}' failed. Polling will resume after a delay. ${reasonOf(error)}`;
      log({ level: isPassing(error) ? "debug" : "error", category: "Host.Triggers.Queue", message });
    }
    return [];
  }
}
