import * as z from "zod";
import type { Clock } from "../clock.ts";
import type { JsonBlobs } from "../storage/json-blobs.ts";
import type { KeyRange } from "../storage/table-query.ts";

/** That a stretch of users was checked. */
export interface Check extends KeyRange {
  /** ISO 8601, UTC. */
  at: string;
  /** Who of them could not be asked about, by their keys, and when they last were; null when that is not known. */
  missed?: Record<string, string | null> | undefined;
}

/** When who was last checked. A check that changes nothing is not worth a write of its own each minute. */
export interface Checks {
  /**
   * Remembers a check: here at once, in storage when something else is written too, and otherwise every ten minutes.
   * @param check.missed  the keys of those who could not be asked about
   * @throws the storage client's error
   */
  note(
    partition: string,
    check: KeyRange & { missed: readonly string[] },
    options: NoteOptions,
  ): Promise<void>;
  /** @throws the storage client's error */
  all(): Promise<Check[]>;
}

interface NoteOptions {
  isWriting: boolean;
}

const FOLDER = "checks/";
const STORED_EVERY_MS = 10 * 60_000;

const Check = z.object({
  at: z.iso.datetime(),
  from: z.string().optional(),
  to: z.string().optional(),
  missed: z.record(z.string(), z.iso.datetime().nullable()).optional(),
});

/** Keeps the checks as documents in `checks/`, one for each part of a tick. */
export function checksIn(blobs: JsonBlobs, clock: Clock): Checks {
  const latest = new Map<string, Check>();
  const nameOf = (partition: string): string => `${FOLDER}${partition}.json`;
  const stored = async (name: string): Promise<Check | undefined> =>
    Check.safeParse(await blobs.read(name)).data;
  const storedAt = new Map<string, number>();
  return {
    async note(partition, { from, to, missed }, { isWriting }) {
      const now = clock.now();
      const check: Check = { at: now.toISOString(), from, to };
      if (missed.length > 0) {
        const before = latest.get(partition) ?? (await stored(nameOf(partition)));
        const since = (key: string): string | null => (before && lastCheckOf(key, [before])) ?? null;
        check.missed = Object.fromEntries(missed.map((key) => [key, since(key)]));
      }
      latest.set(partition, check);
      const since = storedAt.get(partition) ?? now.getTime();
      storedAt.set(partition, since);
      if (!isWriting && now.getTime() - since < STORED_EVERY_MS) return;
      await blobs.put(nameOf(partition), check);
      storedAt.set(partition, now.getTime());
    },
    async all() {
      const kept = await Promise.all((await blobs.names(FOLDER)).map(stored));
      return [...latest.values(), ...kept.flatMap((check) => check ?? [])];
    },
  };
}

/** When a user was last checked; undefined when not as far as is known. */
export function lastCheckOf(key: string, checks: readonly Check[]): string | undefined {
  return checks
    .filter(({ from = "", to }) => key >= from && (to === undefined || key < to))
    .map(({ at, missed = {} }) => (key in missed ? missed[key] : at))
    .filter((at) => at !== undefined && at !== null)
    .sort()
    .at(-1);
}
