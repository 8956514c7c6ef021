import type { Intent, LedgerEntry } from "../ledger/entry.ts";
import type { Sighting } from "../mail/sighting.ts";
import { sameRegistration } from "./registration-fact.ts";
import type { MarkReading, Registration } from "./session.ts";

/**
 * What is known of an event before it is decided about. `generation` counts the announcements, so that a later one gets
 * a number of its own.
 */
export type Standing =
  | Known
  /** A notice was begun, and may have gone out: it is too early to tell. */
  | { state: "pending"; generation: number; error: string }
  /** A notice was begun, may have gone out, and nothing can tell. `last` is what was known before it. */
  | { state: "unverified"; generation: number; last: Registration | undefined; intent: Intent<Registration> }
  /** Unknown is not "never announced". `isMalformed`: asking again would not help. */
  | { state: "unread"; generation: number; error: string; isMalformed: boolean };

/** This was announced for sure, or nothing was. */
export interface Known {
  state: "known";
  generation: number;
  last: Registration | undefined;
  /** Which of the two that remember it has to be brought in line. */
  mends: { ledger: boolean; mark: boolean };
}

/** What remembers an announcement: the ledger and the mark on the event mirror each other. */
export interface Evidence {
  /** Undefined when the ledger knows nothing of the event. */
  entry: LedgerEntry<Registration> | { unreadable: string } | undefined;
  mark: MarkReading;
  /** What the search for the notice that was begun came to; undefined where nobody can search. */
  sighting?: Sighting | undefined;
}

export interface StandingOptions {
  now: Date;
  /** How long after a notice was begun "not found" says nothing yet, milliseconds. */
  sentItemsDelayMs: number;
}

/** Puts together what the ledger, the mark and the search for the notice say. */
export function standingOf(evidence: Evidence, options: StandingOptions): Standing {
  const { entry, mark } = evidence;
  if (entry && "unreadable" in entry) {
    const generation = mark.state === "registered" ? (mark.generation ?? 0) : 0;
    const error = `${entry.unreadable} Or ask for a \`resend\` of the event: that announces it again and writes the row anew.`;
    return { state: "unread", generation, error, isMalformed: true };
  }
  if (!entry?.intent || confirms(mark, entry.intent)) return mirrored(entry, mark);
  return begun(entry, entry.intent, evidence, options);
}

/** Whether the notice of an event has to be searched for: it was begun, and its mark does not tell that it was sent. */
export function needsSearch({ entry, mark }: Evidence): Intent<Registration> | undefined {
  if (!entry || "unreadable" in entry || !entry.intent) return undefined;
  return confirms(mark, entry.intent) ? undefined : entry.intent;
}

/** A mark is written only after its notice was sent. One that counts nothing may be from long before. */
function confirms(mark: MarkReading, intent: Intent<Registration>): boolean {
  return mark.state === "registered" && (mark.generation ?? 0) >= intent.generation;
}

function begun(
  entry: LedgerEntry<Registration>,
  intent: Intent<Registration>,
  { mark, sighting }: Evidence,
  { now, sentItemsDelayMs }: StandingOptions,
): Standing {
  const { generation, intendedAt } = intent;
  const pending = (why: string): Standing => {
    const error = `A notice was begun at ${intendedAt}, and it is not known whether it went out: ${why}. ${WHAT_NEXT}`;
    return { state: "pending", generation, error };
  };
  const ageMs = now.getTime() - Date.parse(intendedAt);
  const unverified = (): Standing => ({
    state: "unverified",
    generation,
    last: lastOf(mirrored(entry, mark)),
    intent,
  });
  if (sighting?.state === "found") {
    return { state: "known", generation, last: intent.fact, mends: { ledger: true, mark: true } };
  }
  if (ageMs < sentItemsDelayMs) return pending("what tells of it may still be on its way");
  // Whoever can be asked is asked again, but not until the session is over.
  const isLate = ageMs >= sentItemsDelayMs + ASK_AGAIN_MS;
  if (sighting?.state === "unread") {
    return isLate ? unverified() : pending(`it could not be searched for: ${sighting.error}`);
  }
  if (sighting?.state === "not_found") {
    const before = mirrored({ generation: entry.generation, known: entry.known }, mark);
    return before.state === "known" ? { ...before, mends: { ...before.mends, ledger: true } } : before;
  }
  // The mark alone can tell, and it did not say.
  const isUntold = mark.state === "unread" && !mark.isMalformed;
  return isUntold && !isLate ? pending(`its mark was not read: ${mark.error}`) : unverified();
}

/** A search that fails this long is no search. */
const ASK_AGAIN_MS = 60 * 60_000;
const WHAT_NEXT =
  "It is looked for again by itself; ask for a `resend` of the event to announce it all the same.";

function lastOf(standing: Standing): Registration | undefined {
  return standing.state === "known" ? standing.last : undefined;
}

/** Either says "announced", and it is; the one that is older, or lost, is brought in line. */
function mirrored(entry: LedgerEntry<Registration> | undefined, mark: MarkReading): Standing {
  const { generation, known } = entry ?? { generation: 0, known: undefined };
  const ledger = (mends: Known["mends"]): Known => ({ state: "known", generation, last: known, mends });
  const fromMark = (registration: Registration, of: number): Known => {
    return { state: "known", generation: of, last: registration, mends: { ledger: true, mark: false } };
  };
  if (mark.state === "unread") {
    // What the ledger knows needs no other witness.
    if (known) return ledger({ ledger: false, mark: mark.isMalformed === true });
    return { state: "unread", generation, error: mark.error, isMalformed: mark.isMalformed === true };
  }
  if (mark.state === "unregistered") return ledger({ ledger: false, mark: known !== undefined });
  const counted = mark.generation ?? 0;
  if (!known || counted > generation) return fromMark(mark.registration, Math.max(counted, generation, 1));
  // Another program's marks count nothing; where one says what the ledger knows, it may stay.
  const isInLine = counted === generation || (counted === 0 && sameRegistration(mark.registration, known));
  return ledger({ ledger: false, mark: !isInLine });
}
