import { type Absences, type KeptAbsences, knownAbsences } from "./absences.ts";
import type { SpaceWork } from "./space-work.ts";

/** What is known of absences now, and how it is kept for the next run; a dry run keeps nothing. */
export interface AbsenceMemory {
  absences: Absences;
  /** @throws the storage client's error */
  keep(absences: Absences): Promise<void>;
}

/** @throws the storage client's error */
export async function recallAbsences(work: SpaceWork): Promise<AbsenceMemory> {
  const { documents, clock } = work.world;
  const kept = await documents.absences(work.job.space);
  return {
    absences: knownAbsences(kept, clock.now()),
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
  const kept = await world.documents.absences(job.space);
  if (Object.keys(kept.since).length === 0) return;
  const { since, unreadSince = world.clock.now().toISOString() } = kept;
  await save(kept, { since, unreadSince }, work);
}

async function save(
  kept: KeptAbsences,
  next: KeptAbsences,
  { job, world, isDryRun }: SpaceWork,
): Promise<void> {
  if (isDryRun || JSON.stringify(next) === JSON.stringify(kept)) return;
  await world.documents.saveAbsences(job.space, next);
}
