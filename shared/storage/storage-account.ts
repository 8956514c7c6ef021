import type { TableClient } from "@azure/data-tables";
import type { ContainerClient } from "@azure/storage-blob";
import type { QueueClient } from "@azure/storage-queue";
import type { Clock } from "../clock.ts";
import type { Environment } from "../config/settings.ts";
import { storageClients } from "./storage-clients.ts";

/** The storage account of the app: tables, blobs and queues, each made when it is first needed. */
export interface StorageAccount {
  /**
   * @param name  3 to 63 letters and digits, a letter first
   * Permission: Storage Table Data Contributor
   */
  table(name: string): Promise<TableClient>;
  /**
   * @param name  3 to 63 lower-case letters, digits and single hyphens
   * Permission: Storage Blob Data Contributor
   */
  container(name: string): Promise<ContainerClient>;
  /**
   * @param name  3 to 63 lower-case letters, digits and single hyphens
   * Permission: Storage Queue Data Contributor
   */
  queue(name: string): Promise<QueueClient>;
}

const CONNECTION = "AzureWebJobsStorage";

/**
 * Opens the account the Functions host itself works with. Nothing is asked yet.
 * @throws {SettingsError} names the setting that is missing or wrong
 * @see https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
 */
export function storageAccountFrom(env: Environment, { clock }: { clock: Clock }): StorageAccount {
  const clients = storageClients(env, CONNECTION);
  const table = once(async (name: string) => {
    const client = await clients.table(name);
    // The client takes "exists already" for an answer.
    await whenFree(clock, () => client.createTable());
    return client;
  });
  const container = once(async (name: string) => {
    const client = await clients.container(name);
    await whenFree(clock, () => client.createIfNotExists());
    return client;
  });
  const queue = once(async (name: string) => {
    const client = await clients.queue(name);
    await whenFree(clock, () => client.createIfNotExists());
    return client;
  });
  return { table, container, queue };
}

/** Makes each named thing once; a failure is not remembered. */
function once<T>(make: (name: string) => Promise<T>): (name: string) => Promise<T> {
  const made = new Map<string, Promise<T>>();
  return (name) => {
    const present = made.get(name);
    if (present) return present;
    const fresh = make(name).catch((error: unknown) => {
      made.delete(name);
      throw error;
    });
    made.set(name, fresh);
    return fresh;
  };
}

const PAUSE_MS = 3000;
const TRIES = 15;

/** A deleted table, container or queue keeps its name for some 40 seconds; until then it cannot be made again. */
async function whenFree(clock: Clock, create: () => Promise<unknown>): Promise<void> {
  for (let count = 1; ; count += 1) {
    try {
      await create();
      return;
    } catch (error) {
      if (count === TRIES || !isInTransition(error)) throw error;
      await clock.sleep(PAUSE_MS);
    }
  }
}

function isInTransition(error: unknown): boolean {
  const text = error instanceof Error ? `${"code" in error ? String(error.code) : ""} ${error.message}` : "";
  return /(?:Table|Container|Queue)Being(?:Created|Deleted)/.test(text);
}
