import type { AttemptLimits } from "./deadline.ts";
import { imapFailureOf } from "./imap-failure.ts";
import { type ImapSession, inImapSession } from "./imap-session.ts";
import { addressOf, type MailServer } from "./mail-server.ts";
import { folderOfAllMail, lackOfSentFolder, sentFolder } from "./sent-folder.ts";
import type { Sighting } from "./sighting.ts";

/**
 * Looks for sent mails by their Message-IDs, over one connection. Two folders are searched: the sent folder, found as
 * `appendToSent` finds it, and the one that the server flags \All (RFC 6154), where a mail stays when a person takes it
 * out of the sent folder; its drafts do not count. Other folders, such as an archive or the trash, are not searched.
 *
 * What a `not_found` is worth depends on the provider. One that keeps sent mail by itself, as Gmail does in its sent
 * folder and All Mail, says that nothing was sent. Elsewhere the copy is the one that we append after sending: without
 * it the mail may still have gone out, when we were cut off between the two.
 * @param messageIds  with their angle brackets, as they were sent
 * @param limits  for all of them together
 * @returns one sighting for each Message-ID. Whatever goes wrong ends as `unread`, with the reason and what to do, for
 * those that were not found before
 * @see https://www.rfc-editor.org/rfc/rfc3501#section-6.4.4
 */
export async function searchSent(
  server: MailServer,
  messageIds: readonly string[],
  limits: AttemptLimits,
): Promise<Map<string, Sighting>> {
  const found = new Set<string>();
  let otherwise: Sighting = { state: "not_found" };
  try {
    if (messageIds.length > 0) {
      await inImapSession(server, limits, (session) => search(session, server, messageIds, found));
    }
  } catch (error) {
    otherwise = { state: "unread", error: reasonOf(error, server) };
  }
  return new Map(messageIds.map((id) => [id, found.has(id) ? { state: "found" } : otherwise]));
}

/** Ends a search for a reason that is in words already. */
class SearchEnded extends Error {
  override readonly name = "SearchEnded";
}

async function search(
  session: ImapSession,
  server: MailServer,
  messageIds: readonly string[],
  found: Set<string>,
): Promise<void> {
  const sent = sentFolder(session.folders);
  const all = folderOfAllMail(session.folders);
  if (sent === undefined && all === undefined) {
    const { message, whatToDo } = lackOfSentFolder(server);
    throw new SearchEnded(`${message}. ${whatToDo}`);
  }
  if (sent !== undefined) await searchFolder(session, server, { path: sent }, messageIds, found);
  const missing = messageIds.filter((id) => !found.has(id));
  if (all === undefined || missing.length === 0) return;
  await searchFolder(session, server, { path: all, draft: false }, missing, found);
}

async function searchFolder(
  { client, inTime }: ImapSession,
  server: MailServer,
  { path, ...criteria }: { path: string; draft?: boolean },
  messageIds: readonly string[],
  found: Set<string>,
): Promise<void> {
  await inTime(client.mailboxOpen(path, { readOnly: true }));
  for (const id of messageIds) {
    const uids = await inTime(client.search({ header: { "message-id": id }, ...criteria }, { uid: true }));
    if (!uids) throw unansweredSearch(client.usable, server);
    if (uids.length > 0) found.add(id);
  }
}

/** The library gives false for a search that failed, and keeps the server's words to itself. */
function unansweredSearch(connected: boolean, server: MailServer): Error {
  if (!connected) return new Error("The connection was gone before the search was answered");
  return new SearchEnded(`${addressOf(server)} ${NOT_DONE}. The next run tries again.`);
}

function reasonOf(error: unknown, server: MailServer): string {
  if (error instanceof SearchEnded) return error.message;
  const { message, whatToDo } = imapFailureOf(error, server, NOT_DONE);
  return `${message.replace(/\.$/u, "")}. ${whatToDo}`;
}

const NOT_DONE = "did not let its sent mail be searched";
