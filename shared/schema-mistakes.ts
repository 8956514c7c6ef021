import type { z } from "zod";

/**
 * What is wrong with a value, each mistake with its path, in one text.
 * @param options.at  what the value is a part of, before each path
 * @param options.most  so many are told; all of them unless given
 */
export function mistakesOf(
  { issues }: z.ZodError,
  { at = [], most = issues.length }: { at?: readonly string[]; most?: number } = {},
): string {
  const told = issues.slice(0, most).map(({ path, message }) => {
    const place = [...at, ...path].join(".");
    return place === "" ? message : `${place}: ${message}`;
  });
  const rest = issues.length - told.length;
  return [...told, ...(rest > 0 ? [`and ${rest} more`] : [])].join("; ");
}
