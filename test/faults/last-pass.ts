import {
  type Announcement,
  type EventState,
  type History,
  outgrows,
  type ReportedRow,
  slotText,
} from "./history.ts";
import { missingFrom } from "./people.ts";

/** What is wrong with a history. */
export interface Finding {
  what:
    | "lost"
    | "doubled"
    | "unreported duplicate"
    | "untrue notice"
    | "untrue report"
    | "Message-ID"
    | "unsettled";
  event?: string;
  why: string;
}

/** What is known of an event at the end. */
export interface Known {
  state: EventState | undefined;
  /** What the host was told; who was reported as having left is not in it any more. */
  known: Announcement | undefined;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Nothing is due at the end, nothing is pending, and the host knows all that is to be known. */
export function findingsAtTheEnd(
  history: History,
  events: ReadonlyMap<string, Known>,
  { windowDays }: { windowDays: number },
): Finding[] {
  const [last, before] = history.filter((item) => item.kind === "pass begins").toReversed();
  const end = history.findLast((item) => item.kind === "pass ends");
  if (!last || !end) return [{ what: "unsettled", why: "there was no pass" }];
  const [outcome, ...others] = end.outcomes;
  if (outcome?.kind !== "reported" || others.length > 0 || outcome.status !== "ok") {
    return [{ what: "unsettled", why: `the last pass ended as ${JSON.stringify(end.outcomes)}` }];
  }
  const windowEnd = new Date(last.at.getTime() + windowDays * DAY_MS);
  const windowEndBefore = new Date((before ?? last).at.getTime() + windowDays * DAY_MS);
  return [
    ...outcome.rows.flatMap((row) => unsettled(row, events.get(row.event), windowEndBefore)),
    ...[...events].flatMap(([event, known]) => lost(event, known, { from: last.at, to: windowEnd })),
  ];
}

function unsettled(row: ReportedRow, known: Known | undefined, windowEndBefore: Date): Finding[] {
  const { event, action, reason, error } = row;
  if (action === "skipped" && error === undefined) return [];
  // The pass before could not see it yet.
  const isNew = known?.state !== undefined && known.state.slot.start >= windowEndBefore;
  if (action === "sent" && error === undefined && isNew) return [];
  return [{ what: "unsettled", event, why: `the last pass still had it ${action} (${reason})` }];
}

function lost(event: string, { state, known }: Known, window: { from: Date; to: Date }): Finding[] {
  if (!state || state.isCancelled || state.people.size === 0) return [];
  const { slot, people } = state;
  if (slot.start >= window.to || slot.end <= window.from) return [];
  const finding = (why: string): Finding[] => [{ what: "lost", event, why }];
  if (!known) return finding("it was never announced");
  if (outgrows(slot, known.slot)) {
    return finding(`the host was told ${slotText(known.slot)}, and it is ${slotText(slot)}`);
  }
  const untold = missingFrom(known.people, people);
  return untold.length > 0 ? finding(`the host was not told of ${untold.join(", ")}`) : [];
}
