import type { Schedule } from "../config/ncrontab.ts";

/** A timer may be a little early, by another machine's clock. */
const EARLY_MS = 1000;
/** Later than this after its time, a timer that is not past due was fired by somebody. */
const PROMPT_MS = 5 * 60_000;

/** The batch of one occurrence of the schedule: who asks again for its runs asks for the same. */
export function batchOf(occurrence: Date): string {
  return `scheduled-${shown(occurrence)}`;
}

/**
 * What a timer starts. Fired between two occurrences by an operator it is a batch of its own: the runs of the last
 * occurrence have been made.
 * @param isPastDue  as the host says: it comes late for its occurrence
 */
export function batchDue(schedule: Schedule, now: Date, isPastDue: boolean): string {
  const occurrence = schedule.latest(new Date(now.getTime() + EARLY_MS));
  const isPrompt = occurrence !== undefined && now.getTime() - occurrence.getTime() <= PROMPT_MS;
  return occurrence && (isPastDue || isPrompt) ? batchOf(occurrence) : `fired-${now.toISOString()}`;
}

function shown(instant: Date): string {
  return instant.toISOString().replace(".000Z", "Z");
}
