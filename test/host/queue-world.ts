import type { TestContext } from "node:test";
import { startAzurite } from "../../infra/local/emulators/azurite.ts";
import type { HostOptions } from "../../infra/local/host/host.ts";
import { systemClock } from "../../shared/clock.ts";
import { type MessageQueue, messageQueue } from "../../shared/storage/message-queue.ts";
import { type StorageAccount, storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { type FixtureHost, startFixture } from "./fixture-host.ts";

/** One storage account, and hosts of the fixture app `queues` that work at its queues. */
export interface QueueWorld {
  storage: StorageAccount;
  queue: (name: string) => MessageQueue;
  /** The environment of a host whose function works at this queue. */
  envOf: (name: string) => NodeJS.ProcessEnv;
  /** @param settings  host.json's `extensions.queues` */
  start: (
    test: TestContext,
    name: string,
    settings?: object,
    options?: Partial<HostOptions> & { hostJson?: object },
  ) => Promise<FixtureHost>;
  /** What is visible in a queue, and stays there: the texts, decoded where they are base64. */
  visibleIn: (name: string) => Promise<string[]>;
  /** Resolves when a queue holds as many messages as said, those that are invisible included. */
  holds: (name: string, count: number) => Promise<void>;
  close: () => Promise<void>;
}

/** A test waits no longer than the storage account makes it wait. */
const OFTEN = { maxPollingInterval: "00:00:00.1" };

export async function startQueueWorld(): Promise<QueueWorld> {
  const azurite = await startAzurite();
  const { connectionString } = azurite;
  const storage = storageAccountFrom({ AzureWebJobsStorage: connectionString }, { clock: systemClock });
  const envOf = (name: string): NodeJS.ProcessEnv => ({
    FIXTURE_QUEUE: name,
    FixtureStorage: connectionString,
  });
  return {
    storage,
    envOf,
    queue: (name) => messageQueue(storage, name),
    start: (test, name, settings, { hostJson, ...options } = {}) =>
      startFixture(test, "queues", {
        env: envOf(name),
        hostJson: { ...hostJson, extensions: { queues: { ...OFTEN, ...settings } } },
        ...options,
      }),
    async visibleIn(name) {
      const queue = await storage.queue(name);
      const { peekedMessageItems } = await queue.peekMessages({ numberOfMessages: 32 });
      return peekedMessageItems.map(({ messageText }) => decoded(messageText));
    },
    async holds(name, count) {
      const queue = await storage.queue(name);
      while ((await queue.getProperties()).approximateMessagesCount !== count) await systemClock.sleep(20);
    },
    close: () => azurite.close(),
  };
}

function decoded(text: string): string {
  const bytes = Buffer.from(text, "base64");
  return bytes.toString("base64") === text ? bytes.toString() : text;
}
