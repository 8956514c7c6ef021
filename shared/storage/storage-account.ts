import type { TableClient } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import type { ContainerClient } from "@azure/storage-blob";
import type { Clock } from "../clock.ts";
import { type Environment, SettingsError } from "../config/settings.ts";

/** The storage account of the app: tables and blobs, each made when it is first needed. */
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
}

/** How the account is reached, as the settings say. */
type Access =
  | { by: "connection string"; connectionString: string }
  | { by: "identity"; tables: string; blobs: string; credential: () => Promise<TokenCredential> };

const SETTING = "AzureWebJobsStorage";

/**
 * Opens the account the Functions host itself works with. Nothing is asked yet.
 * @throws {SettingsError} names the setting that is missing or wrong
 * @see https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
 */
export function storageAccountFrom(env: Environment, { clock }: { clock: Clock }): StorageAccount {
  const access = accessFrom(env);
  const table = once(async (name: string) => {
    const client = await openTable(access, name);
    // The client takes "exists already" for an answer.
    await whenFree(clock, () => client.createTable());
    return client;
  });
  const container = once(async (name: string) => {
    const client = await openContainer(access, name);
    await whenFree(clock, () => client.createIfNotExists());
    return client;
  });
  return { table, container };
}

function accessFrom(env: Environment): Access {
  const connectionString = env[SETTING];
  if (connectionString) return { by: "connection string", connectionString };
  const account = env[`${SETTING}__accountName`];
  const managed = env[`${SETTING}__credential`]?.toLowerCase() === "managedidentity";
  // One credential for tables and blobs: it keeps the tokens it was given.
  let credential: Promise<TokenCredential> | undefined;
  return {
    by: "identity",
    tables: serviceUri(env, "table", account),
    blobs: serviceUri(env, "blob", account),
    credential: () => (credential ??= openCredential(managed, env[`${SETTING}__clientId`])),
  };
}

function serviceUri(env: Environment, service: "table" | "blob", account: string | undefined): string {
  const setting = `${SETTING}__${service}ServiceUri`;
  const uri = env[setting] || (account && `https://${account}.${service}.core.windows.net`);
  if (!uri) {
    throw new SettingsError(
      `${SETTING} is not set. Set it to the connection string of a storage account (UseDevelopmentStorage=true for Azurite), or ${SETTING}__accountName to its name where the app has a managed identity.`,
    );
  }
  if (!URL.canParse(uri) || new URL(uri).protocol !== "https:") {
    throw new SettingsError(
      `${env[setting] ? setting : `${SETTING}__accountName`} does not give an https address.`,
    );
  }
  return uri;
}

async function openTable(access: Access, name: string): Promise<TableClient> {
  const { TableClient } = await import("@azure/data-tables");
  if (access.by === "identity") return new TableClient(access.tables, name, await access.credential());
  const { connectionString } = access;
  // The client wants to be told what the connection string says already.
  return TableClient.fromConnectionString(connectionString, name, {
    allowInsecureConnection: saysHttp(connectionString),
  });
}

async function openContainer(access: Access, name: string): Promise<ContainerClient> {
  const { ContainerClient } = await import("@azure/storage-blob");
  if (access.by === "connection string") return new ContainerClient(access.connectionString, name);
  return new ContainerClient(`${access.blobs.replace(/\/$/, "")}/${name}`, await access.credential());
}

async function openCredential(managed: boolean, clientId: string | undefined): Promise<TokenCredential> {
  const { DefaultAzureCredential, ManagedIdentityCredential } = await import("@azure/identity");
  if (managed) return new ManagedIdentityCredential(clientId ? { clientId } : {});
  return new DefaultAzureCredential(clientId ? { managedIdentityClientId: clientId } : {});
}

function saysHttp(connectionString: string): boolean {
  const tables = /(?:^|;)\s*TableEndpoint=(https?):/i.exec(connectionString)?.[1];
  const protocol =
    tables ?? /(?:^|;)\s*DefaultEndpointsProtocol=(https?)\s*(?:;|$)/i.exec(connectionString)?.[1];
  return protocol?.toLowerCase() === "http" || /UseDevelopmentStorage=true/i.test(connectionString);
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

/** A deleted table or container keeps its name for some 40 seconds; until then it cannot be made again. */
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
  return /(?:Table|Container)Being(?:Created|Deleted)/.test(text);
}
