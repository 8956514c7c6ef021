import * as z from "zod";
import { GraphAnswerError } from "./graph-error.ts";
import type { GraphRoad } from "./graph-road.ts";
import type { AnswerHead } from "./pace.ts";
import type { SendOptions } from "./middleware.ts";

/** @see https://learn.microsoft.com/graph/json-batching#batch-size-limitations */
export const PARTS_PER_BATCH = 20;

/** One request of a batch. */
export interface BatchRequest {
  method: "GET" | "POST" | "PATCH";
  /** Relative to the version, such as `/me/events/…`. */
  url: string;
  body?: unknown;
}

/** The answer to one part of a batch; the names of its headers are in lower case. */
export interface AnsweredPart extends AnswerHead {
  body: unknown;
}

/** Whether the parts wait for one another, each for the one before it, or not at all: Graph refuses all that is between. */
export type BatchOrder = "parallel" | "serial";

/** The part before it failed, so this one was not carried out. */
export const FAILED_DEPENDENCY = 424;

const BatchAnswer = z.object({
  responses: z.array(
    z.object({
      id: z.string(),
      status: z.number(),
      headers: z.record(z.string(), z.unknown()).nullish(),
      body: z.unknown().optional(),
    }),
  ),
});

/**
 * Whose limits the parts of a batch meet: one mailbox's, or each its own. Of many mailboxes one that is busy is no reason
 * to leave the others alone, even when nothing else was asked with it. Only a full batch of which every part is told to
 * wait says that it is the app, or the tenant, that asks too much.
 */
export type BatchReach = "one mailbox" | "many mailboxes";

/**
 * Sends one batch. What its parts say of limits is heeded; nothing in it is repeated but what the options allow for the whole.
 * @returns the answers in the order of the requests; undefined where one was left out
 * @throws {GraphServiceError | GraphUnreachableError | GraphThrottledError | GraphAnswerError} about the whole
 * @see https://learn.microsoft.com/graph/json-batching
 */
export async function sendBatch(
  graph: GraphRoad,
  requests: readonly BatchRequest[],
  order: BatchOrder,
  { reach = "one mailbox", ...options }: SendOptions & { reach?: BatchReach },
): Promise<(AnsweredPart | undefined)[]> {
  const body = { requests: requests.map((request, index) => partOf(request, index, order)) };
  const counted = { ...options, requests: requests.length };
  const answer = BatchAnswer.safeParse(await graph.write("POST", "/$batch", body, counted));
  if (!answer.success) throw new GraphAnswerError("Microsoft Graph answered a $batch in an unknown form.");
  const byId = new Map(answer.data.responses.map((part) => [part.id, part]));
  const parts = requests.map((_, index): AnsweredPart | undefined => {
    const part = byId.get(String(index));
    return part && { status: part.status, headers: inLowerCase(part.headers ?? {}), body: part.body };
  });
  graph.patience.giveBack(parts.filter((part) => part?.status === FAILED_DEPENDENCY).length);
  const isOfAll = parts.length === PARTS_PER_BATCH && parts.every((part) => part?.status === 429);
  if (reach === "one mailbox" || isOfAll) for (const part of parts) if (part) graph.patience.heed(part);
  return parts;
}

function partOf({ method, url, body }: BatchRequest, index: number, order: BatchOrder): object {
  const dependsOn = order === "serial" && index > 0 ? { dependsOn: [String(index - 1)] } : {};
  const part = { id: String(index), method, url, ...dependsOn };
  // Graph refuses the whole batch for a write without a body or without its type.
  return method === "GET"
    ? part
    : { ...part, headers: { "Content-Type": "application/json" }, body: body ?? {} };
}

function inLowerCase(headers: Record<string, unknown>): Map<string, string> {
  return new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), String(value)]));
}
