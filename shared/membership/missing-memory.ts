import { type MissingSince, type KeptMissing, knownMissing } from "./missing.ts";
import type { SpaceWork } from "./space-work.ts";

/** Who is known to be missing now, and how that is kept for the next run; a dry run keeps nothing. */
export interface MissingMemory {
  missing: MissingSince;
  /** @throws the storage client's error */
  keep(missing: MissingSince): Promise<void>;
}

/**
 * Who was missing when it was looked last, and since when.
 * @throws the storage client's error
 */
export async function recallMissing(work: SpaceWork): Promise<MissingMemory> {
  const { documents, clock } = work.world;
  const kept = await documents.missing(work.job.space);
  return {
    missing: knownMissing(kept, clock.now()),
    keep: (since) => save(kept, { since }, work),
  };
}

/**
 * Writes down that who is missing is not known from now on, until it can be read again.
 * @throws the storage client's error
 */
export async function keepUnread(work: SpaceWork): Promise<void> {
  const { job, world } = work;
  if (job.request.kind === "undo" || work.isDryRun) return;
  const kept = await world.documents.missing(job.space);
  if (Object.keys(kept.since).length === 0) return;
  const { since, unreadSince = world.clock.now().toISOString() } = kept;
  await save(kept, { since, unreadSince }, work);
}

async function save(
  kept: KeptMissing,
  next: KeptMissing,
  { job, world, isDryRun }: SpaceWork,
): Promise<void> {
  if (isDryRun || JSON.stringify(next) === JSON.stringify(kept)) return;
  await world.documents.saveMissing(job.space, next);
}
