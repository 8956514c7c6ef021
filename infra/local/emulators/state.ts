import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { randomUUID } from "node:crypto";

/** What an emulator remembers, and the way to keep it over a restart. */
export interface State<T> {
  value: T;
  /** Writes `value` as it is at this moment; saves happen one after the other. */
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
  let writing: Promise<void> = Promise.resolve();
  const state: State<T> = {
    value: existsSync(file) ? (readJson(file) as T) : initial(),
    save: () => {
      const text = JSON.stringify(state.value, undefined, 2);
      // A save that failed was reported to whoever asked for it; the next one starts anew.
      writing = writing.catch(() => undefined).then(() => replaceFile(file, text));
      return writing;
    },
  };
  return state;
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
