import { readFile, writeFile } from "node:fs/promises";
import { randomKey } from "./host/keys.ts";

export interface HostKeys {
  hostKey: string;
  masterKey: string;
}

/** The keys of the local host, made once and kept, so that an address with a key in it works after a restart, too. */
export async function localKeys(file: string): Promise<HostKeys> {
  const kept = await readFile(file, "utf8").catch(() => undefined);
  if (kept !== undefined) return JSON.parse(kept) as HostKeys;
  const keys = {
    hostKey: process.env["HOST_KEY"] || randomKey(),
    masterKey: process.env["MASTER_KEY"] || randomKey(),
  };
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}
