import type { EmulatorAnswer } from "../emulator.ts";
import { isInTenant } from "./accounts.ts";
import type { TenantCall } from "./call.ts";
import { option } from "./call.ts";
import { GraphError } from "./graph-error.ts";
import { selected, wholeNumber, withoutVersion } from "./odata.ts";
import type { GraphState, MailboxState } from "./state.ts";
import { readUserFilter } from "./user-filter.ts";
import { ONLY_SELECTED, renderUser, shownTo } from "./users.ts";

// What they cost, in resource units, is at
// https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
const COST = 2;

/**
 * The default and the maximum.
 * @see https://learn.microsoft.com/graph/api/user-list
 * @see https://learn.microsoft.com/graph/api/group-list-transitivemembers
 */
const PAGE = { default: 100, max: 999 };

/** The users of the tenant, guests among them. @see https://learn.microsoft.com/graph/api/user-list */
export function listUsers(call: TenantCall, { mailboxes }: GraphState): EmulatorAnswer {
  return usersAnswer(call, mailboxes, COST);
}

/**
 * Those of the users who are in the caller's tenant. The directory counts, and filters by some operators, only for a
 * request that says it does not mind being a little behind.
 * @param cost  of the request, in resource units
 * @see https://learn.microsoft.com/graph/aad-advanced-queries
 */
export function usersAnswer(call: TenantCall, users: readonly MailboxState[], cost: number): EmulatorAnswer {
  const eventual = call.headers["consistencylevel"]?.toString().toLowerCase() === "eventual";
  const isAdvanced = eventual && option(call, "$count")?.toLowerCase() === "true";
  const accept = readUserFilter(option(call, "$filter") ?? "", isAdvanced);
  const found = users.filter((mailbox) => isInTenant(mailbox, call.caller) && accept(mailbox.user));
  const [from, top] = [startOf(call), pageSize(call)];
  const shape = { type: "user", onlySelected: ONLY_SELECTED };
  const select = option(call, "$select");
  return {
    status: 200,
    headers: { "x-ms-resource-unit": String(cost) },
    body: {
      "@odata.context": `${call.root}/$metadata#users${select === undefined ? "" : `(${select})`}`,
      ...(isAdvanced ? { "@odata.count": found.length } : {}),
      ...(from + top < found.length ? { "@odata.nextLink": nextLink(call, from + top) } : {}),
      value: found
        .slice(from, from + top)
        .map(({ user }) => selected(call, renderUser(user, shownTo(call)), shape)),
    },
  };
}

/** The words are the service's: https://github.com/turbot/steampipe-plugin-azuread (the limit of its user table) */
function pageSize(call: TenantCall): number {
  const top = wholeNumber(call, "$top") ?? PAGE.default;
  if (top >= 1 && top <= PAGE.max) return Math.min(top, call.largestPage);
  throw new GraphError(
    400,
    "Request_UnsupportedQuery",
    `Invalid page size specified: '${top}'. Must be between 1 and ${PAGE.max} inclusive.`,
  );
}

/** The link to the next page is the service's own: where it goes on is in a token, not in $skip. */
function nextLink({ root, path, query }: TenantCall, from: number): string {
  const next = new URLSearchParams(query);
  next.set("$skiptoken", Buffer.from(String(from)).toString("base64url"));
  return `${root}${withoutVersion(path)}?${next.toString()}`;
}

function startOf(call: TenantCall): number {
  if (option(call, "$skip") !== undefined) {
    throw new GraphError(400, "Request_BadRequest", "'$skip' is not supported by the service.");
  }
  const token = option(call, "$skiptoken");
  return token === undefined ? 0 : Number(Buffer.from(token, "base64url").toString("utf8"));
}
