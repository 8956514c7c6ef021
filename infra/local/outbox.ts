import { createServer, type IncomingMessage } from "node:http";
import PostalMime from "postal-mime";
import { answerControl } from "./emulators/control.ts";
import type { EmulatorAnswer } from "./emulators/exchange.ts";
import type { Faults } from "./emulators/faults.ts";
import { escapeHtml } from "./emulators/html.ts";
import { closeServer, listen, readRequest, send } from "./emulators/http-exchange.ts";
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

export interface OutboxDesk {
  url: string;
  close(): Promise<void>;
}

/**
 * Serves the outbox as a page for people, over plain http: a browser does not know the private authority of the stack.
 * Beside it `/_control/smtp` and `/_control/imap`, for faults of the two services that speak no HTTP themselves.
 */
export async function serveOutbox(
  port: number,
  read: () => Promise<OutboxMail[]>,
  mailServers: Record<string, Faults>,
): Promise<OutboxDesk> {
  const server = createServer((incoming, outgoing) => {
    serve(incoming).then(
      (answer) => send(outgoing, answer),
      (error: unknown) => send(outgoing, { status: 500, body: String(error) }),
    );
  });

  async function serve(incoming: IncomingMessage): Promise<EmulatorAnswer> {
    const request = await readRequest(incoming, "http://localhost");
    if (!request) return { status: 400 };
    const [, control, name = ""] = request.path.split("/");
    const faults = control === "_control" ? mailServers[name] : undefined;
    if (faults) return answerControl(request, faults, []);
    if (request.path !== "/") return { status: 404 };
    return { status: 200, headers: PAGE_HEADERS, body: pageOf(await read()) };
  }

  return { url: `http://localhost:${await listen(server, port)}`, close: () => closeServer(server) };
}

const PAGE_HEADERS = {
  "content-type": "text/html; charset=utf-8",
  "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
};

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
  const details = rows
    .map(([name = "", value = ""]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`)
    .join("");
  return `<article><h2>${escapeHtml(mail.subject)}</h2><dl>${details}</dl><pre>${escapeHtml(mail.text)}</pre></article>`;
}
