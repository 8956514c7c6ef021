import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import PostalMime from "postal-mime";
import type { LocalStack } from "./stack.ts";

/** A mail that left the function app, by whichever road. */
export interface OutboxMail {
  road: "Microsoft Graph" | "SMTP";
  sentAt: string;
  messageId: string;
  from: string;
  to: string[];
  subject: string;
  text: string;
}

/** All mail that was sent so far, oldest first. */
export async function readOutbox({ graph, smtp }: LocalStack, accounts: string[]): Promise<OutboxMail[]> {
  const byGraph = accounts.flatMap((account) =>
    graph.mailbox(account).sent.map((mail): OutboxMail => ({
      road: "Microsoft Graph",
      sentAt: mail.sentAt,
      messageId: mail.internetMessageId,
      from: mail.from.address,
      to: mail.to.map(({ address }) => address),
      subject: mail.subject,
      text: mail.text ?? mail.html ?? "",
    })),
  );
  const bySmtp = await Promise.all(
    smtp.mails.map(async (mail): Promise<OutboxMail> => {
      const parsed = await PostalMime.parse(Buffer.from(mail.source, "latin1"));
      return {
        road: "SMTP",
        sentAt: mail.receivedAt,
        messageId: parsed.messageId ?? "",
        from: mail.from,
        to: mail.to,
        subject: parsed.subject ?? "",
        text: parsed.text ?? "",
      };
    }),
  );
  return [...byGraph, ...bySmtp].sort((one, other) => one.sentAt.localeCompare(other.sentAt));
}

export interface OutboxPage {
  url: string;
  close(): Promise<void>;
}

/** Serves the outbox as a page for people, over plain http: a browser does not know the private authority of the stack. */
export async function serveOutbox(port: number, read: () => Promise<OutboxMail[]>): Promise<OutboxPage> {
  const server = createServer((_request, response) => {
    read().then(
      (mails) =>
        response
          .writeHead(200, {
            "content-type": "text/html; charset=utf-8",
            "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
          })
          .end(pageOf(mails)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, "127.0.0.1", resolve);
  });
  return {
    url: `http://localhost:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function pageOf(mails: OutboxMail[]): string {
  const list = mails.toReversed().map(articleOf).join("\n") || "<p>Nothing has been sent yet.</p>";
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Sent mail - Rollcall</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
article{border:1px solid #ccc;border-radius:8px;padding:0 1.25rem;margin:1.5rem 0}
dt{float:left;clear:left;width:6rem;color:#595959}dd{margin-left:6rem;overflow-wrap:anywhere}
pre{white-space:pre-wrap;font:inherit;background:#f5f5f5;border-radius:4px;padding:1rem}
</style>
</head>
<body><main><h1>Sent mail</h1><p>${mails.length} in all, newest first.</p>
${list}
</main></body>
</html>
`;
}

function articleOf(mail: OutboxMail): string {
  const rows = [
    ["Sent", `${mail.sentAt} through ${mail.road}`],
    ["From", mail.from],
    ["To", mail.to.join(", ")],
    ["Message-ID", mail.messageId],
  ];
  const details = rows.map(([name = "", value = ""]) => `<dt>${name}</dt><dd>${escape(value)}</dd>`).join("");
  return `<article><h2>${escape(mail.subject)}</h2><dl>${details}</dl><pre>${escape(mail.text)}</pre></article>`;
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/gu, (character) => `&#${character.charCodeAt(0)};`);
}
