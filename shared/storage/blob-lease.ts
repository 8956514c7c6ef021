import { randomUUID } from "node:crypto";
import type { BlobLeaseClient, ContainerClient } from "@azure/storage-blob";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { type TimeLimit, withinDeadline } from "../http/deadline.ts";
import type { StorageAccount } from "./storage-account.ts";

/** A lock that outlives nobody: it renews itself while its holder works, and frees itself when the holder is gone. */
export interface Lease {
  /** Aborts with a LeaseLostError when the lock is not ours any more: stop, another may have begun. */
  readonly signal: AbortSignal;
  /** Frees the lock. Never fails: a lock that cannot be freed ends by itself. */
  release(): Promise<void>;
}

/** The lock was lost while its holder still worked. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
}

export interface LeaseOptions {
  /** How long a crashed holder keeps others out: 15 to 60. */
  seconds: number;
  /** How long after it was taken, or renewed, it is renewed; a third of its time unless given. */
  renewAfterSeconds?: number;
  clock: Clock;
}

/** The container all locks are in. */
const CONTAINER = "locks";

/** The locks of the storage account, by their names; taking one is as `acquireLease`. */
export function leases(
  storage: StorageAccount,
  options: LeaseOptions,
): (name: string) => Promise<Lease | undefined> {
  return async (name) => acquireLease(await storage.container(CONTAINER), name, options);
}

/**
 * Takes the lock `name`, kept as an empty blob.
 * @returns undefined when another holds it
 * @throws the storage client's error when the account cannot be asked
 * Permission: Storage Blob Data Contributor
 * @see https://learn.microsoft.com/rest/api/storageservices/lease-blob
 */
export async function acquireLease(
  container: ContainerClient,
  name: string,
  options: LeaseOptions,
): Promise<Lease | undefined> {
  const { seconds, clock } = options;
  const blob = container.getBlockBlobClient(name);
  const client = blob.getBlobLeaseClient(randomUUID());
  // Counted from before the question: the service starts counting later.
  const askedAt = clock.now();
  const acquired = await tryAcquire(client, seconds, async () => {
    await blob.upload("", 0, { conditions: { ifNoneMatch: "*" } });
  });
  return acquired ? holdLease(client, name, { ...options, since: askedAt }) : undefined;
}

async function tryAcquire(
  client: BlobLeaseClient,
  seconds: number,
  create: () => Promise<void>,
): Promise<boolean> {
  for (;;) {
    try {
      await client.acquireLease(seconds);
      return true;
    } catch (error) {
      const { status, code } = failureOf(error);
      if (code === "LeaseAlreadyPresent") return false;
      if (status !== 404) throw error;
    }
    try {
      await create();
    } catch (error) {
      // Another made it at the same moment.
      if (failureOf(error).status !== 409 && failureOf(error).status !== 412) throw error;
    }
  }
}

function holdLease(
  client: BlobLeaseClient,
  name: string,
  { seconds, renewAfterSeconds = seconds / 3, clock, since }: LeaseOptions & { since: Date },
): Lease {
  const lost = new AbortController();
  const released = new AbortController();
  const { signal } = released;
  let ends = since.getTime() + seconds * 1000;
  const remains = (): number => ends - clock.now().getTime();

  async function keepRenewing(): Promise<void> {
    for (;;) {
      await clock
        .sleep(Math.max(0, Math.min(renewAfterSeconds * 1000, remains())), signal)
        .catch(() => undefined);
      if (signal.aborted) return;
      const askedAt = clock.now().getTime();
      const outcome = await renew(client, { milliseconds: remains(), clock, signal });
      if (outcome === "renewed") ends = askedAt + seconds * 1000;
      if (outcome === "lost") {
        lost.abort(new LeaseLostError(`The lock ${name} was lost: it was not renewed in time, or broken.`));
        return;
      }
    }
  }

  const renewal = keepRenewing();
  return {
    signal: lost.signal,
    async release() {
      released.abort();
      await renewal;
      await client.releaseLease().catch(() => undefined);
    },
  };
}

async function renew(client: BlobLeaseClient, limit: TimeLimit): Promise<"renewed" | "lost" | "unknown"> {
  if (limit.milliseconds <= 0) return "lost";
  try {
    await withinDeadline(limit, (abortSignal) => client.renewLease({ abortSignal }));
    return "renewed";
  } catch (error) {
    const { status } = failureOf(error);
    // The service says that it is not ours; anything else may pass while there is time.
    return status === 404 || status === 409 || status === 412 ? "lost" : "unknown";
  }
}

const RestFailure = z.object({ statusCode: z.number().optional(), code: z.string().optional() });

function failureOf(error: unknown): { status: number | undefined; code: string | undefined } {
  const failure = RestFailure.safeParse(error).data;
  return { status: failure?.statusCode, code: failure?.code };
}
