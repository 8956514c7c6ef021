import type { QueueClient } from "@azure/storage-queue";
import { storageClients } from "../../../shared/storage/storage-clients.ts";
import type { QueueFunction } from "./indexing.ts";

export interface Queues {
  /** For taking messages: fails at the first failure, since whoever polls asks again anyway. */
  polled: QueueClient;
  /** The same queue, for what becomes of them. */
  queue: QueueClient;
  /** Where messages go that failed too often; undefined when the queue is such a one itself, or its name too long. */
  poison: QueueClient | undefined;
}

const POISON = "-poison";
const LONGEST_NAME = 63;
const ONCE = { maxTries: 1 };
/** As the .NET client has it. */
const RETRIES = { maxTries: 4, retryDelayInMs: 800 };

/**
 * Finds the queue of a function by its `connection`: the settings `AzureWebJobs<connection>`, or `<connection>`.
 * Asks nothing yet.
 * @throws {Error} there is no such setting, or it holds no connection
 */
export async function openQueues(
  { queueName, connection }: QueueFunction,
  env: NodeJS.ProcessEnv,
): Promise<Queues> {
  const settings = Object.keys(env).filter((name) => env[name] !== "");
  const name = [`AzureWebJobs${connection}`, connection].find((prefix) =>
    settings.some((setting) => setting === prefix || setting.startsWith(`${prefix}__`)),
  );
  if (name === undefined) {
    throw new Error(
      `Storage account connection string '${connection}' does not exist. Make sure that it is a defined App Setting.`,
    );
  }
  const clients = storageClients(env, name);
  const poisonName = `${queueName}${POISON}`;
  const hasPoison = !queueName.endsWith(POISON) && poisonName.length <= LONGEST_NAME;
  return {
    polled: await clients.queue(queueName, { retryOptions: ONCE }),
    queue: await clients.queue(queueName, { retryOptions: RETRIES }),
    poison: hasPoison ? await clients.queue(poisonName, { retryOptions: RETRIES }) : undefined,
  };
}
