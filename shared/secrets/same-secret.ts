import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Of this process alone: what is compared are hashes that nobody can aim at. */
const KEY = randomBytes(32);

/**
 * Compares what somebody says with a secret, in a time that tells nothing of how much of it is right, how long it is, or
 * whether there is one.
 * @param secret  undefined, or empty, when there is none: then nothing is right
 */
export function isSameSecret(given: string, secret: string | undefined): boolean {
  const isSame = timingSafeEqual(hashOf(given), hashOf(secret ?? ""));
  return isSame && secret !== undefined && secret !== "";
}

function hashOf(text: string): Buffer {
  return createHmac("sha256", KEY).update(text).digest();
}
