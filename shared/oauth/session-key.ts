import { createHmac, randomBytes } from "node:crypto";
import type { Clock } from "../clock.ts";
import { SECRETS } from "../secrets/secret-names.ts";
import { type SecretStore, SecretStoreError } from "../secrets/secret-store.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { underLease } from "../storage/under-lease.ts";

/** Keys of our own, all drawn from the one secret `session-key`: replacing it ends every link and sign-in under way. */
export interface SessionKey {
  /**
   * 32 bytes that belong to this purpose alone; the same for as long as the secret is.
   * @throws {SecretStoreError} the secret cannot be read or made, or is too short to be a key
   */
  derive(purpose: string): Promise<Buffer>;
}

export interface SessionKeyOptions {
  secrets: SecretStore;
  storage: StorageAccount;
  clock: Clock;
}

const KEY_BYTES = 32;
/** 32 bytes as base64 or hex are longer than this; a word somebody chose is shorter. */
const SHORTEST = 40;

/**
 * The session key; made when it is first needed and missing. A vault cannot be asked to store only what is missing, so
 * the making is under a lock, with one more look inside of it: what the first instance stored is what all of them use.
 */
export function sessionKey({ secrets, storage, clock }: SessionKeyOptions): SessionKey {
  const name = SECRETS.sessionKey;
  let making: Promise<string> | undefined;

  function make(): Promise<string> {
    return underLease("session-key", { storage, clock }, async () => {
      const present = await secrets.get(name, { fresh: true });
      if (present !== undefined) return present;
      const key = randomBytes(KEY_BYTES).toString("base64url");
      await secrets.set(name, key);
      return key;
    });
  }

  function makeOnce(): Promise<string> {
    making ??= make().finally(() => {
      making = undefined;
    });
    return making;
  }

  return {
    async derive(purpose) {
      const key = (await secrets.get(name)) ?? (await makeOnce());
      if (key.length < SHORTEST) {
        throw new SecretStoreError(
          `The secret ${name} in ${secrets.place} is too short to be a key. Store the output of \`openssl rand -base64 32\` in its place.`,
        );
      }
      return createHmac("sha256", key).update(purpose).digest();
    },
  };
}
