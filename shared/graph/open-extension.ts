import { batchGet, type PartAnswer } from "./batch.ts";
import { GraphServiceError } from "./graph-error.ts";
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

/**
 * Writes all properties of an open extension on an event. PATCH drops the properties it does not carry, so all are given each time.
 * @param exists  whether the extension is there already: POST makes it, PATCH changes it
 * Permission: Calendars.ReadWrite (delegated)
 * @see https://learn.microsoft.com/graph/api/opentypeextension-post-opentypeextension
 * @see https://learn.microsoft.com/graph/api/opentypeextension-update
 */
export async function writeOpenExtension(
  graph: GraphRoad,
  eventId: string,
  name: string,
  properties: Record<string, unknown>,
  exists: boolean,
): Promise<void> {
  const body = { "@odata.type": "microsoft.graph.openTypeExtension", extensionName: name, ...properties };
  const patch = (): Promise<unknown> => graph.write("PATCH", extensionPath(eventId, name), body, PERSISTENT);
  // Outlook merges a POST into an extension of the same name, so sending it twice does no harm.
  const post = (): Promise<unknown> =>
    graph.write("POST", `/me/events/${encodeURIComponent(eventId)}/extensions`, body, PERSISTENT);
  // Somebody may have made or removed it since it was read; the service says so.
  const [first, second, contrary] = exists ? ([patch, post, 404] as const) : ([post, patch, 409] as const);
  try {
    await first();
  } catch (error) {
    if (!(error instanceof GraphServiceError && error.status === contrary)) throw error;
    await second();
  }
}

/** What an extension remembers has happened already: it is tried for as long as the pass has time. */
const PERSISTENT = { harmless: true, attempts: 20 };

function extensionPath(eventId: string, name: string): string {
  return `/me/events/${encodeURIComponent(eventId)}/extensions/${encodeURIComponent(name)}`;
}

function readingOf(part: PartAnswer): ExtensionReading {
  if ("error" in part) return { state: "unread", error: part.error };
  if (part.status === 200) return { state: "present", extension: part.body };
  if (part.status === 404) return { state: "absent" };
  return { state: "unread", error: `Microsoft Graph answered ${part.status}` };
}
