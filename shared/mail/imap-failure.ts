import { troubleOf } from "./connection-trouble.ts";
import { addressOf, firstLineOf, type MailServer } from "./mail-server.ts";

/** Why a mail store did not do what it was asked, without the password in any of it. */
export interface ImapFailure {
  reason: "connection" | "credentials" | "refused";
  message: string;
  whatToDo: string;
  cause?: unknown;
}

/** What imapflow adds to its errors. */
interface ImapFlowError {
  authenticationFailed?: boolean;
  /** NO or BAD. */
  responseStatus?: string;
  responseText?: string;
  /** Such as OVERQUOTA. */
  serverResponseCode?: string;
  /** The server's farewell, when it ended the connection with one. */
  reason?: string;
}

/**
 * Puts the error of an IMAP session into words.
 * @param notDone  what a refusal means, to follow the server's name: "did not keep the copy"
 */
export function imapFailureOf(error: unknown, server: MailServer, notDone: string): ImapFailure {
  const failure = error as ImapFlowError;
  const address = addressOf(server);
  const code = failure.serverResponseCode;
  const words = firstLineOf(failure.responseText ?? failure.reason ?? "", server);
  const said = [code && `[${code}]`, words].filter(Boolean).join(" ");
  if (failure.authenticationFailed) {
    return {
      reason: "credentials",
      message: `${address} did not let the account in: ${said}`,
      whatToDo:
        "Check the account's user name and store its current password again; some providers want a password made for one app.",
    };
  }
  if (failure.responseStatus !== undefined || code !== undefined) {
    return {
      reason: "refused",
      message: `${address} ${notDone}: ${said}`,
      whatToDo:
        code === "OVERQUOTA"
          ? "Make room in the mailbox."
          : "Read the server's answer: it names what it did not like.",
    };
  }
  const { what, whatToDo } = troubleOf(error);
  if (failure.reason === undefined) {
    return { reason: "connection", message: `${address} ${what}`, whatToDo, cause: error };
  }
  // The error holds the server's farewell unabridged, which could repeat what we said to it.
  return { reason: "connection", message: `${address} ${what}: ${said}`, whatToDo };
}
