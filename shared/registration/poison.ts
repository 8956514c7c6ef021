import pLimit from "p-limit";
import type { MessageQueue, PoisonMessage, PoisonQueue } from "../storage/message-queue.ts";
import { newestFirst, type RunHistory } from "../runs/run-history.ts";
import { runIdOf } from "../runs/run-id.ts";
import type { HistoryQuery } from "./run-request.ts";
import type { Run } from "./run.ts";
import { PASSES_QUEUE, readWorkMessage } from "./work-message.ts";

export interface PoisonWorld {
  history: RunHistory<Run>;
  poison: PoisonQueue;
  queue: MessageQueue;
}

const REPORTS_SIDE_BY_SIDE = 16;

/** The passes of messages that were put aside, as runs that failed, newest first: those that came to no report. */
export async function runsPutAside(
  { team, batch, limit }: HistoryQuery,
  { history, poison }: PoisonWorld,
): Promise<Run[]> {
  const rows = (await poison.peek())
    .flatMap(rowsOf)
    .filter((run) => (team ?? run.team) === run.team && (batch ?? run.batch) === run.batch)
    .toSorted(newestFirst)
    .slice(0, limit);
  const sideBySide = pLimit(REPORTS_SIDE_BY_SIDE);
  const ended = await Promise.all(rows.map((run) => sideBySide(() => history.find(run.team, run.runId))));
  return rows.filter((_, index) => ended[index] === undefined);
}

/** The teams of a batch that wait for somebody to put their message back. */
export async function teamsPutAside(batch: string, poison: PoisonQueue): Promise<Set<string>> {
  const messages = (await poison.peek()).map(({ body }) => readWorkMessage(body));
  return new Set(messages.flatMap((message) => (message?.batch === batch ? message.teams : [])));
}

/**
 * Puts the messages of a team back into the queue. Teams that share a message go with it; those that have a report of
 * that batch are not run again.
 * @returns how many messages
 */
export function replayTeam(team: string, { poison, queue }: PoisonWorld): Promise<number> {
  return poison.replay((body) => readWorkMessage(body)?.teams.includes(team) ?? false, queue);
}

function rowsOf({ id, body, insertedAt }: PoisonMessage): Run[] {
  const message = readWorkMessage(body);
  if (!message) return [failedRun(insertedAt, { runId: id, ...UNKNOWN }, FOREIGN)];
  const { batch, attempt, request } = message;
  return message.teams.map((team) => {
    const about = {
      runId: runIdOf({ batch, subject: team, attempt }),
      batch,
      team,
      dryRun: request?.dryRun ?? false,
    };
    return failedRun(insertedAt, about, putAside(team));
  });
}

/** No team can be called so. */
const UNKNOWN = { batch: "?", team: "?", dryRun: false };

const FOREIGN = `A message in the queue ${PASSES_QUEUE}-poison is not one of ours, or of another version of this app. Delete it there, or deploy the version it is of.`;

function putAside(team: string): string {
  return (
    `The platform failed on this pass again and again, and put its message aside; the log tells why. When that is mended, ` +
    `put it back within 7 days: POST /api/registrations/replay with {"team": "${team}"}.`
  );
}

function failedRun(at: Date, about: Pick<Run, "runId" | "batch" | "team" | "dryRun">, message: string): Run {
  const instant = at.toISOString();
  return {
    ...about,
    status: "failed",
    startedAt: instant,
    finishedAt: instant,
    requests: 0,
    warnings: [],
    events: [],
    error: { code: "platform_failed", message },
  };
}
