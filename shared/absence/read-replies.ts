import { fetchAutomaticReplies } from "../graph/automatic-replies.ts";
import type { PartAnswer } from "../graph/batch.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import { parseReplies, type RepliesReading } from "./automatic-replies.ts";
import type { MonitoredUser } from "./monitored-user.ts";

export interface RepliesReadings {
  /** By users' ids; who is missing could not be asked about this time. */
  readings: Map<string, RepliesReading>;
  /** Their ids. */
  missing: string[];
  /** Why one of them is missing. */
  why: string | undefined;
}

/** Reads everybody's automatic replies. What may pass is no answer; what will not pass by itself is said to be unreadable. */
export async function readReplies(
  graph: GraphRoad,
  users: readonly MonitoredUser[],
): Promise<RepliesReadings> {
  const ids = users.map(({ id }) => id);
  const answers = await fetchAutomaticReplies(graph, ids);
  const found: RepliesReadings = { readings: new Map(), missing: [], why: undefined };
  for (const [index, id] of ids.entries()) {
    const answer = answers[index];
    const reading = answer && readingOf(answer);
    if (reading) found.readings.set(id, reading);
    else {
      found.missing.push(id);
      found.why ??= answer && reasonOf(answer);
    }
  }
  return found;
}

const FORBIDDEN =
  "Microsoft Graph does not let the app read this mailbox's settings (403). Grant it MailboxSettings.Read as an application permission, and check whether it is limited to other mailboxes.";

/**
 * Whether it is the app that is kept out, and not that some mailboxes are closed to it.
 * @param problems  why each mailbox could not be read; undefined for one that was
 * @returns what to say of it; undefined when it is not so
 */
export function shutOut(problems: readonly (string | undefined)[]): string | undefined {
  const isSo =
    !problems.includes(undefined) && problems.filter((problem) => problem === FORBIDDEN).length > 1;
  return isSo ? `None of ${problems.length} mailboxes can be read: ${FORBIDDEN}` : undefined;
}

const GONE =
  "There is no such user or mailbox any more, or it is not in Exchange Online (404). Have the mediator stop monitoring them, or give them a mailbox.";

/** Whether the id or its mailbox is not there. */
export function isGone(reading: RepliesReading | undefined): boolean {
  return reading !== undefined && "unreadable" in reading && reading.unreadable === GONE;
}

const UNREADABLE: Readonly<Record<number, string>> = {
  403: FORBIDDEN,
  404: GONE,
};

function readingOf(answer: PartAnswer): RepliesReading | undefined {
  if ("error" in answer) return undefined;
  const { status, body } = answer;
  if (status === 200) return parseReplies(body);
  const unreadable = UNREADABLE[status];
  if (unreadable !== undefined) return { unreadable };
  // A refusal of this request itself stays one.
  if (status === 400) return { unreadable: "Microsoft Graph refuses to read this mailbox's settings (400)." };
  return undefined;
}

function reasonOf(answer: PartAnswer): string {
  return "error" in answer ? answer.error : `Microsoft Graph answered ${answer.status}`;
}
