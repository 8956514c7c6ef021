import { messageOf } from "../error-message.ts";
import type { Clock } from "../clock.ts";
import { runChains, type StepOutcome } from "../graph/batch-chains.ts";
import type { GraphRoad } from "../graph/graph-road.ts";
import { type ExtensionWrite, extensionStep } from "../graph/open-extension.ts";
import { sendMailStep } from "../graph/send-mail.ts";
import { appendToSent } from "../mail/imap-append.ts";
import type { Logger } from "../log.ts";
import type { MailServer } from "../mail/mail-server.ts";
import { composeMime, type MailContent, type OutgoingMessage } from "../mail/message.ts";
import { MailOutcomeUnknownError, MailRefusedError } from "../mail/smtp-errors.ts";
import { sendBySmtp } from "../mail/smtp-send.ts";

/** What is known after an attempt to send. `unknown` is not repeated in the same pass: it may have gone out. */
export type SendOutcome =
  /** `error`: not everybody it was meant for got it. */
  | { state: "sent"; warnings: string[]; error?: string }
  | { state: "unknown"; error: string }
  | { state: "refused"; error: string };

/** A mail, and what is to be remembered on its event once it is sent. */
export interface Letter {
  mail: MailContent;
  mark?: ExtensionWrite | undefined;
}

export interface Delivery {
  outcome: SendOutcome;
  /** Whether the mark went along; else it is still to be written. */
  isMarked: boolean;
  /** Keeps a copy of the mail where its sender looks for it; to be called once the sending is recorded. Gives warnings. */
  copy?: () => Promise<string[]>;
}

export interface Outbox {
  /** How many letters are sent together at the most: an answer that is lost leaves so many in doubt. */
  readonly together: number;
  /** @returns in the order of the letters */
  send(letters: readonly Letter[]): Promise<Delivery[]>;
}

/** Sends from the signed-in account, each mail with its mark behind it. */
export function graphOutbox(graph: GraphRoad, signal: AbortSignal): Outbox {
  return {
    together: LETTERS_PER_BATCH,
    async send(letters) {
      const chains = letters.map(({ mail, mark }) => [
        sendMailStep(mail),
        ...(mark ? [extensionStep(mark, QUICK_ATTEMPTS)] : []),
      ]);
      const outcomes = await runChains(graph, chains, { signal });
      return outcomes.map(([sent, marked]) => ({ outcome: outcomeOf(sent), isMarked: isSuccess(marked) }));
    },
  };
}

/** Sent it is, and the others must not get it twice: a person has to look after those who did not. */
function withoutSome(refused: readonly string[], all: readonly string[]): string {
  return `The notice was sent, but the mail server refused ${refused.length} of the ${all.length} addresses in mail.to: ${refused.join(", ")}. Correct the team's file, and force a run that sends it again (resend).`;
}

/** Half of what a batch takes: the next ones go out sooner, and an answer that is lost leaves fewer in doubt. */
const LETTERS_PER_BATCH = 5;
/** A mark that does not come about at once is tried for longer when all mails have gone out. */
const QUICK_ATTEMPTS = 2;

function outcomeOf(sent: StepOutcome | undefined): SendOutcome {
  if (!sent) return { state: "unknown", error: "nothing is known of it" };
  if (isSuccess(sent)) return { state: "sent", warnings: [] };
  return { state: sent.state === "unknown" ? "unknown" : "refused", error: sent.error ?? sent.state };
}

function isSuccess(outcome: StepOutcome | undefined): boolean {
  return outcome?.state === "answered" && outcome.error === undefined;
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

  async function sendOne(mail: MailContent): Promise<Delivery> {
    const date = options.clock.now();
    const message: OutgoingMessage = { ...mail, date, from: options.from, headers: {} };
    const mime = await composeMime(message);
    let delivered: { password: string; rejected: string[] };
    try {
      delivered = await deliver(mime, [...mail.to, ...mail.cc]);
    } catch (error) {
      const unknown = error instanceof MailOutcomeUnknownError;
      return {
        outcome: { state: unknown ? "unknown" : "refused", error: messageOf(error) },
        isMarked: false,
      };
    }
    const { password, rejected } = delivered;
    const refused = mail.to.filter((address) => rejected.includes(address));
    const copy = async (): Promise<string[]> => {
      try {
        await appendToSent(serverAt(options.imap, password), mime, date, limits);
        return [];
      } catch (error) {
        // Sent it is; a copy that is missing from a folder is no reason to mail the host twice.
        options.log.warn(`a notice was sent, but not copied into the sent folder: ${messageOf(error)}`);
        return ["append_failed"];
      }
    };
    const outcome: SendOutcome = {
      state: "sent",
      warnings: rejected.length > 0 ? ["recipient_refused"] : [],
      ...(refused.length > 0 ? { error: withoutSome(refused, mail.to) } : {}),
    };
    return { outcome, isMarked: false, copy };
  }

  return {
    together: 1,
    async send(letters) {
      const deliveries: Delivery[] = [];
      for (const { mail } of letters) deliveries.push(await sendOne(mail));
      return deliveries;
    },
  };
}
