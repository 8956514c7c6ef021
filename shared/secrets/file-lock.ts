import { randomUUID } from "node:crypto";
import { link, readFile, rename, unlink, writeFile } from "node:fs/promises";
import type { Clock } from "../clock.ts";

const POLL_MS = 20;
/** A holder works for milliseconds; one that is still the same after this time has died. */
const STALE_MS = 10_000;

/**
 * Does some short work (milliseconds) while no other process of this machine does: the lock is a file that only one
 * can create.
 * @throws what the work throws, or a file system error when the lock cannot be created
 */
export async function withFileLock<T>(lockFile: string, clock: Clock, work: () => Promise<T>): Promise<T> {
  const id = randomUUID();
  await take(lockFile, id, clock);
  try {
    return await work();
  } finally {
    // A process that was suspended for long may have lost the lock to another meanwhile.
    if ((await holder(lockFile)) === id) await unlink(lockFile);
  }
}

async function take(lockFile: string, id: string, clock: Clock): Promise<void> {
  let seen: string | undefined;
  let unchangedMs = 0;
  while (!(await succeeds(writeFile(lockFile, id, { flag: "wx", mode: 0o600 }), "EEXIST"))) {
    // Looking at who holds it, and not at how old the file is, asks no clock but our own.
    const present = await holder(lockFile);
    unchangedMs = present === seen ? unchangedMs + POLL_MS : 0;
    seen = present;
    if (present !== undefined && unchangedMs >= STALE_MS) await remove(lockFile, present);
    else await clock.sleep(POLL_MS);
  }
}

/** Takes a dead process's lock away, and puts it back if another has taken it over in that moment. */
async function remove(lockFile: string, stale: string): Promise<void> {
  const aside = `${lockFile}.${randomUUID()}`;
  if (!(await succeeds(rename(lockFile, aside), "ENOENT"))) return;
  if ((await holder(aside)) !== stale) await succeeds(link(aside, lockFile), "EEXIST");
  await unlink(aside);
}

async function holder(lockFile: string): Promise<string | undefined> {
  try {
    return await readFile(lockFile, "utf8");
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    throw error;
  }
}

/** False when it failed with this code; any other failure is thrown. */
async function succeeds(action: Promise<void>, expected: string): Promise<boolean> {
  try {
    await action;
    return true;
  } catch (error) {
    if (hasCode(error, expected)) return false;
    throw error;
  }
}

function hasCode(error: unknown, code: string): boolean {
  return error instanceof Error && "code" in error && error.code === code;
}
