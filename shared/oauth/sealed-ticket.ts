import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { sessionKey, type SessionKeyOptions } from "./session-key.ts";

/** Texts that open something for a while, made for links: whoever holds one has what it is for. */
export interface SealedTickets<Content> {
  /**
   * Nothing is stored.
   * @throws {SecretStoreError} the session key cannot be read or made
   */
  seal(content: Content, expiresAt: Date): Promise<string>;
  /** @throws {SecretStoreError} the session key cannot be read */
  open(ticket: string): Promise<OpenedTicket<Content>>;
}

export type OpenedTicket<Content> =
  | { outcome: "valid"; content: Content; expiresAt: Date }
  /** `forged` is also a ticket that was cut short on its way, or made before the session key was replaced. */
  | { outcome: "forged" | "expired" };

/**
 * Tickets are sealed with the session key, so every instance of the app knows those of all others.
 * @param options.purpose  what the tickets are for: those of one purpose are of no use for another
 * @param options.content  reads the content from JSON
 */
export function sealedTickets<Content>({
  purpose,
  content,
  clock,
  ...rest
}: SessionKeyOptions & {
  purpose: string;
  content: z.ZodType<Content>;
  clock: Clock;
}): SealedTickets<Content> {
  const key = sessionKey({ clock, ...rest });
  // The end in milliseconds since 1970.
  const Sealed = z.object({ c: content, e: z.number() });
  return {
    async seal(what, expiresAt) {
      return seal(JSON.stringify({ c: what, e: expiresAt.getTime() }), await key.derive(purpose));
    },
    async open(ticket) {
      // Whatever cannot be a ticket is not worth a question to the vault.
      const text = couldBeSealed(ticket) ? unseal(ticket, await key.derive(purpose)) : undefined;
      const sealed = text === undefined ? undefined : Sealed.safeParse(JSON.parse(text)).data;
      if (!sealed) return { outcome: "forged" };
      const expiresAt = new Date(sealed.e);
      if (clock.now() >= expiresAt) return { outcome: "expired" };
      return { outcome: "valid", content: sealed.c, expiresAt };
    },
  };
}

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Signed, and unreadable as well: an account's address must not stand in a link, for links end up in logs. */
function seal(text: string, key: Buffer): string {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  return Buffer.concat([nonce, cipher.update(text, "utf8"), cipher.final(), cipher.getAuthTag()]).toString(
    "base64url",
  );
}

/** One ticket has one spelling, or the others would pass for tickets that were not used yet. */
function couldBeSealed(ticket: string): boolean {
  const bytes = Buffer.from(ticket, "base64url");
  return bytes.length > NONCE_BYTES + TAG_BYTES && bytes.toString("base64url") === ticket;
}

/** Undefined when we did not seal it. */
function unseal(ticket: string, key: Buffer): string | undefined {
  const bytes = Buffer.from(ticket, "base64url");
  const decipher = createDecipheriv(CIPHER, key, bytes.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  });
  decipher.setAuthTag(bytes.subarray(-TAG_BYTES));
  try {
    const text = decipher.update(bytes.subarray(NONCE_BYTES, -TAG_BYTES), undefined, "utf8");
    return text + decipher.final("utf8");
  } catch {
    // Node says no more than that it does not authenticate.
    return undefined;
  }
}
