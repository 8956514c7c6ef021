/**
 * What looking for a sent mail by its Message-ID came to.
 * - `found`: it was sent.
 * - `not_found`: the search was carried out to its end and did not see it. Right after a send this means nothing yet.
 * - `unread`: the search failed, so nothing is known. It is never "not found".
 */
export type Sighting = { state: "found" } | { state: "not_found" } | { state: "unread"; error: string };
