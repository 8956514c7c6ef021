import { messageOf } from "../error-message.ts";
import { jsonOrUndefined } from "../json-or-undefined.ts";
import { randomUUID } from "node:crypto";
import { mkdir, open, rename, unlink } from "node:fs/promises";
import path from "node:path";
import * as z from "zod";
import type { Clock } from "../clock.ts";
import { withFileLock } from "./file-lock.ts";
import { SecretStoreError, type SecretStore, secretStore } from "./secret-store.ts";

const Secrets = z.record(z.string(), z.string());
type Secrets = z.infer<typeof Secrets>;

const FOR_OWNER_ONLY = 0o600;
const FOR_OTHERS = 0o077;
// Windows has no such permissions, and cannot open a folder.
const IS_POSIX = path.sep === "/";

/**
 * Secrets in a flat JSON file that its owner alone may read, for a developer's machine. It is read anew at each call
 * and replaced as a whole; a file that is not there holds no secrets.
 */
export function secretsFile(file: string, { clock }: { clock: Clock }): SecretStore {
  const target = path.resolve(file);
  let last: Promise<void> = Promise.resolve();

  async function store(name: string, value: string): Promise<void> {
    await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
    await withFileLock(`${target}.lock`, clock, async () => {
      const secrets = await load(target);
      await replace(target, JSON.stringify({ ...secrets, [name]: value }, undefined, 2) + "\n");
    });
  }

  return secretStore({
    place: target,
    async read(name) {
      const secrets = await load(target);
      const value = Object.hasOwn(secrets, name) ? secrets[name] : undefined;
      return value === undefined ? undefined : { value };
    },
    set(name, value) {
      // Within this process they queue here; the lock is for others, and it polls.
      const stored = last.then(() => store(name, value));
      last = stored.catch(() => undefined);
      return stored.catch((error: unknown) => {
        throw trouble(target, "written", error);
      });
    },
  });
}

async function load(file: string): Promise<Secrets> {
  const text = await readPrivate(file).catch((error: unknown) => {
    throw trouble(file, "read", error);
  });
  if (text === undefined) return {};
  // The parser's own message quotes the text, so it goes no further.
  const parsed = Secrets.safeParse(jsonOrUndefined(text));
  if (parsed.success) return parsed.data;
  throw new SecretStoreError(
    `${file} is not a JSON object of secret names and their values as strings. Correct it, or delete it and set the secrets again with \`npm run secrets:set\`.`,
  );
}

/** The text of a file that nobody else may read, or undefined when there is none. */
async function readPrivate(file: string): Promise<string | undefined> {
  let handle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { mode } = await handle.stat();
    if (IS_POSIX && mode & FOR_OTHERS) {
      throw new SecretStoreError(
        `${file} holds secrets, and others on this machine may open it. Run: chmod 600 ${file}`,
      );
    }
    return await handle.readFile("utf8");
  } finally {
    await handle.close();
  }
}

/** A reader, or a crash at any moment, finds the old file or the new one, whole. */
async function replace(file: string, text: string): Promise<void> {
  const temporary = `${file}.${randomUUID()}`;
  try {
    const handle = await open(temporary, "wx", FOR_OWNER_ONLY);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, file);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw error;
  }
  if (!IS_POSIX) return;
  // The new name is safe from a power cut only when its folder is written too.
  const folder = await open(path.dirname(file), "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function trouble(file: string, action: "read" | "written", error: unknown): SecretStoreError {
  if (error instanceof SecretStoreError) return error;
  const reason = messageOf(error);
  return new SecretStoreError(
    `The secrets file ${file} cannot be ${action}: ${reason}. Check SECRETS_FILE and the permissions of its folder.`,
    { cause: error },
  );
}
