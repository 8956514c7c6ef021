import { createHash } from "node:crypto";

/** A key has room for 1 KiB of UTF-16. */
const LONGEST = 512;
const HASH_LENGTH = 64;

// Forbidden are / \ # ? and control characters. `%` is known to confuse the service, a surrogate without its other
// half has no UTF-8 form, and `!` is how an encoded character begins.
const ENCODED = /[/\\#?%!]|\p{Cc}|\p{Cs}/gu;

/**
 * Makes a PartitionKey or RowKey of any text: different texts give different keys, and an ordinary text stays as it is.
 * A text too long for a key keeps its beginning, and a hash stands for the rest.
 * @see https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model#characters-disallowed-in-key-fields
 */
export function encodeKey(text: string): string {
  const key = text.replace(
    ENCODED,
    (character) => `!${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  if (key.length <= LONGEST) return key;
  const hash = createHash("sha256").update(key).digest("hex");
  // `!~` begins no encoded character, so no short text ends up here by itself.
  // The cut may go through a character of two halves.
  return `${key.slice(0, LONGEST - HASH_LENGTH - 2).toWellFormed()}!~${hash}`;
}
