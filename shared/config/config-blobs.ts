import path from "node:path";
import { text } from "node:stream/consumers";
import type { TokenCredential } from "@azure/identity";
import type { ContainerClient } from "@azure/storage-blob";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { firstLineOf } from "../error-message.ts";
import { withinDeadline } from "../http/deadline.ts";
import { type ConfigSource, ConfigSourceError } from "./config-folder.ts";

export interface ConfigBlobsOptions {
  clock: Clock;
  /** Of a storage account: used when the container is in that one. */
  connectionString?: string | undefined;
  /** Who asks otherwise; DefaultAzureCredential unless given. */
  credential?: TokenCredential;
}

/** For one question, with all that the library repeats. */
const DEADLINE_MS = 30_000;
const RETRIES = { maxTries: 4, retryDelayInMs: 500, maxRetryDelayInMs: 8000 };

/**
 * Configuration files in a blob container, so that they can be edited without a deployment. What was read is kept with
 * its ETag: to read it again is a question that is answered with "not modified" until somebody has edited it.
 * Permission: Storage Blob Data Reader
 * @param url  of the container, without a slash at its end
 * @see https://learn.microsoft.com/rest/api/storageservices/specifying-conditional-headers-for-blob-service-operations
 */
export function configBlobs(url: string, options: ConfigBlobsOptions): ConfigSource {
  let opened: Promise<ContainerClient> | undefined;
  const known = new Map<string, { etag: string; content: string }>();

  async function ask<T>(
    what: string,
    question: (container: ContainerClient, abortSignal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    try {
      return await withinDeadline(
        { milliseconds: DEADLINE_MS, clock: options.clock },
        async (abortSignal) => {
          opened ??= open(url, options);
          return question(await opened, abortSignal);
        },
      );
    } catch (error) {
      throw new ConfigSourceError(`${what} cannot be read: ${reasonOf(error)}`, { cause: error });
    }
  }

  return {
    place: url,
    async list(folder) {
      const prefix = `${nameOf(folder, url)}/`;
      return ask(`The folder ${folder} in ${url}`, async (container, abortSignal) => {
        const names: string[] = [];
        for await (const item of container.listBlobsByHierarchy("/", { prefix, abortSignal })) {
          if (item.kind === "blob") names.push(item.name.slice(prefix.length));
        }
        return names.sort();
      });
    },
    async read(file) {
      const name = nameOf(file, url);
      return ask(`${url}/${name}`, async (container, abortSignal) => {
        const last = known.get(name);
        const fresh = await download(container, name, last?.etag, abortSignal);
        if (fresh === "unchanged") return last?.content;
        if (fresh) known.set(name, fresh);
        else known.delete(name);
        return fresh?.content;
      });
    },
  };
}

/**
 * A URL's `..` would lead into another container, and its `\` is a `/` to some.
 * @throws {ConfigSourceError} the path leaves the container
 */
function nameOf(file: string, url: string): string {
  const name = path.posix.normalize(file.replaceAll("\\", "/"));
  if (!/^(?:\.{1,2}(?:\/|$)|\/)/u.test(name)) return name;
  throw new ConfigSourceError(`${file} lies outside of ${url}; files of the configuration must lie inside.`);
}

async function download(
  container: ContainerClient,
  name: string,
  etag: string | undefined,
  abortSignal: AbortSignal,
): Promise<{ etag: string; content: string } | "unchanged" | undefined> {
  try {
    const conditions = etag === undefined ? {} : { ifNoneMatch: etag };
    const answer = await container.getBlobClient(name).download(0, undefined, { conditions, abortSignal });
    const content = answer.readableStreamBody ? await text(answer.readableStreamBody) : "";
    return { etag: answer.etag ?? "", content };
  } catch (error) {
    const { statusCode, code } = failureOf(error);
    if (statusCode === 304) return "unchanged";
    if (code === "BlobNotFound") return undefined;
    throw error;
  }
}

/** The libraries are large, so they are loaded when the container is first needed and not with the program. */
async function open(url: string, options: ConfigBlobsOptions): Promise<ContainerClient> {
  const { BlobServiceClient, ContainerClient } = await import("@azure/storage-blob");
  const retries = { retryOptions: RETRIES };
  if (options.connectionString) {
    const account = BlobServiceClient.fromConnectionString(options.connectionString, retries);
    const base = `${account.url.replace(/\/+$/u, "")}/`;
    if (url.startsWith(base)) return account.getContainerClient(url.slice(base.length));
  }
  const credential = options.credential ?? new (await import("@azure/identity")).DefaultAzureCredential();
  return new ContainerClient(url, credential, retries);
}

/** The fields of the library's RestError that say what went wrong. */
const RestFailure = z.object({ statusCode: z.number().optional(), code: z.string().optional() });

function failureOf(error: unknown): z.infer<typeof RestFailure> {
  return RestFailure.safeParse(error).data ?? {};
}

function reasonOf(error: unknown): string {
  const { statusCode, code } = failureOf(error);
  if (code === "ContainerNotFound") {
    return "there is no such container. Make it, or correct CONFIG_DIR.";
  }
  if (statusCode === 403) {
    return "the identity may not do this. Give it the role Storage Blob Data Reader on the container; that takes some minutes to count.";
  }
  if (statusCode === 401 || (error instanceof Error && /Credential|Authentication/u.test(error.name))) {
    return "no identity was accepted. In the cloud, turn on the managed identity; on your machine, sign in with `az login`.";
  }
  if (code === "ENOTFOUND") return "there is no such host. Check CONFIG_DIR.";
  return `${statusCode ? `status ${statusCode}, ` : ""}${firstLineOf(error)}. Try again; the storage account's health is shown in the Azure portal.`;
}
