import type { ImapFlow, ListResponse } from "imapflow";
import { untilAborted } from "../http/deadline.ts";
import { troubleOf } from "./connection-trouble.ts";
import type { AttemptLimits } from "./deadline.ts";
import { startDeadline } from "./deadline.ts";
import { addressOf, firstLineOf } from "./mail-server.ts";
import type { MailServer } from "./mail-server.ts";

/** What kept the copy out of the sent folder. */
export type AppendFailure = "connection" | "credentials" | "folder" | "refused";

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

const TLS_FROM_THE_START = 993;

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
  const client = await clientOf(server, limits.timeoutMs);
  const deadline = startDeadline(limits);
  const { signal } = deadline;
  try {
    await untilAborted(client.connect(), signal);
    const folder = sentFolder(await untilAborted(client.list(), signal));
    if (folder === undefined) throw noFolder(server);
    const kept = await untilAborted(client.append(folder, mime, ["\\Seen"], date), signal);
    // The library's way of saying that the connection has gone in the meantime.
    if (!kept) throw new Error("The connection was gone before the copy was sent");
    // The copy is there: a farewell that fails changes nothing.
    await untilAborted(client.logout(), signal).catch(() => undefined);
    return { folder };
  } catch (error) {
    throw error instanceof ImapAppendError ? error : failureOf(error, server);
  } finally {
    deadline.clear();
    client.close();
  }
}

async function clientOf({ host, port, user, password }: MailServer, timeoutMs: number): Promise<ImapFlow> {
  const { ImapFlow } = await import("./imap-client.ts");
  const secure = port === TLS_FROM_THE_START;
  const client = new ImapFlow({
    host,
    port,
    secure,
    ...(secure ? {} : { doSTARTTLS: true }),
    // Said outright, so that no variable of the environment can turn the check off.
    tls: { rejectUnauthorized: true },
    auth: { user, pass: password },
    logger: false,
    // One mail is not worth the round trips.
    disableAutoEnable: true,
    disableCompression: true,
    disableAutoIdle: true,
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
  });
  // What breaks the connection also rejects the step that is waiting for it.
  client.on("error", () => undefined);
  return client;
}

/** The folder the server calls the sent one, else `Sent`, else one with a name mail programs are known to give it. */
function sentFolder(folders: ListResponse[]): string | undefined {
  const usable = folders.filter(({ flags }) => !flags.has("\\Noselect"));
  const special = usable.find(({ specialUse }) => specialUse === "\\Sent");
  if (special?.specialUseSource === "extension") return special.path;
  // Some servers keep all of an account's folders below INBOX.
  const named = ["", "INBOX"].map((parent) =>
    usable.find(({ name, parentPath }) => name === "Sent" && parentPath.toUpperCase() === parent),
  );
  return (named.find((folder) => folder !== undefined) ?? special)?.path;
}

function noFolder(server: MailServer): ImapAppendError {
  return new ImapAppendError(
    "folder",
    `The account on ${addressOf(server)} has no sent folder`,
    "Create a folder named Sent in the account, so that sent notices can be kept there.",
  );
}

/** What imapflow adds to its errors. */
interface ImapFailure {
  authenticationFailed?: boolean;
  /** NO or BAD. */
  responseStatus?: string;
  responseText?: string;
  /** Such as OVERQUOTA. */
  serverResponseCode?: string;
  /** The server's farewell, when it ended the connection with one. */
  reason?: string;
}

function failureOf(error: unknown, server: MailServer): ImapAppendError {
  const failure = error as ImapFailure;
  const address = addressOf(server);
  const code = failure.serverResponseCode;
  const words = firstLineOf(failure.responseText ?? failure.reason ?? "", server);
  const said = [code && `[${code}]`, words].filter(Boolean).join(" ");
  if (failure.authenticationFailed) {
    return new ImapAppendError(
      "credentials",
      `${address} did not let the account in: ${said}`,
      "Check the account's user name and store its current password again; some providers want a password made for one app.",
    );
  }
  if (failure.responseStatus !== undefined || code !== undefined) {
    return new ImapAppendError(
      "refused",
      `${address} did not keep the copy: ${said}`,
      code === "OVERQUOTA"
        ? "Make room in the mailbox."
        : "Read the server's answer: it names what it did not like.",
    );
  }
  const { what, whatToDo } = troubleOf(error);
  if (failure.reason === undefined) {
    return new ImapAppendError("connection", `${address} ${what}`, whatToDo, error);
  }
  // The error holds the server's farewell unabridged, which could repeat what we said to it.
  return new ImapAppendError("connection", `${address} ${what}: ${said}`, whatToDo);
}
