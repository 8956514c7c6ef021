import { Readable } from "node:stream";
import { json } from "node:stream/consumers";
import { statusOf, unlessMissing } from "./rest-status.ts";
import type { StorageAccount } from "./storage-account.ts";

/** Documents as JSON, one blob each. */
export interface JsonBlobs {
  /** @returns undefined when there is none */
  read(name: string): Promise<unknown>;
  /** Puts it in the place of the one before. */
  put(name: string, document: unknown): Promise<void>;
  /** @returns false when there is one already, which stays as it is */
  create(name: string, document: unknown): Promise<boolean>;
  delete(name: string): Promise<void>;
  /** The names that begin so, in their order. */
  names(prefix: string): Promise<string[]>;
}

/**
 * Opens a container of documents. Every method throws the storage client's error.
 * Permission: Storage Blob Data Contributor
 */
export function jsonBlobs(storage: StorageAccount, name: string): JsonBlobs {
  const open = (): ReturnType<StorageAccount["container"]> => storage.container(name);

  async function upload(
    blob: string,
    document: unknown,
    conditions: { ifNoneMatch?: string },
  ): Promise<void> {
    const text = JSON.stringify(document);
    await (await open()).getBlockBlobClient(blob).upload(text, Buffer.byteLength(text), {
      blobHTTPHeaders: { blobContentType: "application/json" },
      conditions,
    });
  }

  return {
    async read(blob) {
      // In one request: downloadToBuffer asks for the length first, and then reads so much of what may be another
      // document by then.
      const answer = await unlessMissing((await open()).getBlobClient(blob).download());
      return answer && json(answer.readableStreamBody ?? Readable.from(["null"]));
    },
    put: (blob, document) => upload(blob, document, {}),
    async create(blob, document) {
      try {
        await upload(blob, document, { ifNoneMatch: "*" });
        return true;
      } catch (error) {
        if (statusOf(error) === 409 || statusOf(error) === 412) return false;
        throw error;
      }
    },
    async delete(blob) {
      await (await open()).getBlobClient(blob).deleteIfExists();
    },
    async names(prefix) {
      const names: string[] = [];
      for await (const { name } of (await open()).listBlobsFlat({ prefix })) names.push(name);
      return names;
    },
  };
}
