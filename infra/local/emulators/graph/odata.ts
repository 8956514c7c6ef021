import type { EmulatorAnswer } from "../emulator.ts";
import type { Call, Json, TenantCall } from "./call.ts";
import { option, textOf } from "./call.ts";
import type { Comparison } from "./filter.ts";
import { matches, readFilter, valueAt } from "./filter.ts";
import { GraphError, badRequest } from "./graph-error.ts";

/** A collection, and how its items look. */
export interface Listing<T> {
  /** In the order in which the service gives them when no other is asked for. */
  items: T[];
  /** The type in messages, such as event. */
  type: string;
  /** The whole resource: every property there is, undefined where this item has none. */
  render: (item: T) => Json;
  /** What an item is sorted by, where it is not what `render` states. */
  sortKey?: (item: T, path: string) => number | undefined;
  /** Properties that only appear when $select names them. */
  onlySelected?: readonly string[];
  headers?: Record<string, string>;
}

/**
 * The sizes of a page.
 * - default 10 and 1 to 1000: https://learn.microsoft.com/graph/api/user-list-messages
 * - 1 to 1000: https://learn.microsoft.com/graph/api/calendar-list-calendarview
 * - default 10 for calendars too: https://github.com/PTST/O365-HomeAssistant/issues/93, and for contacts:
 *   https://github.com/microsoftgraph/msgraph-sdk-javascript/issues/188
 */
export const PAGE = { default: 10, max: 1000 };

/** Answers a GET of a collection: filter, order, page, selection, and the link to the rest. */
export function listAnswer<T>(call: Call, listing: Listing<T>): EmulatorAnswer {
  const filter = readFilter(option(call, "$filter") ?? "");
  const order = readOrder(option(call, "$orderby") ?? "");
  refuseInefficient(filter, order);
  const found = sorted(filtered(listing, filter), order, listing);
  const [top, skip] = [pageSize(call), wholeNumber(call, "$skip") ?? 0];
  const page = found.slice(skip, skip + top);
  return {
    status: 200,
    ...(listing.headers ? { headers: listing.headers } : {}),
    body: {
      "@odata.context": contextOf(call),
      ...(option(call, "$count") === "true" ? { "@odata.count": found.length } : {}),
      value: page.map((item) => selected(call, listing.render(item), listing)),
      ...(skip + top < found.length ? { "@odata.nextLink": nextLink(call, skip + top) } : {}),
    },
  };
}

/** Answers with one resource. */
export function entityAnswer(
  call: Call,
  resource: Json,
  { type, onlySelected = [], headers = {} }: Pick<Listing<never>, "type" | "onlySelected" | "headers">,
  status = 200,
): EmulatorAnswer {
  const shown = selected(call, resource, { type, onlySelected });
  return { status, headers, body: { "@odata.context": `${contextOf(call)}/$entity`, ...shown } };
}

/**
 * What $select leaves of a resource; the id, annotations and expanded relations stay in any case.
 * @throws {GraphError} 400: no such property
 */
export function selected(
  call: TenantCall,
  resource: Json,
  { type, onlySelected = [] }: Pick<Listing<never>, "type" | "onlySelected">,
): Json {
  const names = (option(call, "$select") ?? "")
    .split(",")
    .map((name) => name.trim())
    .filter(Boolean);
  const unknown = names.find((name) => !(name in resource) && !onlySelected.includes(name));
  if (unknown !== undefined) {
    throw badRequest(
      `Parsing OData Select and Expand failed: Could not find a property named '${unknown}' on type 'microsoft.graph.${type}'.`,
    );
  }
  const kept = (name: string): boolean =>
    name === "id" || name === "extensions" || name.includes("@odata.") || names.includes(name);
  const hidden = (name: string): boolean => (names.length === 0 ? onlySelected.includes(name) : !kept(name));
  return Object.fromEntries(
    Object.entries(resource).filter(([name, value]) => value !== undefined && !hidden(name)),
  );
}

function filtered<T>({ items, render }: Listing<T>, comparisons: Comparison[]): T[] {
  return comparisons.length === 0 ? items : items.filter((item) => matches(render(item), comparisons));
}

interface Order {
  path: string;
  descending: boolean;
}

function readOrder(orderby: string): Order[] {
  const parts = orderby.split(",").filter((part) => part.trim() !== "");
  return parts.map((part) => {
    const [path = "", direction = "asc"] = part.trim().split(/\s+/);
    return { path, descending: direction.toLowerCase() === "desc" };
  });
}

function sorted<T>(items: T[], order: Order[], { render, sortKey }: Listing<T>): T[] {
  if (order.length === 0) return items;
  const keys = new Map(
    items.map((item) => [
      item,
      order.map(({ path }) => sortKey?.(item, path) ?? valueAt(render(item), path)),
    ]),
  );
  return items.toSorted((one, other) => {
    for (const [index, { descending }] of order.entries()) {
      const difference = compare(keys.get(one)?.[index], keys.get(other)?.[index]);
      if (difference !== 0) return descending ? -difference : difference;
    }
    return 0;
  });
}

function compare(one: unknown, other: unknown): number {
  if (typeof one === "number" && typeof other === "number") return one - other;
  return (textOf(one) ?? "").localeCompare(textOf(other) ?? "", "en");
}

/**
 * A client that sorts by one property and filters by others gets the vendor's refusal.
 * @see https://learn.microsoft.com/graph/api/user-list-messages (Using filter and orderby in the same query)
 */
function refuseInefficient(filter: Comparison[], order: Order[]): void {
  if (filter.length === 0 || order.every(({ path }, index) => filter[index]?.path === path)) return;
  throw new GraphError(
    400,
    "InefficientFilter",
    "The restriction or sort order is too complex for this operation.",
  );
}

/** Microsoft documents the range and not what lies beyond it; larger numbers have been seen to be cut in silence. */
function pageSize(call: Call): number {
  const top = wholeNumber(call, "$top") ?? PAGE.default;
  if (top >= 1 && top <= PAGE.max) return Math.min(top, call.largestPage);
  throw badRequest(`Invalid value '${top}' for $top query option found. It goes from 1 to ${PAGE.max}.`);
}

export function wholeNumber(call: TenantCall, name: string): number | undefined {
  const value = option(call, name);
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value);
  throw badRequest(
    `Invalid value '${value}' for ${name} query option found. The ${name} query option requires a non-negative integer value.`,
  );
}

/** Absolute, with all that was asked for; what was asked for in headers has to be asked for again. */
function nextLink({ root, path, query }: Call, skip: number): string {
  const next = new URLSearchParams(query);
  for (const name of query.keys()) if (name.toLowerCase() === "$skip") next.delete(name);
  next.set("$skip", String(skip));
  return `${root}${withoutVersion(path)}?${next.toString()}`;
}

/** @see https://learn.microsoft.com/graph/api/user-list-messages (the response of its example) */
export function contextOf(call: Call): string {
  const owner = `users('${encodeURIComponent(call.mailbox.user.id)}')`;
  const rest = withoutVersion(call.path)
    .split("/")
    .filter(Boolean)
    .slice(call.parameters["user"] === undefined ? 1 : 2)
    .map((segment) => (segment.length > 30 ? `('${segment}')` : `/${segment}`));
  const select = option(call, "$select");
  return `${call.root}/$metadata#${owner}${rest.join("")}${select === undefined ? "" : `(${select})`}`;
}

export function withoutVersion(path: string): string {
  return path.slice("/v1.0".length);
}
