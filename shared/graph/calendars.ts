import * as z from "zod";
import type { GraphRoad } from "./graph-road.ts";

const Calendar = z.object({
  id: z.string(),
  name: z
    .string()
    .nullish()
    .transform((name) => name ?? ""),
});
export type Calendar = z.infer<typeof Calendar>;

/**
 * Every calendar of the signed-in account.
 * Permission: Calendars.Read (delegated)
 * @see https://learn.microsoft.com/graph/api/user-list-calendars
 */
export function listCalendars(graph: GraphRoad): Promise<Calendar[]> {
  return graph.list("/me/calendars", Calendar, { query: { $select: "id,name", $top: "100" } });
}
