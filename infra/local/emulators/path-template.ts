/**
 * What stands for the `{parameters}` of a template such as `/rooms/{roomId}`; undefined when a path is another.
 * @param segments  of the path, decoded
 * @param options.ignoreCase  of the words between the parameters
 */
export function matchTemplate(
  template: string,
  segments: readonly string[],
  { ignoreCase = false }: { ignoreCase?: boolean } = {},
): Record<string, string> | undefined {
  const parts = template.split("/").slice(1);
  if (parts.length !== segments.length) return undefined;
  const parameters: Record<string, string> = {};
  for (const [index, part] of parts.entries()) {
    const segment = segments[index] ?? "";
    if (part.startsWith("{")) parameters[part.slice(1, -1)] = segment;
    else if (part !== segment && !(ignoreCase && part.toLowerCase() === segment.toLowerCase()))
      return undefined;
  }
  return parameters;
}
