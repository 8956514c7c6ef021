import { intending, knowing, type Intent, type LedgerEntry, NOTHING_KNOWN } from "../ledger/entry.ts";
import type { Decision } from "./decide.ts";
import type { Mark } from "./mark.ts";
import { sameRegistration } from "./registration-fact.ts";
import type { Registration } from "./session.ts";
import type { Standing } from "./standing.ts";

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
  /** The Message-ID of an announcement with this number. */
  messageIdOf: (announce: Announce, generation: number) => string;
}

/** Numbers an announcement, and says what is to be written down around it. */
export function announcementOf(announce: Announce, options: AnnouncementOptions): Announcement {
  const { entry, standing, now } = options;
  const { registration } = announce;
  const repeated = repeatedIntent(announce, standing);
  const generation = repeated?.generation ?? standing.generation + 1;
  const messageId = repeated?.reference ?? options.messageIdOf(announce, generation);
  const intent = { generation, fact: registration, reference: messageId, intendedAt: now.toISOString() };
  const refused =
    standing.state === "known"
      ? { generation: standing.generation, known: standing.last }
      : (entry ?? NOTHING_KNOWN);
  return {
    messageId,
    begun: intending(refused, intent),
    sent: knowing(registration, generation),
    refused,
    mark: { registration, generation },
  };
}

/** The same announcement once more bears the same number and Message-ID: whoever got it twice can tell. */
function repeatedIntent(announce: Announce, standing: Standing): Intent<Registration> | undefined {
  if (standing.state !== "unverified" || announce.reason !== "resent_unverified") return undefined;
  return sameRegistration(standing.intent.fact, announce.registration) ? standing.intent : undefined;
}

/** What the ledger and the mark are to say of an event that is not announced; undefined when they say it already. */
export function correctionOf(skip: Skip, standing: Standing): Correction | undefined {
  if (skip.reason === "cancelled") return undefined;
  if (skip.registration) return both(skip.registration, standing.generation + 1);
  if (standing.state === "unverified") return both(standing.last, standing.generation);
  if (standing.state !== "known") return undefined;
  const { mends, last, generation } = standing;
  if (!mends.ledger && !mends.mark) return undefined;
  return {
    ...(mends.ledger ? { entry: { generation, known: last } } : {}),
    ...(mends.mark && last ? { mark: { registration: last, generation } } : {}),
  };
}

function both(registration: Registration | undefined, generation: number): Correction {
  if (!registration) return { entry: { generation, known: undefined } };
  return { entry: knowing(registration, generation), mark: { registration, generation } };
}
