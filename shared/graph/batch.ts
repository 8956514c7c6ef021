import { messageOf } from "../error-message.ts";
import { type AnsweredPart, type BatchReach, PARTS_PER_BATCH, sendBatch } from "./batch-request.ts";
import type { GraphRoad } from "./graph-road.ts";
import type { Patience } from "./patience.ts";

/** The answer to one part of a batch (200 for the whole says nothing about it), or why there is none. */
export type PartAnswer = { status: number; body: unknown } | { error: string };

/**
 * Reads many paths, twenty a request. What was throttled or failed in passing is asked again, and only that; one batch
 * that fails takes none of the others with it.
 * @param paths  relative to the version, such as `/me/events/…`
 * @param options.reach  of one mailbox, which bears one batch at a time, unless given; those of many mailboxes are in
 *   flight side by side, as many as the road lets go at once
 * @returns the answers in the order of the paths
 */
export async function batchGet(
  graph: GraphRoad,
  paths: readonly string[],
  { reach = "one mailbox" }: { reach?: BatchReach } = {},
): Promise<PartAnswer[]> {
  const starts = Array.from(
    { length: Math.ceil(paths.length / PARTS_PER_BATCH) },
    (_, index) => index * PARTS_PER_BATCH,
  );
  const read = (start: number): Promise<PartAnswer[]> =>
    readAll(graph, paths.slice(start, start + PARTS_PER_BATCH), reach);
  if (reach === "many mailboxes") return (await Promise.all(starts.map(read))).flat();
  const answers: PartAnswer[] = [];
  for (const start of starts) answers.push(...(await read(start)));
  return answers;
}

async function readAll(graph: GraphRoad, paths: readonly string[], reach: BatchReach): Promise<PartAnswer[]> {
  const answers = paths.map((): PartAnswer => LEFT_OUT);
  let open = [...paths.keys()];
  for (let tries = 1; open.length > 0; tries += 1) {
    const parts = await readOnce(
      graph,
      open.map((index) => paths[index] ?? ""),
      reach,
    );
    const asked = open;
    for (const [position, index] of asked.entries()) answers[index] = answerOf(parts[position]);
    const isOpen = (part: Part): boolean => mayPass(part, tries, graph.patience);
    open = asked.filter((_, position) => isOpen(parts[position]));
    if (open.length === 0 || !(await pauseFor(graph, parts.filter(isOpen), tries))) break;
  }
  return answers;
}

type Part = AnsweredPart | { error: string } | undefined;

async function readOnce(graph: GraphRoad, paths: string[], reach: BatchReach): Promise<Part[]> {
  const requests = paths.map((url) => ({ method: "GET" as const, url }));
  try {
    // Outlook runs four parts of a batch side by side, which is all that a mailbox may have in flight.
    return await sendBatch(graph, requests, "parallel", {
      harmless: true,
      alone: reach === "one mailbox",
      reach,
    });
  } catch (error) {
    const message = messageOf(error);
    return paths.map(() => ({ error: message }));
  }
}

/** As long as the most patient of the parts asks for. False when there were tries enough, or the deadline came first. */
async function pauseFor({ patience }: GraphRoad, parts: Part[], tries: number): Promise<boolean> {
  if (tries >= patience.attempts) return false;
  const asked = parts.flatMap((part) =>
    part && "status" in part ? (patience.retryAfterMs(part) ?? []) : [],
  );
  const pauseMs = patience.pauseMs(tries, asked.length > 0 ? Math.max(...asked) : undefined);
  return pauseMs !== undefined && patience.pause(pauseMs);
}

/**
 * Whether a part is worth another try, and soon. The whole batch was tried again already, so a part that has no answer for
 * its sake is not; one that asks for more patience than there is must not cost the others their try.
 */
function mayPass(part: Part, tries: number, patience: Patience): boolean {
  if (!part) return true;
  if ("error" in part) return false;
  // The token has run out on the way; the next batch brings a new one.
  if (part.status === 401) return tries === 1;
  if (part.status !== 429 && part.status < 500) return false;
  return patience.pauseMs(tries, patience.retryAfterMs(part)) !== undefined;
}

const LEFT_OUT = { error: "Microsoft Graph left the question out of its answer to a $batch" };

function answerOf(part: Part): PartAnswer {
  if (!part) return LEFT_OUT;
  return "error" in part ? part : { status: part.status, body: part.body };
}
