import { uuidIn } from "../webex/ids.ts";
import type { SpaceFile } from "./space-file.ts";

/**
 * Finds the files that are about the same space: each would remove whom the other adds.
 * @returns by file, what is wrong, said of the first two of them
 */
export function spaceConflicts(files: readonly SpaceFile[]): Map<string, string> {
  const conflicts = new Map<string, string>();
  for (const group of Map.groupBy(files, ({ spaceId }) => uuidIn(spaceId)).values()) {
    const [first, second] = group;
    if (!first || !second) continue;
    const message =
      `spaces/${first.space}.json and spaces/${second.space}.json are about the same space, and one would undo what the ` +
      "other does: keep one of them, or correct space_id in the other";
    for (const { space } of group) conflicts.set(space, message);
  }
  return conflicts;
}
