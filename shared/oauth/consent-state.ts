import { createHash, timingSafeEqual } from "node:crypto";
import type { Clock } from "../clock.ts";
import { statusOf } from "../storage/rest-status.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import type { Capability, Provider } from "./provider.ts";

/** What a person who opens the consent page was asked for. */
export interface ConsentRequest {
  provider: Provider;
  /** The connection's short name. */
  connection: string;
  capability: Capability;
  /** The account that may take the place of the one the connection has now. */
  replace?: string | undefined;
}

/** Sign-ins under way. Nothing that is stored lets anybody finish one: of the state and the cookie only hashes are kept. */
export interface ConsentStates {
  /**
   * @param state  what the provider sends back
   * @param binding  what the browser's cookie holds
   * @param scopes  what was asked for
   */
  begin(state: string, binding: string, request: ConsentRequest, scopes: readonly string[]): Promise<void>;
  /**
   * Uses a state up, once everything about it is right; one that does not fit stays for the browser it belongs to.
   * @param binding  of the browser that came back, if it has one
   */
  consume(state: string, binding: string | undefined, provider: Provider): Promise<ConsumedState>;
}

export type ConsumedState =
  | { outcome: "valid"; request: ConsentRequest; scopes: string[] }
  /** `unknown` is never made, used already, or long gone. */
  | { outcome: "unknown" | "expired" | "other browser" | "other provider" };

/** Where sign-ins under way are kept; each row has the date `expiresAt`, after which it may be deleted. */
export const CONSENT_STATES_TABLE = "consentstates";
/** How long a person may take at the provider, seconds. */
export const CONSENT_SECONDS = 600;

const PARTITION = "state";

interface StateRow {
  provider: Provider;
  connection: string;
  capability: Capability;
  replace?: string;
  /** Divided by spaces, as OAuth does. */
  scopes: string;
  /** SHA-256 of what the cookie holds. */
  bindingHash: string;
  expiresAt: Date;
}

/** Keeps the sign-ins under way in a table. Permission: Storage Table Data Contributor */
export function consentStates({ storage, clock }: { storage: StorageAccount; clock: Clock }): ConsentStates {
  const table = () => storage.table(CONSENT_STATES_TABLE);

  return {
    async begin(state, binding, { provider, connection, capability, replace }, scopes) {
      const row: StateRow = {
        provider,
        connection,
        capability,
        ...(replace === undefined ? {} : { replace }),
        scopes: scopes.join(" "),
        bindingHash: hashOf(binding),
        expiresAt: new Date(clock.now().getTime() + CONSENT_SECONDS * 1000),
      };
      await (await table()).createEntity({ partitionKey: PARTITION, rowKey: hashOf(state), ...row });
    },
    async consume(state, binding, provider) {
      const rows = await table();
      const rowKey = hashOf(state);
      const row = await unlessGone(rows.getEntity<StateRow>(PARTITION, rowKey));
      if (!row) return { outcome: "unknown" };
      if (row.provider !== provider) return { outcome: "other provider" };
      if (binding === undefined || !sameHash(hashOf(binding), row.bindingHash)) {
        return { outcome: "other browser" };
      }
      if (clock.now() >= row.expiresAt) return { outcome: "expired" };
      // The one whose deletion succeeds has it: a second callback at the same moment finds nothing.
      const deleted = await unlessGone(rows.deleteEntity(PARTITION, rowKey, { etag: row.etag }));
      return deleted ? { outcome: "valid", ...requestOf(row) } : { outcome: "unknown" };
    },
  };
}

function requestOf(row: StateRow): { request: ConsentRequest; scopes: string[] } {
  const { provider, connection, capability, replace, scopes } = row;
  return {
    request: { provider, connection, capability, ...(replace === undefined ? {} : { replace }) },
    scopes: scopes.split(" "),
  };
}

/** SHA-256 in hexadecimal digits. */
export function hashOf(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

function sameHash(one: string, other: string): boolean {
  return one.length === other.length && timingSafeEqual(Buffer.from(one), Buffer.from(other));
}

/** Undefined when the row is not there, or not what it was. */
async function unlessGone<T>(question: Promise<T>): Promise<T | undefined> {
  try {
    return await question;
  } catch (error) {
    const status = statusOf(error);
    if (status === 404 || status === 412) return undefined;
    throw error;
  }
}
