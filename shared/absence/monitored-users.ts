import * as z from "zod";
import { quoted } from "../odata-literal.ts";
import { replaceUnchanged } from "../storage/replace-rows.ts";
import { unlessMissing } from "../storage/rest-status.ts";
import { encodeKey } from "../storage/row-key.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import { type KeyRange, rowsOf } from "../storage/table-query.ts";
import { REPLIES_AUDIENCES, REPLIES_STATUSES } from "./automatic-replies.ts";
import type { MonitoredUser, Seen } from "./monitored-user.ts";

/** The table of who is watched. Every method throws the storage client's error. */
export interface MonitoredUsers {
  /** The row keys, in their order. */
  keys(): Promise<string[]>;
  /** Users in the order of their row keys. */
  read(range?: KeyRange): Promise<KeptUsers>;
  /** Which registrations these users have now; undefined for who is not watched any more. In one stretch of the rows. */
  registrations(ids: readonly string[]): Promise<ReadonlyMap<string, string | undefined>>;
  find(id: string): Promise<MonitoredUser | undefined>;
  /** Who was named so, without regard to case. */
  named(email: string): Promise<MonitoredUser[]>;
  /** In the place of the row of the same id. */
  put(user: MonitoredUser): Promise<void>;
  /** @returns false when there was none */
  remove(id: string): Promise<boolean>;
}

export interface KeptUsers {
  users: MonitoredUser[];
  /** How many rows cannot be read. */
  unreadable: number;
  /**
   * Writes some of them anew. One that has been registered again or removed since it was read stays as it is.
   * @throws the storage client's error: some may be written
   */
  save(changed: readonly MonitoredUser[]): Promise<void>;
}

interface UserRow {
  partitionKey: string;
  rowKey: string;
  email: string;
  /** In lower case, to be found by. */
  address: string;
  registration: string;
  registeredAt: string;
  /** JSON. */
  found?: string;
}

const TABLE = "monitored";
const PARTITION = "users";
/** Comes before every character that a key may hold. */
const BEFORE_ALL_OF_A_KEY = " ";
const COLUMNS = ["rowKey", "email", "registration", "registeredAt", "found"] satisfies (keyof UserRow)[];

/** Permission: Storage Table Data Contributor */
export function monitoredUsersIn(storage: StorageAccount): MonitoredUsers {
  const open = (): ReturnType<StorageAccount["table"]> => storage.table(TABLE);
  return {
    async keys() {
      const keys: string[] = [];
      for await (const { rowKey } of rowsOf<UserRow>(await open(), PARTITION, ["rowKey"])) keys.push(rowKey);
      return keys;
    },
    async read(range) {
      const users: MonitoredUser[] = [];
      const etags = new Map<string, string>();
      let unreadable = 0;
      for await (const row of rowsOf<UserRow>(await open(), PARTITION, COLUMNS, range)) {
        const kept = KeptRow.safeParse(row).data;
        if (kept) {
          users.push(userOf(kept));
          etags.set(kept.rowKey, kept.etag);
        } else unreadable += 1;
      }
      return { users, unreadable, save: (changed) => save(storage, changed, etags) };
    },
    async registrations(ids) {
      const keys = ids.map(encodeKey).toSorted();
      const range = { from: keys[0], to: `${keys.at(-1)}${BEFORE_ALL_OF_A_KEY}` };
      const rows = rowsOf<UserRow>(await open(), PARTITION, ["rowKey", "registration"], range);
      const byKey = new Map<string, string>();
      for await (const { rowKey, registration } of rows) byKey.set(rowKey, registration);
      return new Map(ids.map((id) => [id, byKey.get(encodeKey(id))]));
    },
    async find(id) {
      const row = await unlessMissing((await open()).getEntity(PARTITION, encodeKey(id)));
      const kept = KeptRow.safeParse(row).data;
      return kept && userOf(kept);
    },
    async named(email) {
      const filter = `PartitionKey eq '${PARTITION}' and address eq ${quoted(email.toLowerCase())}`;
      const found: MonitoredUser[] = [];
      for await (const row of (await open()).listEntities({ queryOptions: { filter } })) {
        const kept = KeptRow.safeParse(row).data;
        if (kept) found.push(userOf(kept));
      }
      return found;
    },
    async put(user) {
      await (await open()).upsertEntity(rowOf(user), "Replace");
    },
    async remove(id) {
      const gone = await unlessMissing((await open()).deleteEntity(PARTITION, encodeKey(id)));
      return gone !== undefined;
    },
  };
}

function save(
  storage: StorageAccount,
  changed: readonly MonitoredUser[],
  etags: ReadonlyMap<string, string>,
): Promise<void> {
  const replacements = changed.flatMap((user) => {
    const etag = etags.get(encodeKey(user.id));
    return etag === undefined ? [] : [{ row: rowOf(user), etag }];
  });
  return replaceUnchanged(storage, TABLE, replacements);
}

const Instant = z.iso.datetime();
const SeenReplies = z.object({
  status: z.enum(REPLIES_STATUSES),
  audience: z.enum(REPLIES_AUDIENCES),
  window: z.object({ start: Instant, end: Instant }).optional(),
  at: Instant,
});
const SeenNothing = z.object({ unreadable: z.string(), at: Instant, before: SeenReplies.optional() });

// Azure answers null for a column that a row has not, Azurite nothing; and anyone may have edited it.
const KeptRow = z.object({
  rowKey: z.string().min(1),
  etag: z.string(),
  email: z.string().min(1),
  registration: z.string().min(1),
  registeredAt: z.string(),
  found: z.string().nullish().catch(undefined),
});
type KeptRow = z.infer<typeof KeptRow>;

// An object id is a row key as it is.
function userOf({ rowKey, email, registration, registeredAt, found }: KeptRow): MonitoredUser {
  return { id: rowKey, email, registration, registeredAt, found: found ? seenIn(found) : undefined };
}

/** What cannot be read is seen anew by the next check. */
function seenIn(text: string): Seen | undefined {
  try {
    return z.union([SeenReplies, SeenNothing]).safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

function rowOf({ id, email, registration, registeredAt, found }: MonitoredUser): UserRow {
  return {
    partitionKey: PARTITION,
    rowKey: encodeKey(id),
    email,
    address: email.toLowerCase(),
    registration,
    registeredAt,
    ...(found === undefined ? {} : { found: inOneLine(JSON.stringify(found)) }),
  };
}

/** Azurite reads a transaction line by line, and takes these for ends of lines. */
function inOneLine(json: string): string {
  return json.replaceAll(/[\u2028\u2029]/gu, (end) => `\\u${end.charCodeAt(0).toString(16)}`);
}
