import type { EmulatorAnswer } from "../emulator.ts";
import { escapeHtml } from "../html.ts";
import type { GraphState, MailAddress, SentMessage } from "./state.ts";

/** All mail that was sent, latest first, for people: not a part of Graph. */
export function outboxPage({ mailboxes }: GraphState): EmulatorAnswer {
  const sent = mailboxes
    .flatMap((mailbox) => mailbox.sent)
    .toSorted((one, other) => other.sentAt.localeCompare(one.sentAt));
  const mails = sent.length > 0 ? sent.map(renderMail).join("\n") : "<p>Nothing was sent yet.</p>";
  return {
    status: 200,
    headers: {
      "content-type": "text/html; charset=utf-8",
      "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'",
    },
    body: `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Sent mail</title>
<style>body{font:16px/1.5 system-ui;max-width:46rem;margin:2rem auto;padding:0 1rem}article{border-top:1px solid #999;padding:1rem 0}dt{float:left;clear:left;width:6rem;color:#555}dd{margin-left:6rem}pre{white-space:pre-wrap;background:#f4f4f4;padding:1rem}</style>
</head><body><h1>Sent mail</h1>
${mails}
</body></html>
`,
  };
}

function renderMail(mail: SentMessage): string {
  const rows = [
    ["Sent", mail.sentAt],
    ["From", names([mail.from])],
    ["To", names(mail.to)],
    ["Cc", names(mail.cc)],
    ["Bcc", names(mail.bcc)],
    ["Reply-To", names(mail.replyTo)],
    ["Message-ID", mail.internetMessageId],
  ].filter(([, value]) => value !== "");
  const list = rows
    .map(([name = "", value = ""]) => `<dt>${name}</dt><dd>${escapeHtml(value)}</dd>`)
    .join("");
  const body = mail.text ?? mail.html ?? "";
  return `<article><h2>${escapeHtml(mail.subject)}</h2><dl>${list}</dl><pre>${escapeHtml(body)}</pre></article>`;
}

function names(addresses: MailAddress[]): string {
  return addresses
    .map(({ name, address }) => (name === address ? address : `${name} <${address}>`))
    .join(", ");
}
