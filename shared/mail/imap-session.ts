import type { ImapFlow, ListResponse } from "imapflow";
import { untilAborted } from "../http/deadline.ts";
import { type AttemptLimits, startDeadline } from "./deadline.ts";
import type { MailServer } from "./mail-server.ts";

/** An account that was logged in to. */
export interface ImapSession {
  client: ImapFlow;
  /** All of the account's folders. */
  folders: ListResponse[];
  /** Waits for a step as long as the session's time lasts. @throws {DeadlineError | AttemptAbandonedError} */
  inTime<T>(step: Promise<T>): Promise<T>;
}

const TLS_FROM_THE_START = 993;

/**
 * Logs in, lists the folders, does the work and says goodbye. Over TLS with the certificate checked; there is no way to
 * turn either off. Errors come as the library or the deadline made them: `imapFailureOf` puts them into words.
 */
export async function inImapSession<T>(
  server: MailServer,
  limits: AttemptLimits,
  work: (session: ImapSession) => Promise<T>,
): Promise<T> {
  const client = await clientOf(server, limits.timeoutMs);
  const deadline = startDeadline(limits);
  const inTime = <Step>(step: Promise<Step>): Promise<Step> => untilAborted(step, deadline.signal);
  try {
    await inTime(client.connect());
    const outcome = await work({ client, folders: await inTime(client.list()), inTime });
    // The work is done: a farewell that fails changes nothing.
    await inTime(client.logout()).catch(() => undefined);
    return outcome;
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
    // A short visit is not worth the round trips.
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
