import * as z from "zod";
import { quoted } from "../odata-literal.ts";
import type { GraphRoad } from "./graph-road.ts";

const FoundUser = z.object({ id: z.string().min(1) });
export type FoundUser = z.infer<typeof FoundUser>;

/** More than one is a mistake in the directory; how many more does not matter. */
const TOP = "5";

/**
 * The users who have an address: as their mail, as the name they sign in with, or as one of those their mailbox takes
 * mail for. One at the most, unless the directory is out of order. `eq` works on all of these without the advanced
 * queries, which would answer from an index that lags behind.
 * Permission: User.Read.All (application)
 * @throws {GraphServiceError | GraphUnreachableError | GraphThrottledError | GraphAnswerError}
 * @see https://learn.microsoft.com/graph/aad-advanced-queries#user-properties
 */
export function findUsersByAddress(graph: GraphRoad, address: string): Promise<FoundUser[]> {
  const $filter = [
    `mail eq ${quoted(address)}`,
    `userPrincipalName eq ${quoted(address)}`,
    // `SMTP:` marks the address that mail is sent from, `smtp:` every other one.
    `proxyAddresses/any(p:p eq ${quoted(`smtp:${address}`)})`,
    `proxyAddresses/any(p:p eq ${quoted(`SMTP:${address}`)})`,
  ].join(" or ");
  return graph.list("/users", FoundUser, { query: { $filter, $select: "id", $top: TOP } });
}
