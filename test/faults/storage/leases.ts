import type { EmulatorAnswer } from "../../../infra/local/emulators/emulator.ts";
import { type StorageRequest, StorageRefusal, type StoredBlob } from "./account.ts";

/**
 * What is done with the lease on a blob.
 * @throws {StorageRefusal} 409
 * @see https://learn.microsoft.com/rest/api/storageservices/lease-blob#outcomes-of-use-attempts-on-blobs-by-lease-state
 */
export function answerLease(blob: StoredBlob, { headers, now }: StorageRequest): EmulatorAnswer {
  const { lease } = blob;
  const id = headers["x-ms-lease-id"];
  switch (String(headers["x-ms-lease-action"])) {
    case "acquire": {
      const proposed = String(headers["x-ms-proposed-lease-id"]);
      if (isHeld(blob, now) && lease?.id !== proposed) throw new StorageRefusal(409, "LeaseAlreadyPresent");
      const seconds = Number(headers["x-ms-lease-duration"]);
      blob.lease = { id: proposed, seconds, endsAt: after(now, seconds), isBroken: false };
      return { status: 201, headers: { etag: blob.etag, "x-ms-lease-id": proposed } };
    }
    case "renew":
      if (lease?.id !== id || !lease) throw new StorageRefusal(409, "LeaseIdMismatchWithLeaseOperation");
      if (lease.isBroken) throw new StorageRefusal(409, "LeaseIsBrokenAndCannotBeRenewed");
      // Also when its time is over: as long as nobody else has taken the blob or changed it.
      lease.endsAt = after(now, lease.seconds);
      return { status: 200, headers: { etag: blob.etag, "x-ms-lease-id": lease.id } };
    case "release":
      if (lease?.id !== id) throw new StorageRefusal(409, "LeaseIdMismatchWithLeaseOperation");
      blob.lease = undefined;
      return { status: 200, headers: { etag: blob.etag } };
    case "break":
      if (!lease) throw new StorageRefusal(409, "LeaseNotPresentWithLeaseOperation");
      lease.isBroken = true;
      return { status: 202, headers: { etag: blob.etag, "x-ms-lease-time": "0" } };
    default:
      throw new StorageRefusal(400, "InvalidHeaderValue");
  }
}

/**
 * A blob under a lease is changed by its holder only.
 * @throws {StorageRefusal} 412
 */
export function requireLease(blob: StoredBlob | undefined, { headers, now }: StorageRequest): void {
  const id = headers["x-ms-lease-id"];
  if (!blob || !isHeld(blob, now)) {
    if (id !== undefined) throw new StorageRefusal(412, "LeaseNotPresentWithBlobOperation");
  } else if (id === undefined) {
    throw new StorageRefusal(412, "LeaseIdMissing");
  } else if (id !== blob.lease?.id) {
    throw new StorageRefusal(412, "LeaseIdMismatchWithBlobOperation");
  }
}

function isHeld({ lease }: StoredBlob, now: Date): boolean {
  return lease !== undefined && !lease.isBroken && now < lease.endsAt;
}

function after(now: Date, seconds: number): Date {
  return new Date(now.getTime() + seconds * 1000);
}
