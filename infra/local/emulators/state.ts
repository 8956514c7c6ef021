import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { randomUUID } from "node:crypto";

/** What an emulator remembers, and the way to keep it over a restart. */
export interface State<T> {
  value: T;
  /**
   * Writes `value`. Saves happen one after the other, and those that are asked for close together are one: each waits for
   * a write that began after it. Else a large value would be written as often as it is changed.
   */
  save(): Promise<void>;
}

/**
 * Opens an emulator's memory: a JSON file (mode 0600, replaced as a whole), or nothing but memory.
 * @param file  undefined keeps everything in memory
 * @param initial  the first value, when there is no file yet
 * @throws {Error} the file is there but is not JSON: names it
 */
export function openState<T>(file: string | undefined, initial: () => T): State<T> {
  if (file === undefined) return { value: initial(), save: () => Promise.resolve() };
  const state: State<T> = {
    value: existsSync(file) ? (readJson(file) as T) : initial(),
    save: together(() => replaceFile(file, JSON.stringify(state.value, undefined, 2))),
  };
  return state;
}

function together(write: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> = Promise.resolve();
  let next: Promise<void> | undefined;
  const begin = (): Promise<void> => {
    next = undefined;
    running = write();
    return running;
  };
  // One that failed was reported to whoever asked for it; the next one starts anew.
  return () => (next ??= running.then(begin, begin));
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch (cause) {
    throw new Error(`The emulator's state in ${file} cannot be read; delete the file to start anew.`, {
      cause,
    });
  }
}

async function replaceFile(file: string, text: string): Promise<void> {
  mkdirSync(dirname(file), { recursive: true });
  const temporary = `${file}.${randomUUID()}`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, file);
}
