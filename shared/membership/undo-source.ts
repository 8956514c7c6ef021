import type { Inverse } from "./inverse.ts";
import { SpaceRunError } from "./run-error.ts";
import type { SpaceFile } from "./space-file.ts";
import type { SpaceWork } from "./space-work.ts";

/**
 * What takes back a run.
 * @throws {SpaceRunError} it is not about the space any more that the file names, or another was quicker
 */
export async function inverseFor(
  file: SpaceFile,
  runId: string,
  { world, job }: SpaceWork,
): Promise<Inverse> {
  const kept = await world.documents.inverse(runId);
  // It was under way, and ended before it had changed anything.
  if (!kept) return { spaceId: file.spaceId, added: [], removed: [] };
  if (kept.undoneBy !== undefined && kept.undoneBy !== job.runId) {
    throw new SpaceRunError(
      "undone_already",
      `Run ${runId} was taken back already, by run ${kept.undoneBy}; nothing was done.`,
    );
  }
  if (kept.inverse.spaceId === file.spaceId) return kept.inverse;
  throw spaceChanged(file.space, runId);
}

/** A run goes on, and is taken back, in the space only that it was made for. */
export function spaceChanged(space: string, runId: string): SpaceRunError {
  return new SpaceRunError(
    "space_changed",
    `spaces/${space}.json names another space_id than when run ${runId} was made; put the former one back to go on with that run, or to take it back.`,
  );
}

/** Writes down that a run was taken back: nobody can do it a second time. @throws the storage client's error */
export async function markUndone(runId: string, { world, job }: SpaceWork): Promise<void> {
  const kept = await world.documents.inverse(runId);
  if (kept) await world.documents.saveInverse(runId, { ...kept, undoneBy: job.runId });
}
