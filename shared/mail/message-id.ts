import { createHash } from "node:crypto";

/**
 * A Message-ID that follows from what a mail is about: the same for each attempt to send it.
 * @param facts  as JSON writes them
 * @param domain  right of the `@`; a name of ours, so that nobody else makes the same
 * @returns with angle brackets
 * @see https://www.rfc-editor.org/rfc/rfc5322#section-3.6.4
 */
export function factsMessageId(facts: readonly unknown[], domain: string): string {
  return `<${createHash("sha256").update(JSON.stringify(facts)).digest("hex").slice(0, 40)}@${domain}>`;
}
