import { readdir, readFile, realpath, stat } from "node:fs/promises";
import path from "node:path";

/** What a user edits: team files, space files and mail patterns, by paths relative to CONFIG_DIR. */
export interface ConfigSource {
  /** For messages: where a reader finds these files. */
  readonly place: string;
  /**
   * File names in a folder, sorted; empty when there is no such folder.
   * @throws {ConfigSourceError} what CONFIG_DIR names is not there at all
   */
  list(folder: string): Promise<string[]>;
  /** The text of a file, or undefined when there is none. */
  read(file: string): Promise<string | undefined>;
}

/** CONFIG_DIR cannot be read; says which file and why. */
export class ConfigSourceError extends Error {
  override readonly name = "ConfigSourceError";
}

/** Configuration files in a folder, read anew at each call, so that an edit counts from the next pass on. */
export function configFolder(folder: string): ConfigSource {
  const root = path.resolve(folder);
  return {
    place: root,
    async list(name) {
      try {
        return (await readdir(path.join(root, name))).sort();
      } catch (error) {
        if (isMissing(error)) return noneIn(root);
        throw new ConfigSourceError(`The folder ${path.join(root, name)} cannot be listed.`, {
          cause: error,
        });
      }
    },
    async read(file) {
      const target = path.join(root, file);
      try {
        await refuseOutside(root, target);
        return await readFile(target, "utf8");
      } catch (error) {
        if (isMissing(error)) return undefined;
        if (error instanceof ConfigSourceError) throw error;
        throw new ConfigSourceError(`The file ${target} cannot be read.`, { cause: error });
      }
    },
  };
}

/** A slip of the pen in CONFIG_DIR must not look like "there is nothing to do". */
async function noneIn(root: string): Promise<string[]> {
  const isFolder = await stat(root).then(
    (found) => found.isDirectory(),
    () => false,
  );
  if (isFolder) return [];
  throw new ConfigSourceError(`CONFIG_DIR: there is no folder ${root}. Make it, or correct the setting.`);
}

/** Links are followed before the comparison: a pattern must not bring any other file of the machine into a mail. */
async function refuseOutside(root: string, target: string): Promise<void> {
  const inside = path.relative(await realpath(root), await realpath(target));
  if (inside.startsWith("..") || path.isAbsolute(inside)) {
    throw new ConfigSourceError(
      `${target} lies outside of ${root}; files of the configuration must lie inside.`,
    );
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Error && "code" in error && (error.code === "ENOENT" || error.code === "ENOTDIR");
}
