import { intending, type Intent, intentsOf, type LedgerEntry, NOTHING_KNOWN } from "../ledger/entry.ts";
import type { Decision } from "./decide.ts";
import type { Mark } from "./mark.ts";
import { sameRegistration } from "./registration-fact.ts";
import type { Registration } from "./session.ts";
import type { Known, Standing } from "./standing.ts";

type Announce = Extract<Decision, { action: "announce" }>;
type Skip = Extract<Decision, { action: "skip" }>;
type Entry = LedgerEntry<Registration>;

/** What one announcement writes down, and when. */
export interface Announcement {
  /** Found again by it; also when it is sent again because nobody could tell whether it had been. */
  messageId: string;
  /** Before the mail is sent. */
  begun: Entry;
  /** When it was sent. */
  sent: Entry;
  /** When it surely was not: what was known before. */
  refused: Entry;
  mark: Mark;
}

/** What is brought in line without a mail. */
export interface Correction {
  entry?: Entry;
  mark?: Mark;
}

export interface AnnouncementOptions {
  /** Of the ledger, as it was read; undefined when it knows nothing, or nothing intelligible. */
  entry: Entry | undefined;
  standing: Standing;
  now: Date;
  /** Where the mail could be searched for. */
  place: string;
  /** Begun before on the same request of somebody, and in doubt. */
  asked?: Intent<Registration> | undefined;
  /** The Message-ID of an announcement with this number. */
  messageIdOf: (announce: Announce, generation: number) => string;
}

/** Numbers an announcement, and says what is to be written down around it. */
export function announcementOf(announce: Announce, options: AnnouncementOptions): Announcement {
  const { entry, standing, now, place } = options;
  const { registration } = announce;
  const repeated = options.asked ?? repeatedIntent(announce, standing);
  const generation = repeated?.generation ?? standing.generation + 1;
  const messageId = repeated?.reference ?? options.messageIdOf(announce, generation);
  const intent = {
    generation,
    fact: registration,
    reference: messageId,
    place,
    intendedAt: now.toISOString(),
  };
  const doubts = doubtsOf(standing, entry).filter(({ reference }) => reference !== messageId);
  const base = baseOf(standing, entry);
  const repeats = announce.reason === "resent_unverified";
  return {
    messageId,
    begun: stained(intending(base, intent, doubts), entry, repeats),
    sent: stained(
      {
        generation,
        known: registration,
        reference: messageId,
        ...(base.isMirrored ? { isMirrored: true } : {}),
      },
      entry,
      repeats,
    ),
    // A refusal of this one says nothing of those before.
    refused: standing.state === "known" ? stained(entryOf(standing), entry) : (entry ?? NOTHING_KNOWN),
    mark: { registration, generation },
  };
}

/** What was once repeated without proof stays so: the run that did it may not have come to its report. */
function stained(next: Entry, before: Entry | undefined, repeats = false): Entry {
  return repeats || before?.isUnverified ? { ...next, isUnverified: true } : next;
}

/** The same announcement once more bears the same number and Message-ID: whoever got it twice can tell. */
function repeatedIntent(announce: Announce, standing: Standing): Intent<Registration> | undefined {
  if (standing.state !== "unverified" || announce.reason !== "resent_unverified") return undefined;
  // What was begun after an older one in doubt is the host's last word all the same.
  const newest = standing.possible.at(-1);
  if (newest?.generation !== standing.generation) return undefined;
  return sameRegistration(newest.fact, announce.registration) ? newest : undefined;
}

function doubtsOf(standing: Standing, entry: Entry | undefined): Intent<Registration>[] {
  if (standing.state === "known") return [];
  return standing.state === "unverified" ? standing.possible : entry ? intentsOf(entry) : [];
}

function baseOf(standing: Standing, entry: Entry | undefined): Entry {
  if (standing.state === "known") return entryOf(standing);
  return standing.state === "unverified" ? entryOf(standing.known) : (entry ?? NOTHING_KNOWN);
}

function entryOf({ generation, last, reference, isMirrored }: Known): Entry {
  return {
    generation,
    known: last,
    ...(reference === undefined ? {} : { reference }),
    ...(isMirrored ? { isMirrored } : {}),
  };
}

/**
 * What the ledger and the mark are to say of an event that is not announced; undefined when they say it already. What is
 * in doubt stays so: there is nothing to say now, but there may be later.
 */
export function correctionOf(skip: Skip, standing: Standing, before?: Entry): Correction | undefined {
  if (skip.reason === "cancelled" || standing.state !== "known") return undefined;
  const { mends, last, generation } = standing;
  if (skip.registration) {
    const changed = {
      ...standing,
      generation: generation + 1,
      last: skip.registration,
      reference: undefined,
    };
    const entry = stained(entryOf(changed), before);
    return { entry, mark: { registration: skip.registration, generation: generation + 1 } };
  }
  if (!mends.ledger && !mends.mark) return undefined;
  return {
    ...(mends.ledger ? { entry: stained(entryOf(standing), before) } : {}),
    ...(mends.mark && last ? { mark: { registration: last, generation } } : {}),
  };
}
