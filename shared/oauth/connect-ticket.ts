import * as z from "zod";
import type { Clock } from "../clock.ts";
import { ShortName } from "../config/short-name.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { statusOf } from "../storage/rest-status.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { type ConsentRequest, hashOf } from "./consent-state.ts";
import { CAPABILITIES, PROVIDERS } from "./provider.ts";
import { sealedTickets } from "./sealed-ticket.ts";

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
});

export function connectTickets(options: ConnectTicketsOptions): ConnectTickets {
  const { storage, clock, publicUrl } = options;
  const tickets = sealedTickets({ ...options, purpose: "connect-ticket", content: Content });
  return {
    async linkFor({ provider, connection, capability, replace }) {
      const content = {
        p: provider,
        c: connection,
        a: capability,
        ...(replace === undefined ? {} : { r: replace }),
      };
      const expiresAt = new Date(clock.now().getTime() + VALID_MS);
      return `${publicUrl}/api/connect/${await tickets.seal(content, expiresAt)}`;
    },
    async redeem(ticket) {
      const opened = await tickets.open(ticket);
      if (opened.outcome !== "valid") return opened;
      if (!(await useUp(storage, ticket, opened.expiresAt))) return { outcome: "used" };
      const { p, c, a, r } = opened.content;
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
