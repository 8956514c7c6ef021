/**
 * What is known of one subject, such as a session of a team: what was announced of it for sure, and what was begun.
 * A fact is what an effect makes true, in the words of the capability.
 */
export interface LedgerEntry<Fact> {
  /** How many facts there have been, `known` being the last; 0 when there is none yet. */
  generation: number;
  /** The present fact; undefined when nothing has come about yet. */
  known: Fact | undefined;
  /** What the effect that made it so can be found by. */
  reference?: string | undefined;
  /** Facts of this subject have been written down where others can read and change them, too. */
  isMirrored?: boolean | undefined;
  /** An effect was repeated of which nothing could tell whether it had come about: perhaps it has done so twice. */
  isUnverified?: boolean | undefined;
  /** Begun, and not known to have ended: a crash or an unknown answer left it so. */
  intent?: Intent<Fact> | undefined;
  /** Begun before that one and still not known to have ended, oldest first. */
  doubts?: Intent<Fact>[] | undefined;
}

/** Written before an effect, so that nobody repeats it unseen. */
export interface Intent<Fact> {
  /** The generation it will be. */
  generation: number;
  fact: Fact;
  /** What the effect can be found by at its service, such as a Message-ID. */
  reference: string;
  /** Where it can be found by that; looked for elsewhere it proves nothing. */
  place?: string | undefined;
  /** ISO 8601, UTC: when the effect was begun, the last time. */
  intendedAt: string;
}

/** The entry of a subject that nothing is known of. */
export const NOTHING_KNOWN = { generation: 0, known: undefined } as const;

/** What was begun and is not known to have ended, oldest first. */
export function intentsOf<Fact>({ intent, doubts = [] }: LedgerEntry<Fact>): Intent<Fact>[] {
  return intent ? [...doubts, intent] : doubts;
}

/**
 * Before the effect. A generation that was begun before and is begun again keeps its number.
 * @param doubts  what else is not known to have ended
 */
export function intending<Fact>(
  entry: LedgerEntry<Fact>,
  intent: Intent<Fact>,
  doubts: Intent<Fact>[] = [],
): LedgerEntry<Fact> {
  const { generation, known, reference, isMirrored, isUnverified } = entry;
  return {
    generation,
    known,
    ...(reference === undefined ? {} : { reference }),
    ...(isMirrored === undefined ? {} : { isMirrored }),
    ...(isUnverified === undefined ? {} : { isUnverified }),
    intent,
    ...(doubts.length > 0 ? { doubts } : {}),
  };
}
