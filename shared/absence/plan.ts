import { createHash } from "node:crypto";
import { intending, type LedgerEntry, NOTHING_KNOWN } from "../ledger/entry.ts";
import { type AutomaticReplies, isAway } from "./automatic-replies.ts";
import { isDue, triesOf } from "./delivery-backoff.ts";
import type { MonitoredUser } from "./monitored-user.ts";
import { seenNow } from "./seen.ts";
import { speechOf, type SpokenChoice, spokenText } from "./spoken-text.ts";
import type { Target, TargetKind, Told } from "./told.ts";

/** What a check of one mailbox gave. `unreadable` says why, in the same words each time. */
export type RepliesReading = AutomaticReplies | { unreadable: string };

export interface TickInput {
  users: readonly MonitoredUser[];
  /** By users' ids. Who is missing was not asked about this time, or nobody could answer: nothing changes for them. */
  readings: ReadonlyMap<string, RepliesReading>;
  targets: readonly Target[];
  /** Which text is spoken. */
  message: SpokenChoice;
  now: Date;
}

/** One POST to make. Write `intent` first. */
export interface Telling {
  user: MonitoredUser;
  scope: string;
  kind: TargetKind;
  news: News;
  /** The entry to write before the POST; its intent's reference is the same at each try of the same news. */
  intent: LedgerEntry<Told>;
  /** Of the ledger's entry that `intent` takes the place of. */
  version: string | undefined;
}

/** What there is to tell of a user. */
export interface News {
  email: string;
  away: boolean;
  /** What a caller is to hear; empty when there is no text. */
  spoken: string;
  replies: AutomaticReplies;
  /** ISO 8601, UTC: the tick that found it. */
  at: string;
}

export interface TickPlan {
  /** One of a user and target at the most, in the order of the targets. */
  tell: Telling[];
  /** The users whose row changes, as it is to be. */
  seen: MonitoredUser[];
}

/**
 * Compares what every mailbox shows with what each target is known to hold. What differs is told, and again at each due
 * time until the target takes it; only the newest state counts. A mailbox that cannot be read says nothing: its user
 * stays, for everybody told, as they were.
 */
export function planTick({ users, readings, targets, message, now }: TickInput): TickPlan {
  const plan: TickPlan = { tell: [], seen: [] };
  for (const user of users) {
    const reading = readings.get(user.id);
    if (!reading) continue;
    const found = seenNow(user.found, reading, now);
    if (found !== user.found) plan.seen.push({ ...user, found });
    if ("unreadable" in reading) continue;
    const shown = new Shown(user, reading, { message, now });
    for (const target of targets) {
      const telling = tellingOf(shown, target);
      if (telling) plan.tell.push(telling);
    }
  }
  return plan;
}

/** What one user's mailbox shows now. Most are asked for no text, and HTML takes its time. */
class Shown {
  readonly user: MonitoredUser;
  readonly replies: AutomaticReplies;
  readonly now: Date;
  readonly away: boolean;
  readonly #message: SpokenChoice;
  #spoken: string | undefined;

  constructor(
    user: MonitoredUser,
    replies: AutomaticReplies,
    { message, now }: { message: SpokenChoice; now: Date },
  ) {
    this.user = user;
    this.replies = replies;
    this.now = now;
    this.away = isAway(replies, now);
    this.#message = message;
  }

  get spoken(): string {
    this.#spoken ??= spokenText(this.replies, this.#message);
    return this.#spoken;
  }

  /** All that matters to a target: a text only while it may be heard. */
  digestFor(kind: TargetKind): string {
    if (kind === "mediator") return digestOf(this.away ? [true, this.spoken] : [false]);
    const { status, audience, window, internal, external } = this.replies;
    if (status === "disabled") return digestOf([false]);
    return digestOf([this.away, audience, window ?? null, speechOf(internal), speechOf(external)]);
  }
}

function tellingOf(shown: Shown, { scope, kind, entries }: Target): Telling | undefined {
  const { user, replies, now, away } = shown;
  const kept = entries.get(user.id);
  // What cannot be read may be anything, so it is written anew: being told the same twice does no harm.
  const entry: LedgerEntry<Told> = kept && "entry" in kept ? kept.entry : NOTHING_KNOWN;
  const state = { registration: user.registration, away, digest: shown.digestFor(kind) };
  const pending = entry.intent && isSame(entry.intent.fact, state) ? entry.intent : undefined;
  if (pending ? !isDue(pending, now) : isSettled(entry, state)) return undefined;
  const at = pending?.fact.at ?? now.toISOString();
  const fact: Told = pending
    ? { ...pending.fact, tries: triesOf(pending.fact) + 1 }
    : { ...state, at, tries: 1 };
  const intent = intending<Told>(entry, {
    generation: entry.generation + 1,
    fact,
    reference: pending?.reference ?? referenceOf(scope, user.id, fact),
    intendedAt: now.toISOString(),
  });
  const news = { email: user.email, away, spoken: shown.spoken, replies, at };
  return { user, scope, kind, news, intent, version: kept?.version };
}

/** Other news that were begun may have arrived, even if they seem to have failed: then what was known before is so no longer. */
function isSettled({ known, intent }: LedgerEntry<Told>, state: State): boolean {
  return intent === undefined && known !== undefined && isSame(known, state);
}

type State = Pick<Told, "registration" | "away" | "digest">;

function isSame(told: State, { registration, away, digest }: State): boolean {
  return told.registration === registration && told.away === away && told.digest === digest;
}

/** Going away, coming back and going away again are three news: the time tells them apart. */
function referenceOf(scope: string, id: string, { registration, digest, at }: Told): string {
  return `msg_${digestOf([scope, id, registration, digest, at]).slice(0, 32)}`;
}

function digestOf(parts: unknown[]): string {
  return createHash("sha256").update(JSON.stringify(parts)).digest("hex");
}
