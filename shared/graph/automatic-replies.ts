import { batchGet, type PartAnswer } from "./batch.ts";
import type { GraphRoad } from "./graph-road.ts";

/**
 * The automatic replies of many users, twenty a request.
 * @param users  their ids
 * @returns the answers in the order of the users, their bodies as Graph gave them
 * Permission: MailboxSettings.Read (application)
 * @see https://learn.microsoft.com/graph/api/user-get-mailboxsettings
 */
export function fetchAutomaticReplies(graph: GraphRoad, users: readonly string[]): Promise<PartAnswer[]> {
  const paths = users.map((id) => `/users/${encodeURIComponent(id)}/mailboxSettings/automaticRepliesSetting`);
  return batchGet(graph, paths, { reach: "many mailboxes" });
}
