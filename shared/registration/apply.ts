import { firstLineOf } from "../error-message.ts";
import type { ExtensionWrite } from "../graph/open-extension.ts";
import { inLanes } from "../lanes.ts";
import type { Announcement, Correction } from "./announcement.ts";
import { plannedRow } from "./event-row.ts";
import type { Mark } from "./mark.ts";
import type { Notice } from "./notice.ts";
import type { Delivery, Outbox, SendOutcome } from "./outbox.ts";
import type { Plan, PlannedEvent } from "./plan.ts";
import type { EventRow } from "./run.ts";
import type { LedgerChange, TeamLedger } from "./team-ledger.ts";

/** What carrying out a plan touches. */
export interface Effects {
  outbox: Outbox;
  ledger: Pick<TeamLedger, "write">;
  now(): Date;
  /** The mark of an event, as it is written there. */
  markOn(eventId: string, mark: Mark): ExtensionWrite;
  /** Writes marks, some of them in one request; tells in their order why one came to nothing. */
  writeMarks(marks: readonly ExtensionWrite[]): Promise<(string | undefined)[]>;
  /** Nothing is begun any more once this aborts: the deadline has passed, or a lock is lost. */
  signal: AbortSignal;
  /** A trial is shown to somebody and forgotten: it leaves no mark and no entry. */
  forgets: boolean;
}

export interface Outcome {
  rows: EventRow[];
  warnings: string[];
}

/** As many requests as a mailbox takes at once. */
const LANES = 4;
/** Marks of one request: as many steps as a batch that sends and marks. */
const MARKS_TOGETHER = 10;

/** What the plan would do, with the mail it would send. */
export function previewPlan(plan: Plan): Outcome {
  const rows = plan.events.map((event): EventRow => {
    const row = plannedRow(event, plan);
    if (event.state === "failed" || !event.notice) return row;
    return { ...row, action: "would_send", mail: { subject: event.notice.subject, text: event.notice.text } };
  });
  return { rows, warnings: warningsOf(plan) };
}

/**
 * Sends what the plan announces, and writes down what it did. One event that fails stops no other.
 *
 * The order is: intent into the ledger, mail, outcome into the ledger, mark. A crash leaves an intent behind, which the next
 * pass verifies before it sends again.
 */
export async function applyPlan(plan: Plan, effects: Effects): Promise<Outcome> {
  const work = new Application(plan, effects);
  await Promise.all([work.announce(), work.correct()]);
  // Last, since a mark that has to be tried for long must keep no notice from going out.
  await work.mark();
  return work.outcome();
}

type Announced = PlannedEvent & { announcement: Announcement; notice: Notice };

/** One plan being carried out: what has come of each event so far. */
class Application {
  readonly #plan: Plan;
  readonly #effects: Effects;
  readonly #rows: Map<string, EventRow>;
  readonly #warnings: Set<string>;
  readonly #marks: ExtensionWrite[] = [];

  constructor(plan: Plan, effects: Effects) {
    this.#plan = plan;
    this.#effects = effects;
    this.#rows = new Map(plan.events.map((event) => [event.event.id, plannedRow(event, plan)]));
    this.#warnings = new Set(warningsOf(plan));
  }

  outcome(): Outcome {
    return { rows: [...this.#rows.values()], warnings: [...this.#warnings] };
  }

  async announce(): Promise<void> {
    const due = this.#plan.events.filter(isAnnounced);
    const { together } = this.#effects.outbox;
    // Few notices are spread over all lanes rather than sent one after the other in one.
    const size = Math.max(1, Math.min(together, Math.ceil(due.length / LANES)));
    await inLanes(due, { size, lanes: LANES }, (events) => this.#announceTogether(events));
  }

  /** What the ledger and the marks say is brought in line where no mail is due. */
  async correct(): Promise<void> {
    if (this.#effects.forgets) return;
    const corrected = this.#plan.events.filter(isCorrected);
    const entries = corrected.flatMap(({ event, slot, correction: { entry } }): LedgerChange[] =>
      entry ? [{ eventId: event.id, entry, until: slot.end }] : [],
    );
    const failure = await this.#record(entries);
    for (const { event, correction } of corrected) {
      if (failure && correction.entry) {
        this.#update(event.id, { error: `This could not be recorded: ${failure}` });
      } else if (correction.mark) {
        this.#marks.push(this.#effects.markOn(event.id, correction.mark));
      }
    }
  }

  async mark(): Promise<void> {
    await inLanes(this.#marks, { size: MARKS_TOGETHER, lanes: LANES }, async (marks) => {
      const failures = await this.#effects.writeMarks(marks);
      for (const [index, { eventId }] of marks.entries()) {
        const failure = failures[index];
        if (!failure) continue;
        this.#warnings.add("mark_failed");
        const what =
          this.#rows.get(eventId)?.action === "sent" ? "The notice was sent, but the event" : "The event";
        this.#update(eventId, { error: `${what} could not be marked: ${failure}` });
      }
    });
  }

  async #announceTogether(events: readonly Announced[]): Promise<void> {
    const { outbox, forgets, signal, markOn } = this.#effects;
    const failure = signal.aborted
      ? firstLineOf(signal.reason)
      : await this.#record(events.map((event) => changeTo(event, this.#begunNow(event.announcement))));
    if (failure) {
      for (const { event } of events) this.#refused(event.id, `not begun any more: ${failure}`);
      return;
    }
    const deliveries = await outbox.send(
      events.map((event) => {
        const { messageId, mark } = event.announcement;
        const mail = { ...event.notice, ...this.#plan.recipients, messageId };
        return forgets ? { mail } : { mail, mark: markOn(event.event.id, mark) };
      }),
    );
    await this.#settle(events, deliveries);
    for (const { copy } of deliveries) {
      for (const warning of (await copy?.()) ?? []) this.#warnings.add(warning);
    }
  }

  /** A pass may have been busy for a while since it was planned, and whoever verifies counts from the sending. */
  #begunNow({ begun }: Announcement): LedgerChange["entry"] {
    const { intent } = begun;
    return intent
      ? { ...begun, intent: { ...intent, intendedAt: this.#effects.now().toISOString() } }
      : begun;
  }

  /** Writes down what is known now; what is not known stays begun. */
  async #settle(events: readonly Announced[], deliveries: readonly Delivery[]): Promise<void> {
    const changes: LedgerChange[] = [];
    const sent: string[] = [];
    for (const [index, event] of events.entries()) {
      const { id } = event.event;
      const delivery = deliveries[index];
      const outcome: SendOutcome = delivery?.outcome ?? { state: "unknown", error: "nothing was said of it" };
      if (outcome.state === "unknown") {
        const error = `It is not known whether the notice was sent: ${outcome.error}`;
        this.#update(id, { action: "pending", error });
        continue;
      }
      if (outcome.state === "refused") {
        changes.push(changeTo(event, event.announcement.refused));
        this.#refused(id, outcome.error);
        continue;
      }
      const isMirrored = delivery?.isMarked || event.announcement.sent.isMirrored;
      changes.push(changeTo(event, { ...event.announcement.sent, ...(isMirrored ? { isMirrored } : {}) }));
      sent.push(id);
      this.#update(id, { action: "sent", ...(outcome.error === undefined ? {} : { error: outcome.error }) });
      for (const code of outcome.warnings) this.#warnings.add(code);
      if (!delivery?.isMarked && !this.#effects.forgets) {
        this.#marks.push(this.#effects.markOn(id, event.announcement.mark));
      }
    }
    const failure = await this.#record(changes);
    if (!failure) return;
    const error = `The notice was sent, but this could not be recorded, so the next pass looks for it: ${failure}`;
    for (const id of sent) this.#update(id, { error });
  }

  /** Writes into the ledger. @returns why it came to nothing */
  async #record(changes: readonly LedgerChange[]): Promise<string | undefined> {
    if (this.#effects.forgets || changes.length === 0) return undefined;
    try {
      await this.#effects.ledger.write(changes);
      return undefined;
    } catch (error) {
      this.#warnings.add("ledger_failed");
      return firstLineOf(error);
    }
  }

  #refused(eventId: string, error: string): void {
    this.#update(eventId, { action: "failed", error: `The notice was not sent: ${error}` });
  }

  #update(eventId: string, change: Partial<EventRow>): void {
    const row = this.#rows.get(eventId);
    if (row) this.#rows.set(eventId, { ...row, ...change });
  }
}

function changeTo({ event, slot }: Announced, entry: LedgerChange["entry"]): LedgerChange {
  return { eventId: event.id, entry, until: slot.end };
}

function isAnnounced(event: Plan["events"][number]): event is Announced {
  return event.state === "planned" && event.announcement !== undefined && event.notice !== undefined;
}

function isCorrected(event: Plan["events"][number]): event is PlannedEvent & { correction: Correction } {
  return event.state === "planned" && event.correction !== undefined;
}

function warningsOf(plan: Plan): string[] {
  const codes = plan.events.flatMap((event) => (event.state === "planned" ? (event.warnings ?? []) : []));
  return [
    ...(plan.hasResentUnverified ? ["resent_unverified"] : []),
    ...new Set(codes),
    ...(plan.unknownResends.length > 0 ? ["resend_not_found"] : []),
  ];
}
