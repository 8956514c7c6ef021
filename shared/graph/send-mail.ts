import type { MailContent } from "../mail/message.ts";
import type { Step } from "./batch-chains.ts";
import type { GraphRoad } from "./graph-road.ts";

/**
 * Sends a mail from the signed-in account and keeps it in Sent Items. Never repeated after an unclear end: it could mail twice.
 *
 * JSON, not MIME: Exchange drops `X-` headers of MIME messages that a tenant has not seen before
 * (https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/424), and honours them in JSON.
 * JSON carries one body; Exchange makes the plain alternative of an HTML one.
 * @throws {GraphServiceError | GraphUnreachableError} whose `effect` tells whether the mail may have gone out
 * Permission: Mail.Send (delegated)
 * @see https://learn.microsoft.com/graph/api/user-sendmail
 */
export async function sendMail(graph: GraphRoad, mail: MailContent): Promise<void> {
  await graph.write("POST", PATH, requestOf(mail), { harmless: false });
}

/** The same as a step of a batch. */
export function sendMailStep(mail: MailContent): Step {
  return { method: "POST", url: PATH, body: requestOf(mail), harmless: false };
}

const PATH = "/me/sendMail";

function requestOf(mail: MailContent): { message: object; saveToSentItems: true } {
  const message = {
    internetMessageId: mail.messageId,
    subject: mail.subject,
    body:
      mail.html === undefined
        ? { contentType: "text", content: mail.text }
        : { contentType: "html", content: mail.html },
    toRecipients: mail.to.map(recipient),
    ccRecipients: mail.cc.map(recipient),
    replyTo: mail.replyTo.map(recipient),
    internetMessageHeaders: [{ name: "X-Auto-Response-Suppress", value: "All" }],
  };
  return { message, saveToSentItems: true };
}

function recipient(address: string): { emailAddress: { address: string } } {
  return { emailAddress: { address } };
}
