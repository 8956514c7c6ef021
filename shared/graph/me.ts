import * as z from "zod";
import type { GraphRoad } from "./graph-road.ts";

const Account = z.object({
  userPrincipalName: z.string().nullish(),
  // Personal accounts may have none.
  mail: z.string().nullish(),
  displayName: z.string().nullish(),
});
export type Account = z.infer<typeof Account>;

/**
 * The signed-in account.
 * Permission: User.Read (delegated)
 * @see https://learn.microsoft.com/graph/api/user-get
 */
export function fetchMe(graph: GraphRoad): Promise<Account> {
  return graph.get("/me", Account, { query: { $select: "displayName,mail,userPrincipalName" } });
}
