import { type Finding, findingsAtTheEnd, type Known } from "./last-pass.ts";
import {
  type Announcement,
  type EventState,
  type History,
  type HistoryItem,
  type Mail,
  outgrows,
  type PassOutcome,
  type ReportedRow,
  sameSlot,
  slotText,
} from "./history.ts";
import { isSettled, statementOf, untrueReports } from "./reports.ts";
import { areSame, inBoth, inEither, isWithin } from "./people.ts";
import type { Sender } from "./schedule.ts";
import type { ServiceName } from "./services.ts";

export interface Verdict {
  findings: Finding[];
  notices: number;
  /** Notices that said again what the host had been told, where nobody could tell that it had been. */
  possibleDuplicates: PossibleDuplicates;
}

export interface PossibleDuplicates {
  /** As `resent_unverified`. */
  reported: number;
  /** By a run that was cut off, and so reported nothing at all; the next report said so. */
  reportedLater: number;
  /** By such a run, too, but no report has come since. */
  notReported: number;
}

export interface JudgeOptions {
  sender: Sender;
  /** How far a pass looks ahead. */
  windowDays: number;
}

/**
 * Judges what happened in a schedule by what a host has to know, and nothing that the product thinks of it: the calendar's
 * changes, the mails that servers took, and what was reported.
 *
 * The host believes the latest notice: one that names a time beyond the one before replaces all, any other adds people.
 */
export function judge(history: History, options: JudgeOptions): Verdict {
  const judgement = new Judgement(options);
  for (const item of history) judgement.follow(item);
  const { verdict, events } = judgement;
  return { ...verdict, findings: [...verdict.findings, ...findingsAtTheEnd(history, events, options)] };
}

/** One event, as far as the history has been followed. */
interface Followed extends Known {
  /** The states that the present pass may have seen, or the last one did. */
  seen: EventState[];
  /** What the host was told; who may have been seen to leave is not in it any more. */
  told: Announcement | undefined;
  mails: Mail[];
  /** When the pass began in which the last of them was sent. */
  mailedAt: Date | undefined;
  /** Since when nobody can be sure what became of the event: a pass did not tell. */
  doubt: Doubt | undefined;
}

interface Doubt {
  /** Mails taken before. */
  mails: number;
  /** The event is still as it was when the doubt began. */
  isUnchanged: boolean;
}

class Judgement {
  readonly verdict: Verdict = {
    findings: [],
    notices: 0,
    possibleDuplicates: { reported: 0, reportedLater: 0, notReported: 0 },
  };
  readonly #options: JudgeOptions;
  readonly events = new Map<string, Followed>();
  readonly #messageIds = new Map<string, Mail>();
  #pass: Extract<HistoryItem, { kind: "pass begins" }> | undefined;
  #mails: Mail[] = [];
  /** What did not do as it was asked in the present pass. */
  readonly #troubled = new Set<ServiceName>();
  /** Repeated in the present pass, with an excuse that is good only if it is reported. */
  #repeated: Mail[] = [];
  /** The same of runs that were cut off: who reports next has to say so. */
  #toReport: Mail[] = [];

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  follow(item: HistoryItem): void {
    switch (item.kind) {
      case "calendar":
        this.#change(this.#event(item.event), item.state);
        break;
      case "pass begins":
        this.#pass = item;
        this.#mails = [];
        this.#repeated = [];
        this.#troubled.clear();
        for (const event of this.events.values()) this.#see(event, true);
        break;
      case "trouble":
        this.#troubled.add(item.service);
        break;
      case "mail":
        this.#read(item);
        break;
      case "pass ends":
        this.verdict.findings.push(...untrueReports(this.#mails, item.outcomes));
        this.#countRepeats(item.outcomes);
        this.#drawConclusions(item.outcomes);
        this.#pass = undefined;
        break;
    }
  }

  #event(id: string): Followed {
    const present = this.events.get(id);
    if (present) return present;
    const event: Followed = {
      state: undefined,
      seen: [],
      told: undefined,
      known: undefined,
      mails: [],
      mailedAt: undefined,
      doubt: undefined,
    };
    this.events.set(id, event);
    return event;
  }

  #change(event: Followed, state: EventState | undefined): void {
    event.state = state;
    if (event.doubt) event.doubt.isUnchanged = false;
    if (this.#pass) this.#see(event, false);
  }

  /** Somebody who is not there while a pass may look was perhaps seen to have left: who comes back then is new. */
  #see(event: Followed, isFirst: boolean): void {
    const { state, told } = event;
    event.seen = [...(isFirst ? [] : event.seen), ...(state ? [state] : [])];
    if (told && state) event.told = { ...told, people: inBoth(told.people, state.people) };
  }

  #read(mail: Mail): void {
    this.verdict.notices += 1;
    const event = this.#event(mail.event);
    const isTrue = event.seen.some(
      ({ slot, people, isCancelled }) =>
        !isCancelled && sameSlot(slot, mail.slot) && isWithin(mail.people, people),
    );
    if (!isTrue || mail.people.size === 0) {
      this.#find(
        "untrue notice",
        mail.event,
        `the calendar did not say so during this pass: ${textOf(mail)}`,
      );
    }
    const isRepeat =
      event.told !== undefined &&
      !outgrows(mail.slot, event.told.slot) &&
      inBoth(mail.people, event.told.people).size > 0;
    if (isRepeat) this.#judgeRepeat(event, mail);
    else this.#checkNumber(event, mail);
    this.#messageIds.set(mail.messageId, mail);
    event.told = toldBy(mail, event.told);
    event.known = toldBy(mail, event.known);
    event.mails.push(mail);
    event.mailedAt = this.#pass?.at;
    this.#mails.push(mail);
  }

  /** Two announcements are two mails, also when they say the same. */
  #checkNumber(event: Followed, mail: Mail): void {
    const other = this.#messageIds.get(mail.messageId);
    if (!other) return;
    // Whom it names left while the pass was looking, and it looked before: to the pass it is the one in doubt.
    if (event.doubt && other.event === mail.event && isSame(other, mail)) {
      this.#judgeRepeat(event, mail);
      return;
    }
    this.#find(
      "Message-ID",
      mail.event,
      `it is that of another announcement: ${textOf(other)}, ${textOf(mail)}`,
    );
  }

  #judgeRepeat(event: Followed, mail: Mail): void {
    const { doubt, mails } = event;
    const { sender } = this.#options;
    const doubled = (why: string): void => this.#find("doubled", mail.event, `${textOf(mail)}: ${why}`);
    if (!doubt) return doubled("the pass before had reported what became of it");
    const couldBeFound = !this.#hasSearchFailedForLong(event);
    if (sender === "verified" && couldBeFound) return doubled("the mail could be found");
    const before = mails.at(-1);
    if (doubt.isUnchanged && before) {
      if (covers(this.#pass?.marks.get(mail.event), mail)) return doubled("its mark said so");
      if (couldBeFound && this.#pass?.copies.has(before.messageId)) {
        return doubled("its copy was in the sent folder");
      }
      if (mails.length > doubt.mails && before.messageId !== mail.messageId && isSame(before, mail)) {
        this.#find("Message-ID", mail.event, `it changed when the notice was repeated: ${textOf(mail)}`);
      }
    }
    this.#repeated.push(mail);
  }

  /** Nobody is left in doubt for ever: a search that still fails after an hour is none. */
  #hasSearchFailedForLong({ mailedAt }: Followed): boolean {
    const searched = this.#options.sender === "smtp" ? "imap" : "graph";
    if (!this.#troubled.has(searched) || !this.#pass || !mailedAt) return false;
    return this.#pass.at.getTime() - mailedAt.getTime() >= ASKED_FOR_MS;
  }

  /** Where nobody can tell whether a notice went out, it may go out again; but whoever reads the report must see it. */
  #countRepeats(outcomes: readonly PassOutcome[]): void {
    const { possibleDuplicates: counts } = this.verdict;
    const reports = outcomes.filter((outcome) => outcome.kind === "reported");
    const isCutOff = outcomes.some(({ kind }) => kind === "cut off");
    this.#toReport = this.#toReport.filter(({ event, slot }) => {
      if (reports.length === 0 || this.#isOver(slot)) return true;
      counts.notReported -= 1;
      if (reports.some(({ rows, warnings }) => warnings.includes(RESENT) || isResent(rows, event))) {
        counts.reportedLater += 1;
      } else {
        this.#find(
          "unreported duplicate",
          event,
          "it was sent again by a run that was cut off, and the next report does not say so",
        );
      }
      return false;
    });
    for (const mail of this.#repeated) {
      if (reports.some(({ rows }) => isResent(rows, mail.event))) counts.reported += 1;
      else if (isCutOff) {
        counts.notReported += 1;
        this.#toReport.push(mail);
      } else this.#find("unreported duplicate", mail.event, "it was sent again, and no report says so");
    }
  }

  /** Nobody has to hear any more of a notice that was sent twice. */
  #isOver({ end }: Mail["slot"]): boolean {
    return this.#pass !== undefined && this.#pass.at.getTime() - end.getTime() > DAY_MS;
  }

  #drawConclusions(outcomes: readonly PassOutcome[]): void {
    const ran = outcomes.filter(({ kind }) => kind !== "busy");
    for (const [id, event] of this.events) {
      const rows = ran.map((outcome) => statementOf(outcome, id));
      const isNamed = rows.some((row) => row !== "not looked at");
      if (!isNamed) continue;
      const isClean = rows.every((row) => row === "not looked at" || (row !== "untold" && isSettled(row)));
      if (isClean) event.doubt = undefined;
      else event.doubt ??= this.#newDoubt(event);
      this.#forget(
        id,
        event,
        rows.filter((row) => typeof row === "object"),
      );
    }
  }

  #newDoubt(event: Followed): Doubt {
    const mails = event.mails.filter((mail) => !this.#mails.includes(mail)).length;
    return { mails, isUnchanged: event.seen.length <= 1 };
  }

  /** Who was reported as not coming any more has been forgotten: who comes back is to be announced. */
  #forget(id: string, event: Followed, rows: readonly ReportedRow[]): void {
    const wasSent = this.#mails.some((mail) => mail.event === id);
    const telling = rows.filter(
      (row) => isSettled(row) && row.reason !== "cancelled" && !(wasSent && row.action !== "sent"),
    );
    if (!event.known || telling.length === 0) return;
    // In which order two runs looked and wrote is not known: whom one of them saw may be remembered.
    const remembered = telling.map((row) => row.attendees).reduce(inEither);
    event.known = { ...event.known, people: inBoth(event.known.people, remembered) };
  }

  #find(what: Finding["what"], event: string | undefined, why: string): void {
    this.verdict.findings.push({ what, ...(event === undefined ? {} : { event }), why });
  }
}

const RESENT = "resent_unverified";

function isResent(rows: readonly ReportedRow[], id: string): boolean {
  return rows.some(({ event, reason }) => event === id && reason === RESENT);
}

const DAY_MS = 24 * 60 * 60_000;
/** SENT_ITEMS_DELAY_MINUTES, and an hour. */
const ASKED_FOR_MS = 70 * 60_000;

/** What a host knows that believes the latest notice. */
function toldBy(mail: Mail, before: Announcement | undefined): Announcement {
  const isNew = !before || outgrows(mail.slot, before.slot);
  return { slot: mail.slot, people: isNew ? mail.people : inEither(before.people, mail.people) };
}

function covers(mark: Announcement | undefined, { slot, people }: Announcement): boolean {
  return mark !== undefined && !outgrows(slot, mark.slot) && isWithin(people, mark.people);
}

function isSame(one: Announcement, other: Announcement): boolean {
  return sameSlot(one.slot, other.slot) && areSame(one.people, other.people);
}

function textOf({ slot, people, messageId }: Mail): string {
  return `${slotText(slot)} with ${[...people].join(", ")} ${messageId}`;
}
