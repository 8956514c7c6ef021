import { batchGet, type PartAnswer } from "./batch.ts";
import { runChains, type Step, type StepOutcome } from "./batch-chains.ts";
import type { GraphRoad } from "./graph-road.ts";

/** What reading an open extension came to. A read that failed is not "absent". */
export type ExtensionReading =
  | { state: "present"; extension: unknown }
  | { state: "absent" }
  | { state: "unread"; error: string };

/**
 * Reads one open extension of many events, twenty events a request.
 * Permission: Calendars.Read (delegated)
 * @see https://learn.microsoft.com/graph/api/opentypeextension-get
 */
export async function readOpenExtensions(
  graph: GraphRoad,
  eventIds: string[],
  name: string,
): Promise<Map<string, ExtensionReading>> {
  const parts = await batchGet(
    graph,
    eventIds.map((id) => extensionPath(id, name)),
  );
  const readings = new Map<string, ExtensionReading>();
  for (const [index, part] of parts.entries()) readings.set(eventIds[index] ?? "", readingOf(part));
  return readings;
}

/** All properties of an open extension on an event: PATCH drops those that it does not carry. */
export interface ExtensionWrite {
  eventId: string;
  name: string;
  properties: Record<string, unknown>;
  /** Whether the extension is there already: POST makes it, PATCH changes it. */
  exists: boolean;
}

/**
 * One write, as a step of a batch. Outlook merges a POST into an extension of the same name, so twice does no harm.
 * Permission: Calendars.ReadWrite (delegated)
 * @see https://learn.microsoft.com/graph/api/opentypeextension-post-opentypeextension
 * @see https://learn.microsoft.com/graph/api/opentypeextension-update
 */
export function extensionStep(write: ExtensionWrite, attempts: number): Step {
  const { eventId, name, properties, exists } = write;
  const body = { "@odata.type": "microsoft.graph.openTypeExtension", extensionName: name, ...properties };
  const collection = `/me/events/${encodeURIComponent(eventId)}/extensions`;
  return exists
    ? { method: "PATCH", url: extensionPath(eventId, name), body, harmless: true, attempts }
    : { method: "POST", url: collection, body, harmless: true, attempts };
}

/**
 * Writes an open extension on each of some events, all in one request. Each is tried for as long as there is time:
 * what an extension remembers has happened already.
 * @returns in the order of the writes, why one came to nothing
 */
export async function writeOpenExtensions(
  graph: GraphRoad,
  writes: readonly ExtensionWrite[],
  signal: AbortSignal,
): Promise<(string | undefined)[]> {
  const first = await runWrites(graph, writes, signal);
  // Somebody may have made or removed one since it was read; the service says so.
  const contrary = writes.map((write) => ({ ...write, exists: !write.exists }));
  const again = [...writes.keys()].filter((index) => isContradicted(writes[index], first[index]));
  const second = await runWrites(
    graph,
    again.flatMap((index) => contrary[index] ?? []),
    signal,
  );
  return first.map((outcome, index) => {
    const position = again.indexOf(index);
    return (position < 0 ? outcome : second[position])?.error;
  });
}

const PATIENT_ATTEMPTS = 20;

async function runWrites(
  graph: GraphRoad,
  writes: readonly ExtensionWrite[],
  signal: AbortSignal,
): Promise<StepOutcome[]> {
  if (writes.length === 0) return [];
  const chains = writes.map((write) => [extensionStep(write, PATIENT_ATTEMPTS)]);
  return (await runChains(graph, chains, { signal })).flat();
}

function isContradicted(write: ExtensionWrite | undefined, outcome: StepOutcome | undefined): boolean {
  return outcome?.state === "answered" && outcome.status === (write?.exists ? 404 : 409);
}

function extensionPath(eventId: string, name: string): string {
  return `/me/events/${encodeURIComponent(eventId)}/extensions/${encodeURIComponent(name)}`;
}

function readingOf(part: PartAnswer): ExtensionReading {
  if ("error" in part) return { state: "unread", error: part.error };
  if (part.status === 200) return { state: "present", extension: part.body };
  if (part.status === 404) return { state: "absent" };
  return { state: "unread", error: `Microsoft Graph answered ${part.status}` };
}
