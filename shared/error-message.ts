/**
 * What an error says, and never nothing: the storage clients' errors are mute when a service answers without a body, and
 * whoever is told of a failure by a text must not take that for none.
 */
export function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error) || "nothing is known of it";
  return error.message || (error.cause === undefined ? error.name : messageOf(error.cause));
}
