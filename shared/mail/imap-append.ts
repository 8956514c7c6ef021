import type { AttemptLimits } from "./deadline.ts";
import { type ImapFailure, imapFailureOf } from "./imap-failure.ts";
import { inImapSession } from "./imap-session.ts";
import type { MailServer } from "./mail-server.ts";
import { lackOfSentFolder, sentFolder } from "./sent-folder.ts";

/** What kept the copy out of the sent folder. */
export type AppendFailure = ImapFailure["reason"] | "folder";

/** The copy of a sent mail could not be put into its account's sent folder. The mail itself was sent. */
export class ImapAppendError extends Error {
  override readonly name = "ImapAppendError";
  readonly reason: AppendFailure;
  readonly whatToDo: string;

  constructor(reason: AppendFailure, message: string, whatToDo: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.reason = reason;
    this.whatToDo = whatToDo;
  }
}

/**
 * Puts a copy of a sent mail into the account's sent folder, marked as read. Over TLS with the certificate checked;
 * there is no way to turn either off.
 * @param mime  the very bytes that were sent
 * @param date  becomes the internal date, by which mail programs sort
 * @returns the folder's path as the server names it
 * @throws {ImapAppendError} the copy is not there, or the server did not confirm it
 */
export async function appendToSent(
  server: MailServer,
  mime: Buffer,
  date: Date,
  limits: AttemptLimits,
): Promise<{ folder: string }> {
  try {
    return await inImapSession(server, limits, async ({ client, folders, inTime }) => {
      const folder = sentFolder(folders);
      if (folder === undefined) throw noFolder(server);
      const kept = await inTime(client.append(folder, mime, ["\\Seen"], date));
      // The library's way of saying that the connection has gone in the meantime.
      if (!kept) throw new Error("The connection was gone before the copy was sent");
      return { folder };
    });
  } catch (error) {
    throw error instanceof ImapAppendError ? error : failureOf(error, server);
  }
}

function noFolder(server: MailServer): ImapAppendError {
  const { message, whatToDo } = lackOfSentFolder(server);
  return new ImapAppendError("folder", message, whatToDo);
}

function failureOf(error: unknown, server: MailServer): ImapAppendError {
  const { reason, message, whatToDo, cause } = imapFailureOf(error, server, "did not keep the copy");
  return new ImapAppendError(reason, message, whatToDo, cause);
}
