/**
 * What is known of one subject, such as a session of a team: what was announced of it for sure, and what was begun.
 * A fact is what an effect makes true, in the words of the capability.
 */
export interface LedgerEntry<Fact> {
  /** How many facts there have been, `known` being the last; 0 when there is none yet. */
  generation: number;
  /** The present fact; undefined when nothing has come about yet. */
  known: Fact | undefined;
  /** Begun, and not known to have ended: a crash or an unknown answer left it so. */
  intent?: Intent<Fact> | undefined;
}

/** Written before an effect, so that nobody repeats it unseen. */
export interface Intent<Fact> {
  /** The generation it will be. */
  generation: number;
  fact: Fact;
  /** What the effect can be found by at its service, such as a Message-ID. */
  reference: string;
  /** ISO 8601, UTC: when the effect was begun, the last time. */
  intendedAt: string;
}

/** The entry of a subject that nothing is known of. */
export const NOTHING_KNOWN = { generation: 0, known: undefined } as const;

/** Before the effect. A generation that was begun before and is begun again keeps its number. */
export function intending<Fact>(entry: LedgerEntry<Fact>, intent: Intent<Fact>): LedgerEntry<Fact> {
  return { generation: entry.generation, known: entry.known, intent };
}

/** After the effect, or without one: this is so now. */
export function knowing<Fact>(fact: Fact, generation: number): LedgerEntry<Fact> {
  return { generation, known: fact };
}

/** The effect surely did not happen: what was known before still is. */
export function withdrawing<Fact>(entry: LedgerEntry<Fact>): LedgerEntry<Fact> {
  return { generation: entry.generation, known: entry.known };
}
