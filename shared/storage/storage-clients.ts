import type { TableClient } from "@azure/data-tables";
import type { TokenCredential } from "@azure/identity";
import type { ContainerClient } from "@azure/storage-blob";
import type { QueueClient, StoragePipelineOptions } from "@azure/storage-queue";
import { type Environment, SettingsError } from "../config/settings.ts";

/** Clients of what is, or will be, in a storage account. Making one asks nothing. */
export interface StorageClients {
  table(name: string): Promise<TableClient>;
  container(name: string): Promise<ContainerClient>;
  queue(name: string, options?: StoragePipelineOptions): Promise<QueueClient>;
}

const SERVICES = ["table", "blob", "queue"] as const;
type Service = (typeof SERVICES)[number];

/** How the account is reached, as the settings say. */
type Access =
  | { by: "connection string"; connectionString: string }
  | { by: "identity"; uris: Record<Service, string>; credential: () => Promise<TokenCredential> };

/**
 * The account that a connection names: a setting of this name with a connection string, or settings that begin with it
 * for an identity.
 * @throws {SettingsError} names the setting that is missing or wrong
 * @see https://learn.microsoft.com/azure/azure-functions/functions-reference#connecting-to-host-storage-with-an-identity
 */
export function storageClients(env: Environment, connection: string): StorageClients {
  const access = accessFrom(env, connection);
  return {
    table: (name) => openTable(access, name),
    container: (name) => openContainer(access, name),
    queue: (name, options) => openQueue(access, name, options),
  };
}

function accessFrom(env: Environment, connection: string): Access {
  const connectionString = env[connection];
  if (connectionString) return { by: "connection string", connectionString };
  const managed = env[`${connection}__credential`]?.toLowerCase() === "managedidentity";
  // One credential for all of them: it keeps the tokens it was given.
  let credential: Promise<TokenCredential> | undefined;
  return {
    by: "identity",
    uris: {
      table: serviceUri(env, connection, "table"),
      blob: serviceUri(env, connection, "blob"),
      queue: serviceUri(env, connection, "queue"),
    },
    credential: () => (credential ??= openCredential(managed, env[`${connection}__clientId`])),
  };
}

function serviceUri(env: Environment, connection: string, service: Service): string {
  const settingOf = (one: Service): string => `${connection}__${one}ServiceUri`;
  const setting = settingOf(service);
  const account = env[`${connection}__accountName`];
  const uri = env[setting] || (account && `https://${account}.${service}.core.windows.net`);
  if (!uri) {
    throw new SettingsError(
      SERVICES.some((other) => env[settingOf(other)])
        ? `${setting} is not set, though the address of another service is. Set it, too, or ${connection}__accountName instead of them all.`
        : `${connection} is not set. Set it to the connection string of a storage account (UseDevelopmentStorage=true for Azurite), or ${connection}__accountName to its name where the app has a managed identity.`,
    );
  }
  if (!URL.canParse(uri) || new URL(uri).protocol !== "https:") {
    throw new SettingsError(
      `${env[setting] ? setting : `${connection}__accountName`} does not give an https address.`,
    );
  }
  return uri;
}

async function openTable(access: Access, name: string): Promise<TableClient> {
  const { TableClient } = await import("@azure/data-tables");
  if (access.by === "identity") return new TableClient(access.uris.table, name, await access.credential());
  const { connectionString } = access;
  // The client wants to be told what the connection string says already.
  return TableClient.fromConnectionString(connectionString, name, {
    allowInsecureConnection: saysHttp(connectionString),
  });
}

async function openContainer(access: Access, name: string): Promise<ContainerClient> {
  const { ContainerClient } = await import("@azure/storage-blob");
  if (access.by === "connection string") return new ContainerClient(access.connectionString, name);
  return new ContainerClient(`${access.uris.blob.replace(/\/$/, "")}/${name}`, await access.credential());
}

async function openQueue(
  access: Access,
  name: string,
  options?: StoragePipelineOptions,
): Promise<QueueClient> {
  const { QueueClient } = await import("@azure/storage-queue");
  if (access.by === "connection string") return new QueueClient(access.connectionString, name, options);
  const url = `${access.uris.queue.replace(/\/$/, "")}/${name}`;
  return new QueueClient(url, await access.credential(), options);
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
