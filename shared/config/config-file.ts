import pLimit from "p-limit";
import type { z } from "zod";
import { messageOf } from "../error-message.ts";
import type { ConfigSource } from "./config-folder.ts";
import { nearestName } from "./nearest-name.ts";
import { ShortName } from "./short-name.ts";

/** What a configuration file is of; the files of teams are in the folder `teams`. */
export type FileKind = "team" | "space";

export interface FileMistake {
  /** `calendar.time_zone`, the name of a list and its line, or empty for the file as a whole. */
  path: string;
  message: string;
}

/** A configuration file cannot be used; names each mistake with its path. */
export class ConfigFileError extends Error {
  override readonly name = "ConfigFileError";
  readonly mistakes: readonly FileMistake[];
  /** @param subject  the file's name without `.json` */
  constructor(kind: FileKind, subject: string, mistakes: readonly FileMistake[], options?: ErrorOptions) {
    const count = mistakes.length === 1 ? "has a mistake" : `has ${mistakes.length} mistakes`;
    const list = mistakes.map(({ path, message }) => (path ? `${path}: ${message}` : message)).join("; ");
    super(`${kind}s/${subject}.json ${count}: ${list}`, options);
    this.mistakes = mistakes;
  }
}

const SUFFIX = ".json";
/** Thousands of files at once are more than a machine may have open, or a storage account answers. */
export const FILES_SIDE_BY_SIDE = 16;

/**
 * Loads each file of a kind, in the order of their names.
 * @param load  given the file's name without `.json`; one that is gone by now is undefined
 * @throws {ConfigSourceError}
 */
export async function loadFiles<T>(
  source: ConfigSource,
  kind: FileKind,
  load: (subject: string) => Promise<T | undefined>,
): Promise<T[]> {
  const files = (await source.list(`${kind}s`)).filter((name) => name.endsWith(SUFFIX));
  const limit = pLimit(FILES_SIDE_BY_SIDE);
  const found = await Promise.all(files.map((name) => limit(() => load(name.slice(0, -SUFFIX.length)))));
  return found.filter((each) => each !== undefined);
}

/** The text of the file of one team or space, or undefined when there is none. @throws {ConfigSourceError} */
export function readConfigFile(
  source: ConfigSource,
  kind: FileKind,
  subject: string,
): Promise<string | undefined> {
  return source.read(`${kind}s/${subject}${SUFFIX}`);
}

/** What a file's text holds; some editors put a byte order mark before it. @throws {ConfigFileError} it is not JSON */
export function jsonIn(kind: FileKind, subject: string, text: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/u, ""));
  } catch (error) {
    const message = `it is not JSON: ${messageOf(error)}`;
    throw new ConfigFileError(kind, subject, [{ path: "", message }], { cause: error });
  }
}

/** What is wrong with a file's name, which is its team's or space's, too. */
export function mistakesOfName(subject: string): FileMistake[] {
  const issues = ShortName.safeParse(subject).error?.issues ?? [];
  return issues.slice(0, 1).map(({ message }) => ({ path: "", message: `the file's name ${message}` }));
}

/**
 * What is wrong with a file's fields.
 * @param fieldsAt  the names of the fields that may stand at a path
 */
export function mistakesOfFields(
  kind: FileKind,
  { issues }: z.ZodError,
  fieldsAt: (path: string) => readonly string[],
): FileMistake[] {
  return issues.flatMap((issue) => {
    const path = issue.path.join(".");
    if (issue.code !== "unrecognized_keys") return [{ path, message: issue.message }];
    return issue.keys.map((key) => ({
      path: path ? `${path}.${key}` : key,
      message: unknownField(kind, key, fieldsAt(path)),
    }));
  });
}

function unknownField(kind: FileKind, key: string, known: readonly string[]): string {
  if (known.includes(key)) return "goes with another type only";
  const nearest = nearestName(key, known);
  const hint = nearest ? `did you mean “${nearest}”?` : `known are ${known.join(", ")}`;
  return `is not a field of a ${kind} file; ${hint}`;
}
