import { fetchAutomaticReplies } from "../graph/automatic-replies.ts";
import type { PartAnswer } from "../graph/batch.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import { parseReplies } from "./automatic-replies.ts";
import type { MonitoredUser } from "./monitored-user.ts";
import type { RepliesReading } from "./plan.ts";

export interface RepliesReadings {
  /** By users' ids; who is missing could not be asked about this time. */
  readings: Map<string, RepliesReading>;
  missing: number;
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
  const found: RepliesReadings = { readings: new Map(), missing: 0, why: undefined };
  for (const [index, id] of ids.entries()) {
    const answer = answers[index];
    const reading = answer && readingOf(answer);
    if (reading) found.readings.set(id, reading);
    else {
      found.missing += 1;
      found.why ??= answer && reasonOf(answer);
    }
  }
  return found;
}

const UNREADABLE: Readonly<Record<number, string>> = {
  403: "Microsoft Graph does not let the app read this mailbox's settings (403). Grant it MailboxSettings.Read as an application permission, and check whether it is limited to other mailboxes.",
  404: "There is no such user or mailbox any more, or it is not in Exchange Online (404). Have the mediator stop monitoring them, or give them a mailbox.",
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
