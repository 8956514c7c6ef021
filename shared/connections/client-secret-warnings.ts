import { unlessMissing } from "../storage/rest-status.ts";
import type { StorageAccount } from "../storage/storage-account.ts";
import type { Watched } from "./watch.ts";

/** What the operator was told of a client secret. */
export type Told = Pick<Watched, "warnedDays" | "toldOfTroubleAt">;

/** Remembers what the operator was told of client secrets: a vault has no room for it that does not make a new version. */
export interface ClientSecretWarnings {
  /** @param secret  its name and end */
  get(secret: string): Promise<Told>;
  put(secret: string, told: Told): Promise<void>;
}

const TABLE = "clientsecretwarnings";
const PARTITION = "client-secret";

interface ToldRow {
  /** Divided by spaces. */
  warnedDays: string;
  toldOfTroubleAt?: Date;
}

/** Keeps them in a table. Permission: Storage Table Data Contributor */
export function clientSecretWarnings(storage: StorageAccount): ClientSecretWarnings {
  return {
    async get(secret) {
      const table = await storage.table(TABLE);
      const row = await unlessMissing(table.getEntity<ToldRow>(PARTITION, secret));
      if (!row) return { warnedDays: [] };
      const warnedDays = row.warnedDays.split(" ").filter(Boolean).map(Number);
      return { warnedDays, ...(row.toldOfTroubleAt ? { toldOfTroubleAt: row.toldOfTroubleAt } : {}) };
    },
    async put(secret, { warnedDays, toldOfTroubleAt }) {
      const table = await storage.table(TABLE);
      const row: ToldRow = {
        warnedDays: warnedDays.join(" "),
        ...(toldOfTroubleAt ? { toldOfTroubleAt } : {}),
      };
      await table.upsertEntity({ partitionKey: PARTITION, rowKey: secret, ...row }, "Replace");
    },
  };
}
