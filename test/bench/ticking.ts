/**
 * A process that has the out-of-office monitor in it, and does for it what the Functions host does: at each word of its
 * parent the timer fires, and the queue is worked off, as many messages at once as host.json lets.
 */
import { QueueClient } from "@azure/storage-queue";
import { PARTITIONS_QUEUE } from "../../shared/absence/partitions.ts";
import { type AbsenceService, wireAbsence } from "../../shared/absence/wire.ts";
import type { Logger } from "../../shared/log.ts";
import { timeOf } from "./median.ts";

/** What the parent is told after each tick. */
export interface Tick {
  milliseconds: number;
  /** Lines of the log that tell of trouble. */
  trouble: string[];
}

/** batchSize and newBatchThreshold of host.json together. */
const MESSAGES_AT_ONCE = 16;

const trouble: string[] = [];
const complain = (line: string): void => void trouble.push(line);
const log: Logger = { info: () => {}, warn: complain, error: complain };

const queue = new QueueClient(process.env["AzureWebJobsStorage"] ?? "", PARTITIONS_QUEUE);
const service = await wireAbsence(process.env);

process.on("message", () => void report());
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function report(): Promise<void> {
  const milliseconds = await timeOf(() => tick(service));
  process.send?.({ milliseconds, trouble: trouble.splice(0) } satisfies Tick);
}

async function tick({ watch, work }: AbsenceService): Promise<void> {
  try {
    await watch(log);
    await Promise.all(Array.from({ length: MESSAGES_AT_ONCE }, () => workOff(work)));
  } catch (error) {
    complain(String(error));
  }
}

/** Until nothing is left: whoever finds nothing ends. */
async function workOff(work: AbsenceService["work"]): Promise<void> {
  for (;;) {
    const { receivedMessageItems } = await queue.receiveMessages({
      numberOfMessages: 1,
      visibilityTimeout: 600,
    });
    const [message] = receivedMessageItems;
    if (!message) return;
    const body: unknown = JSON.parse(Buffer.from(message.messageText, "base64").toString());
    await work(body, { isRetry: false }, log);
    await queue.deleteMessage(message.messageId, message.popReceipt);
  }
}
