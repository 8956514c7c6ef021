import { createHash, randomBytes, timingSafeEqual } from "node:crypto";

export type AuthLevel = "anonymous" | "function" | "admin";

/** The two keys of the local host: one opens functions, the master key opens everything. */
export class Keys {
  readonly #host: Buffer;
  readonly #master: Buffer;

  constructor(hostKey: string, masterKey: string) {
    this.#host = digestOf(hostKey);
    this.#master = digestOf(masterKey);
  }

  /** Whether the key that came with a request opens what asks for this level. Takes equally long for every key. */
  open(level: AuthLevel, key: string | undefined): boolean {
    if (level === "anonymous") return true;
    const digest = digestOf(key ?? "");
    const isMaster = timingSafeEqual(digest, this.#master);
    const isHost = timingSafeEqual(digest, this.#host);
    return key !== undefined && key !== "" && (isMaster || (isHost && level === "function"));
  }
}

/** A key as strong as those that Azure makes. */
export function randomKey(): string {
  return randomBytes(40).toString("base64url");
}

function digestOf(key: string): Buffer {
  return createHash("sha256").update(key).digest();
}
