import { factsMessageId } from "../mail/message-id.ts";
import type { Subject } from "./remedy.ts";
import type { Warning } from "./watch.ts";

/**
 * The Message-ID of a warning: the same for each attempt to send it, so that a mailbox which got it twice can tell.
 * @param domain  right of the `@`
 * @returns with angle brackets
 */
export function warningMessageId(subject: Subject, warning: Warning, domain: string): string {
  const what =
    subject.kind === "connection"
      ? [subject.provider, subject.connection]
      : [subject.provider, subject.kind, subject.secret];
  const when =
    warning.kind === "dead"
      ? [warning.since.toISOString()]
      : [warning.expiresAt.toISOString(), ...warning.warnedDays];
  return factsMessageId([warning.kind, ...what, ...when], domain);
}
