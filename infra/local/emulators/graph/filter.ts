import type { Json } from "./call.ts";
import { isObject } from "./call.ts";
import { GraphError } from "./graph-error.ts";

export interface Comparison {
  /** Such as internetMessageId or start/dateTime. */
  path: string;
  value: string | boolean;
}

const COMPARISON = /^\s*([\w/]+)\s+eq\s+(?:'((?:[^']|'')*)'|(true|false))\s*(?:and\s|$)/i;

/**
 * The part of $filter that is emulated: `property eq 'value'`, joined by `and`.
 * @throws {GraphError} 400: anything else, in Exchange's words for a filter it cannot use
 */
export function readFilter(filter: string): Comparison[] {
  const comparisons: Comparison[] = [];
  let rest = filter;
  while (rest.trim() !== "") {
    const [matched, path, text, truth] = COMPARISON.exec(rest) ?? [];
    if (matched === undefined || path === undefined) {
      throw new GraphError(
        400,
        "ErrorInvalidUrlQueryFilter",
        "The query filter contains one or more invalid nodes.",
      );
    }
    comparisons.push({ path, value: text?.replaceAll("''", "'") ?? truth?.toLowerCase() === "true" });
    rest = rest.slice(matched.length);
  }
  return comparisons;
}

export function matches(resource: Json, comparisons: Comparison[]): boolean {
  return comparisons.every(({ path, value }) => valueAt(resource, path) === value);
}

/** The value at a path such as start/dateTime. */
export function valueAt(resource: Json, path: string): unknown {
  return path
    .split("/")
    .reduce<unknown>((value, name) => (isObject(value) ? value[name] : undefined), resource);
}
