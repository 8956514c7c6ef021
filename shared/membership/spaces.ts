import { loadFiles, readConfigFile } from "../config/config-file.ts";
import type { ConfigSource } from "../config/config-folder.ts";
import { SpaceRunError } from "./run-error.ts";
import { spaceConflicts } from "./space-conflicts.ts";
import {
  DEPARTMENT_LIST,
  EMAIL_LIST,
  type ExclusionLists,
  parseSpaceFile,
  type SpaceFile,
} from "./space-file.ts";

/** A space as it is configured, or why it cannot be used. */
export type ConfiguredSpace = { space: string; file: SpaceFile } | { space: string; error: unknown };

const FOLDER = "spaces";

/**
 * Every space that is configured, by name; one whose file is wrong is among them with its error, and stops no other.
 * @throws {ConfigSourceError}
 */
export async function loadSpaces(source: ConfigSource): Promise<ConfiguredSpace[]> {
  const lists = await readLists(source);
  const spaces = await loadFiles(source, "space", (space) => loadFile(source, space, lists));
  const conflicts = spaceConflicts(spaces.flatMap((space) => ("file" in space ? [space.file] : [])));
  return spaces.map((each) => {
    const conflict = conflicts.get(each.space);
    if (conflict === undefined) return each;
    return { space: each.space, error: new SpaceRunError("config_invalid", `${conflict}.`) };
  });
}

/** A list that cannot be read is no empty list: then nobody is excluded who should be. @throws {ConfigSourceError} */
async function readLists(source: ConfigSource): Promise<ExclusionLists> {
  const [emails, departments] = await Promise.all(
    [EMAIL_LIST, DEPARTMENT_LIST].map((name) => source.read(`${FOLDER}/${name}`)),
  );
  return { emails, departments };
}

async function loadFile(
  source: ConfigSource,
  space: string,
  lists: ExclusionLists,
): Promise<ConfiguredSpace | undefined> {
  try {
    const text = await readConfigFile(source, "space", space);
    return text === undefined ? undefined : { space, file: parseSpaceFile(space, text, lists) };
  } catch (error) {
    return { space, error };
  }
}
