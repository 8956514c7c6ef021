import { type Intent, intentsOf, type LedgerEntry } from "../ledger/entry.ts";
import type { Sighting } from "../mail/sighting.ts";
import { sameRegistration } from "./registration-fact.ts";
import type { MarkReading, Registration } from "./session.ts";

type Entry = LedgerEntry<Registration>;
type Begun = Intent<Registration>;

/**
 * What is known of an event before it is decided about. `generation` counts the announcements, so that a later one gets
 * a number of its own.
 */
export type Standing =
  | Known
  /** A notice was begun, and may have gone out: it is too early to tell. */
  | { state: "pending"; generation: number; error: string }
  | Unverified
  /** Unknown is not "never announced". `isMalformed`: asking again would not help. */
  | { state: "unread"; generation: number; error: string; isMalformed: boolean };

/** This was announced for sure, or nothing was. */
export interface Known {
  state: "known";
  generation: number;
  last: Registration | undefined;
  /** The Message-ID of the notice, where the ledger has it. */
  reference?: string | undefined;
  /** Our own mark has been on the event. */
  isMirrored: boolean;
  /** Which of the two that remember it has to be brought in line. */
  mends: { ledger: boolean; mark: boolean };
}

/** Notices were begun after what is known, may have gone out, and nothing can tell. */
export interface Unverified {
  state: "unverified";
  generation: number;
  known: Known;
  /** Oldest first. */
  possible: Begun[];
}

/** What remembers an announcement: the ledger and the mark on the event mirror each other. */
export interface Evidence {
  /** Undefined when the ledger knows nothing of the event. */
  entry: Entry | { unreadable: string } | undefined;
  mark: MarkReading;
  /** What the search for notices that were begun came to, by Message-ID; without those that nobody can search. */
  sightings?: ReadonlyMap<string, Sighting>;
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
  const newest = entry && openIntents(entry, mark).at(-1);
  return entry && newest ? begun(entry, newest, evidence, options) : mirrored(entry, mark);
}

/** The notices of an event that have to be searched for: they were begun, and its mark does not tell what became of them. */
export function noticesInDoubt({ entry, mark }: Pick<Evidence, "entry" | "mark">): Begun[] {
  return entry && !("unreadable" in entry) ? openIntents(entry, mark) : [];
}

/**
 * A mark is written only after its notice was sent, and is about all before it. One that counts nothing may be from
 * long before.
 */
function openIntents(entry: Entry, mark: MarkReading): Begun[] {
  const marked = mark.state === "registered" ? (mark.generation ?? 0) : 0;
  const intents = intentsOf(entry);
  return (intents.at(-1)?.generation ?? 0) > marked ? intents : [];
}

function begun(
  entry: Entry,
  newest: Begun,
  { mark, sightings }: Evidence,
  { now, sentItemsDelayMs }: StandingOptions,
): Standing {
  const { generation, intendedAt } = newest;
  const pending = (why: string): Standing => {
    const error = `A notice was begun at ${intendedAt}, and it is not known whether it went out: ${why}. ${WHAT_NEXT}`;
    return { state: "pending", generation, error };
  };
  const intents = intentsOf(entry);
  const found = intents.findLast(({ reference }) => sightings?.get(reference)?.state === "found");
  const known = found ? knownBy(found, entry) : mirrored({ ...entry, intent: undefined }, mark);
  if (found === newest) return known;
  const sighting = sightings?.get(newest.reference);
  const ageMs = now.getTime() - Date.parse(intendedAt);
  if (ageMs < sentItemsDelayMs) return pending("what tells of it may still be on its way");
  // Whoever can be asked is asked again, but not until the session is over.
  const isLate = ageMs >= sentItemsDelayMs + ASK_AGAIN_MS;
  if (sighting?.state === "unread" && !isLate) {
    return pending(`it could not be searched for: ${sighting.error}`);
  }
  const open = intents.filter(({ reference }) => sightings?.get(reference)?.state !== "not_found");
  const isUntold = open.length > 0 && mark.state === "unread" && !mark.isMalformed;
  if (isUntold && !isLate) return pending(`its mark was not read: ${mark.error}`);
  if (known.state !== "known") {
    if (open.length === 0) return known;
    return { state: "unverified", generation, known: nothingKnown(entry), possible: open };
  }
  const possible = open.filter((intent) => intent.generation > known.generation);
  if (possible.length > 0) return { state: "unverified", generation, known, possible };
  return { ...known, mends: { ...known.mends, ledger: true } };
}

/** A search that fails this long is no search. */
const ASK_AGAIN_MS = 60 * 60_000;
const WHAT_NEXT =
  "It is looked for again by itself; ask for a `resend` of the event to announce it all the same.";

function knownBy({ generation, fact, reference }: Begun, { isMirrored = false }: Entry): Known {
  const mends = { ledger: true, mark: true };
  return { state: "known", generation, last: fact, reference, isMirrored, mends };
}

function nothingKnown({ generation, isMirrored = false }: Entry): Known {
  const mends = { ledger: false, mark: false };
  return { state: "known", generation, last: undefined, isMirrored, mends };
}

/** Either says "announced", and it is; the one that is older, or lost, is brought in line. */
function mirrored(entry: Entry | undefined, mark: MarkReading): Standing {
  const { generation, known, reference, isMirrored = false } = entry ?? { generation: 0, known: undefined };
  const ledger = (isMarkBehind: boolean): Known => {
    const mends = { ledger: false, mark: isMarkBehind };
    return { state: "known", generation, last: known, reference, isMirrored, mends };
  };
  if (mark.state === "unread") {
    // What the ledger knows needs no other witness.
    if (known) return ledger(mark.isMalformed === true);
    return { state: "unread", generation, error: mark.error, isMalformed: mark.isMalformed === true };
  }
  if (mark.state === "unregistered") return ledger(known !== undefined);
  const { registration } = mark;
  const counted = mark.generation ?? 0;
  const fromMark = (of: number): Known => {
    const confirmed = entry && intentsOf(entry).find((intent) => intent.generation === of);
    return {
      state: "known",
      generation: of,
      last: registration,
      reference: confirmed?.reference,
      isMirrored: isMirrored || counted > 0,
      mends: { ledger: true, mark: false },
    };
  };
  if (!known || counted > generation) return fromMark(Math.max(counted, generation, 1));
  if (sameRegistration(registration, known)) return ledger(counted > 0 && counted < generation);
  // Another program counts nothing, or keeps our number. Where ours has been there, what says something else came later.
  const isLater = counted === generation || (counted === 0 && isMirrored);
  return isLater ? fromMark(generation + 1) : ledger(true);
}
