import * as z from "zod";
import type { GraphRoad } from "./graph-road.ts";

const text = z
  .string()
  .nullish()
  .transform((value) => value ?? undefined);

const User = z.object({
  displayName: text,
  mail: text,
  userPrincipalName: text,
  otherMails: z
    .array(z.string())
    .nullish()
    .transform((mails) => mails ?? []),
  department: text,
  accountEnabled: z
    .boolean()
    .nullish()
    .transform((enabled) => enabled ?? undefined),
  /** `Member`, or `Guest`, who is from outside. */
  userType: text,
});
/** A user of the directory; none of these is told unless it is asked for. */
export type GraphUser = z.infer<typeof User>;

const SELECT = "displayName,mail,userPrincipalName,otherMails,department,accountEnabled,userType";
/** The most on a page. */
const TOP = "999";
const QUERY = { $select: SELECT, $top: TOP };

/**
 * Every user of the tenant, page by page, guests among them.
 * Permission: User.Read.All (delegated)
 * @see https://learn.microsoft.com/graph/api/user-list
 */
export function pagesOfUsers(graph: GraphRoad): AsyncGenerator<GraphUser[], void, undefined> {
  return graph.pages("/users", User, { query: QUERY });
}

/**
 * The users in a group, and in the groups within it, page by page.
 * @param group  its id
 * @throws {GraphServiceError} 404: there is no such group
 * Permission: GroupMember.Read.All, and User.Read.All to see more than their ids (delegated)
 * @see https://learn.microsoft.com/graph/api/group-list-transitivemembers
 */
export function pagesOfGroupMembers(
  graph: GraphRoad,
  group: string,
): AsyncGenerator<GraphUser[], void, undefined> {
  return graph.pages(`/groups/${encodeURIComponent(group)}/transitiveMembers/microsoft.graph.user`, User, {
    query: QUERY,
  });
}
