import * as z from "zod";
import { GraphAnswerError } from "./graph-error.ts";
import type { GraphRoad } from "./graph-road.ts";

/** The answer to one part of a batch (200 for the whole says nothing about it), or why there is none. */
export type PartAnswer = { status: number; body: unknown } | { error: string };

/** @see https://learn.microsoft.com/graph/json-batching#batch-size-limitations */
const PARTS_PER_BATCH = 20;

const BatchAnswer = z.object({
  responses: z.array(z.object({ id: z.string(), status: z.number(), body: z.unknown().optional() })),
});

/**
 * Reads many paths, twenty a request. One batch that fails takes none of the others with it.
 * @param paths  relative to the version, such as `/me/events/…`
 * @returns the answers in the order of the paths
 */
export async function batchGet(graph: GraphRoad, paths: string[]): Promise<PartAnswer[]> {
  const answers: PartAnswer[] = [];
  for (let first = 0; first < paths.length; first += PARTS_PER_BATCH) {
    const chunk = paths.slice(first, first + PARTS_PER_BATCH);
    try {
      answers.push(...(await batchOnce(graph, chunk)));
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      answers.push(...chunk.map(() => ({ error: message })));
    }
  }
  return answers;
}

async function batchOnce(graph: GraphRoad, paths: string[]): Promise<PartAnswer[]> {
  const requests = paths.map((url, index) => ({ id: String(index), method: "GET", url }));
  // Outlook runs four parts of a batch side by side, which is all that a mailbox may have in flight.
  const answer = BatchAnswer.safeParse(
    await graph.write("POST", "/$batch", { requests }, { harmless: true, alone: true }),
  );
  if (!answer.success) throw new GraphAnswerError("Microsoft Graph answered a $batch in an unknown form.");
  const byId = new Map(answer.data.responses.map((part) => [part.id, part]));
  return paths.map((_, index) => {
    const part = byId.get(String(index));
    return part
      ? { status: part.status, body: part.body }
      : { error: "Microsoft Graph left the question out of its answer to a $batch" };
  });
}
