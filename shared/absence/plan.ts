import { createHash } from "node:crypto";
import { type Intent, intending, type LedgerEntry, NOTHING_KNOWN } from "../ledger/entry.ts";
import { type AutomaticReplies, isAway, type RepliesReading } from "./automatic-replies.ts";
import { isDue, triesOf } from "./delivery-backoff.ts";
import type { MonitoredUser } from "./monitored-user.ts";
import { seenNow } from "./seen.ts";
import { webhookBody } from "./signed-webhook.ts";
import { speechOf, type SpokenChoice, spokenText } from "./spoken-text.ts";
import type { Target, TargetKind, Told } from "./told.ts";

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
  news: News;
  /** The entry to write before the POST; its intent's reference is the same at each try of the same news. */
  intent: LedgerEntry<Told>;
  /** Of the ledger's entry that `intent` takes the place of. */
  version: string | undefined;
}

/** What there is to tell a target of a user. */
export interface News {
  email: string;
  away: boolean;
  /** For the mediator what a caller is to hear, empty when there is no text; for a webhook its body. */
  says: string;
}

export interface TickPlan {
  /** One of a user and target at the most, in the order of the targets. */
  tell: Telling[];
  /** The users whose row changes, as it is to be. */
  seen: MonitoredUser[];
}

/**
 * Compares what every mailbox shows with what each target is known to hold. What differs is told, and again at each due
 * time until the target takes it; only the newest state counts. A mailbox that cannot be read says nothing new: what
 * waits to be told of its user is told as it was found.
 */
export function planTick({ users, readings, targets, message, now }: TickInput): TickPlan {
  const plan: TickPlan = { tell: [], seen: [] };
  for (const user of users) {
    const reading = readings.get(user.id);
    const found = reading ? seenNow(user.found, reading, now) : user.found;
    if (found !== user.found) plan.seen.push({ ...user, found });
    const shown =
      reading && !("unreadable" in reading) ? new Shown(user, reading, { message, now }) : undefined;
    for (const target of targets) {
      const telling = shown ? tellingOf(shown, target) : waitingOf(user, target, now);
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

  get #text(): string {
    this.#spoken ??= spokenText(this.replies, this.#message);
    return this.#spoken;
  }

  /** What a target is sent. */
  saysTo(kind: TargetKind): string {
    if (kind === "mediator") return this.#text;
    const { user, away, replies, now } = this;
    return webhookBody({ email: user.email, away, replies, at: now.toISOString() });
  }

  /** All that matters to a target: a text only while it may be heard. */
  digestFor(kind: TargetKind): string {
    if (kind === "mediator") return digestOf(this.away ? [true, this.#text] : [false]);
    const { status, audience, window, internal, external } = this.replies;
    if (status === "disabled") return digestOf([false]);
    return digestOf([this.away, audience, window ?? null, speechOf(internal), speechOf(external)]);
  }
}

/** What differs from what a target holds, unless it waits for its next try. */
function tellingOf(shown: Shown, target: Target): Telling | undefined {
  const { user, now, away } = shown;
  const { scope, kind } = target;
  const entry = entryOf(user, target);
  const state = { registration: user.registration, away, digest: shown.digestFor(kind) };
  if (entry.intent?.fact.says !== undefined && isSame(entry.intent.fact, state)) {
    return waitingOf(user, target, now);
  }
  if (isSettled(entry, state)) return undefined;
  const fact: Told = { ...state, at: now.toISOString(), tries: 1, says: shown.saysTo(kind) };
  return begun(user, target, { fact, reference: referenceOf(scope, user.id, fact), now });
}

/**
 * News that a target has not taken, as they were found, when it is time for another try. What was found before somebody
 * was stopped and started again is no news of theirs any more.
 */
function waitingOf(user: MonitoredUser, target: Target, now: Date): Telling | undefined {
  const { intent } = entryOf(user, target);
  if (!intent || !isDue(intent, now)) return undefined;
  const { fact, reference } = intent;
  if (fact.says === undefined || fact.registration !== user.registration) return undefined;
  return begun(user, target, { fact: { ...fact, tries: triesOf(fact) + 1 }, reference, now });
}

function begun(
  user: MonitoredUser,
  target: Target,
  { fact, reference, now }: Pick<Intent<Told>, "fact" | "reference"> & { now: Date },
): Telling {
  const entry = entryOf(user, target);
  const { away, says = "" } = fact;
  return {
    user,
    scope: target.scope,
    news: { email: user.email, away, says },
    intent: intending<Told>(entry, {
      generation: entry.generation + 1,
      fact,
      reference,
      intendedAt: now.toISOString(),
    }),
    version: target.entries.get(user.id)?.version,
  };
}

/** What cannot be read may be anything, so it is written anew: being told the same twice does no harm. */
function entryOf({ id }: MonitoredUser, { entries }: Target): LedgerEntry<Told> {
  const kept = entries.get(id);
  return kept && "entry" in kept ? kept.entry : NOTHING_KNOWN;
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
