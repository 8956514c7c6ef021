import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { ShortName } from "../config/short-name.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { statusOf } from "../storage/rest-status.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { type ConsentRequest, hashOf } from "./consent-state.ts";
import { CAPABILITIES, PROVIDERS } from "./provider.ts";
import { sessionKey } from "./session-key.ts";

/** Links by which the owner of an account connects it, for mails and reports: they open one consent page, once. */
export interface ConnectTickets {
  /**
   * A link that is valid for 7 days. Nothing is stored until it is opened.
   * @throws {SecretStoreError} the session key cannot be read or made
   */
  linkFor(request: ConsentRequest): Promise<string>;
  /**
   * What a link's ticket is for; uses it up.
   * @throws {SecretStoreError} the session key cannot be read
   */
  redeem(ticket: string): Promise<RedeemedTicket>;
  /** Lets a ticket be redeemed once more, because what it opens could not be reached. Never fails: then it stays used. */
  giveBack(ticket: string): Promise<void>;
}

export type RedeemedTicket =
  | { outcome: "valid"; request: ConsentRequest }
  /** `forged` is also a ticket that was cut short on its way, or made before the session key was replaced. */
  | { outcome: "forged" | "expired" | "used" };

export interface ConnectTicketsOptions {
  secrets: SecretStore;
  storage: StorageAccount;
  clock: Clock;
  /** Base of the links, without a slash at its end. */
  publicUrl: string;
}

/** Which tickets were opened; each row has the date `expiresAt`, after which it may be deleted. */
export const USED_TICKETS_TABLE = "usedtickets";

const PARTITION = "ticket";
const VALID_MS = 7 * 24 * 60 * 60 * 1000;

const Content = z.object({
  p: z.enum(PROVIDERS),
  c: ShortName,
  a: z.enum(CAPABILITIES),
  r: z.string().optional(),
  /** When it ends, milliseconds since 1970. */
  e: z.number(),
});

/** Tickets are sealed with the session key, so every instance of the app knows those of all others. */
export function connectTickets(options: ConnectTicketsOptions): ConnectTickets {
  const { storage, clock, publicUrl } = options;
  const key = sessionKey(options);
  const sealingKey = (): Promise<Buffer> => key.derive("connect-ticket");
  return {
    async linkFor({ provider, connection, capability, replace }) {
      const content: z.infer<typeof Content> = {
        p: provider,
        c: connection,
        a: capability,
        ...(replace === undefined ? {} : { r: replace }),
        e: clock.now().getTime() + VALID_MS,
      };
      return `${publicUrl}/api/connect/${seal(JSON.stringify(content), await sealingKey())}`;
    },
    async redeem(ticket) {
      // Whatever cannot be a ticket is not worth a question to the vault.
      const text = couldBeSealed(ticket) ? unseal(ticket, await sealingKey()) : undefined;
      const content = text === undefined ? undefined : Content.safeParse(JSON.parse(text)).data;
      if (!content) return { outcome: "forged" };
      const { p, c, a, r, e } = content;
      const expiresAt = new Date(e);
      if (clock.now() >= expiresAt) return { outcome: "expired" };
      if (!(await useUp(storage, ticket, expiresAt))) return { outcome: "used" };
      const request = { provider: p, connection: c, capability: a };
      return { outcome: "valid", request: r === undefined ? request : { ...request, replace: r } };
    },
    async giveBack(ticket) {
      try {
        await (await storage.table(USED_TICKETS_TABLE)).deleteEntity(PARTITION, hashOf(ticket));
      } catch {
        // Its holder asks for another, as for one that was used.
      }
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

/** False when another was quicker: a table takes a row once. */
async function useUp(storage: StorageAccount, ticket: string, expiresAt: Date): Promise<boolean> {
  const table = await storage.table(USED_TICKETS_TABLE);
  try {
    await table.createEntity({ partitionKey: PARTITION, rowKey: hashOf(ticket), expiresAt });
    return true;
  } catch (error) {
    if (statusOf(error) === 409) return false;
    throw error;
  }
}
