import type { Clock } from "../clock.ts";
import { effectOf } from "../graph/graph-error.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import { sendMail } from "../graph/send-mail.ts";
import { appendToSent } from "../mail/imap-append.ts";
import type { Logger } from "../log.ts";
import type { MailServer } from "../mail/mail-server.ts";
import { composeMime, type MailContent, type OutgoingMessage } from "../mail/message.ts";
import { MailOutcomeUnknownError, MailRefusedError } from "../mail/smtp-errors.ts";
import { sendBySmtp } from "../mail/smtp-send.ts";

/** What is known after an attempt to send. `unknown` is not repeated in the same pass: it may have gone out. */
export type SendOutcome =
  | { state: "sent"; warnings: string[] }
  | { state: "unknown"; error: string }
  | { state: "refused"; error: string };

export interface Outbox {
  send(mail: MailContent): Promise<SendOutcome>;
}

/** Sends from the signed-in account. */
export function graphOutbox(graph: GraphRoad): Outbox {
  return {
    async send(mail) {
      try {
        await sendMail(graph, mail);
        return { state: "sent", warnings: [] };
      } catch (error) {
        return { state: effectOf(error) === "unknown" ? "unknown" : "refused", error: messageOf(error) };
      }
    },
  };
}

export interface SmtpOutboxOptions {
  from: string;
  smtp: { host: string; port: number };
  imap: { host: string; port: number };
  /** The mailbox's password; `fresh` reads it anew, for when the server has just refused it. */
  password: (options: { fresh: boolean }) => Promise<string>;
  clock: Clock;
  signal: AbortSignal;
  log: Logger;
}

/** Sends through the sender's own mail server, and keeps a copy where its mail program looks for sent mail. */
export function smtpOutbox(options: SmtpOutboxOptions): Outbox {
  const limits = { signal: options.signal, timeoutMs: 30_000 };
  const serverAt = (place: { host: string; port: number }, password: string): MailServer => ({
    ...place,
    user: options.from,
    password,
  });

  /** A password changed by its owner is read again once before the server's refusal counts. */
  async function deliver(
    mime: Buffer,
    recipients: string[],
  ): Promise<{ password: string; rejected: string[] }> {
    const envelope = { from: options.from, to: recipients };
    const password = await options.password({ fresh: false });
    try {
      const { rejected } = await sendBySmtp(serverAt(options.smtp, password), mime, envelope, limits);
      return { password, rejected };
    } catch (error) {
      if (!(error instanceof MailRefusedError && error.reason === "credentials")) throw error;
      const renewed = await options.password({ fresh: true });
      if (renewed === password) throw error;
      const { rejected } = await sendBySmtp(serverAt(options.smtp, renewed), mime, envelope, limits);
      return { password: renewed, rejected };
    }
  }

  return {
    async send(mail) {
      const date = options.clock.now();
      const message: OutgoingMessage = { ...mail, date, from: options.from, headers: {} };
      const mime = await composeMime(message);
      let delivered: { password: string; rejected: string[] };
      try {
        delivered = await deliver(mime, [...mail.to, ...mail.cc]);
      } catch (error) {
        const unknown = error instanceof MailOutcomeUnknownError;
        return { state: unknown ? "unknown" : "refused", error: messageOf(error) };
      }
      const warnings = delivered.rejected.length > 0 ? ["recipient_refused"] : [];
      try {
        await appendToSent(serverAt(options.imap, delivered.password), mime, date, limits);
      } catch (error) {
        // Sent it is; a copy that is missing from a folder is no reason to mail the host twice.
        warnings.push("append_failed");
        options.log.warn(`a notice was sent, but not copied into the sent folder: ${messageOf(error)}`);
      }
      return { state: "sent", warnings };
    },
  };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
