import { type Azurite, startAzurite } from "../../infra/local/emulators/azurite.ts";
import { type Ledger, tableLedger } from "../../shared/ledger/ledger.ts";
import { type StorageAccount, storageAccountFrom } from "../../shared/storage/storage-account.ts";
import { fakeClock } from "../fakes/fake-clock.ts";
import { type Visit, VisitFact, visited } from "./ledger-cases.ts";

export interface StoredLedger {
  azurite: Azurite;
  storage: StorageAccount;
  ledger: Ledger<Visit>;
  /** The names of the blobs that large entries are in. */
  blobs(): Promise<string[]>;
  close(): Promise<void>;
}

/** A ledger in a storage account of its own. */
export async function aStoredLedger(): Promise<StoredLedger> {
  const azurite = await startAzurite();
  const storage = storageAccountFrom(
    { AzureWebJobsStorage: azurite.connectionString },
    { clock: fakeClock("2026-11-03T04:00:00Z", { auto: true }) },
  );
  return {
    azurite,
    storage,
    ledger: tableLedger(storage, VisitFact),
    async blobs() {
      const container = await storage.container("ledger");
      const names: string[] = [];
      for await (const { name } of container.listBlobsFlat()) names.push(name);
      return names;
    },
    close: () => azurite.close(),
  };
}

/** An entry that no row has room for. */
export function large(who: string, generation = 1): ReturnType<typeof visited> {
  return visited(who.padEnd(70_000, "."), generation);
}
