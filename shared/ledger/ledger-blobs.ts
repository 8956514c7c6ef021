import { createHash, randomUUID } from "node:crypto";
import { deleteListed } from "../storage/delete-listed.ts";
import { unlessMissing } from "../storage/rest-status.ts";
import { encodeKey } from "../storage/row-key.ts";
import type { StorageAccount } from "../storage/storage-account.ts";

/** The container of the entries that are too long for a row. */
const CONTAINER = "ledger";

/**
 * The name of a new blob for an entry. It begins with the end of its time, and a container lists its blobs by name: so
 * those whose time is over are found without looking at the others, also one whose row was never written.
 */
export function textNameOf({
  scope,
  subject,
  generation,
  keepUntil,
}: {
  scope: string;
  subject: string;
  generation: number;
  keepUntil: Date;
}): string {
  const hash = createHash("sha256").update(subject).digest("hex");
  return `${keepUntil.toISOString()}/${encodeKey(scope)}~${hash}~${generation}~${randomUUID()}.json`;
}

/** Does nothing without a name. */
export async function uploadText(
  storage: StorageAccount,
  name: string | undefined,
  text: string,
): Promise<void> {
  if (name === undefined) return;
  const container = await storage.container(CONTAINER);
  await container.getBlockBlobClient(name).upload(text, Buffer.byteLength(text), {
    blobHTTPHeaders: { blobContentType: "application/json" },
  });
}

/** @returns undefined when there is no such blob */
export async function readText(storage: StorageAccount, name: string): Promise<string | undefined> {
  const container = await storage.container(CONTAINER);
  const content = await unlessMissing(container.getBlobClient(name).downloadToBuffer());
  return content?.toString("utf8");
}

/** Deletes blobs that no row points to. Never fails: one that is left goes when its time is over. */
export async function deleteTexts(
  storage: StorageAccount,
  names: readonly (string | undefined)[],
): Promise<void> {
  const present = names.filter((name) => name !== undefined);
  await Promise.allSettled(
    present.map(async (name) => (await storage.container(CONTAINER)).deleteBlob(name)),
  );
}

/**
 * Deletes the blobs whose time was over before an instant, whether a row points to them or not.
 * @returns how many were deleted
 * @throws the storage client's error, or the signal's reason
 */
export async function forgetTexts(
  storage: StorageAccount,
  { before, most, signal }: { before: Date; most: number; signal: AbortSignal },
): Promise<number> {
  const container = await storage.container(CONTAINER);
  async function* expired(): AsyncGenerator<string> {
    for await (const { name } of container.listBlobsFlat()) {
      // They are listed by the time until which they are kept.
      if (name >= before.toISOString()) return;
      yield name;
    }
  }
  return deleteListed(expired(), { most, signal }, async (name) => {
    await container.getBlobClient(name).deleteIfExists();
    return true;
  });
}
