/**
 * What an error says, and never nothing: the storage clients' errors are mute when a service answers without a body, and
 * whoever is told of a failure by a text must not take that for none.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error) || "nothing is known of it";
  return error.message || (error.cause === undefined ? error.name : messageOf(error.cause));
}

/** The first line of that: the storage clients say in further ones what only their support can read. */
export function firstLineOf(error: unknown): string {
  const [line = ""] = messageOf(error).split("\n", 1);
  return line || "it did not say why";
}
