/** What a mail says and to whom, by whichever road it goes. Addresses are `a@example.org` or `Name <a@example.org>`. */
export interface MailContent {
  /** With its angle brackets, such as `<id@example.org>`; the same whenever the same mail is tried again. */
  messageId: string;
  to: string[];
  cc: string[];
  replyTo: string[];
  subject: string;
  text: string;
  html?: string;
}

/** A mail as it is meant, before it becomes MIME. */
export interface OutgoingMessage extends MailContent {
  date: Date;
  from: string;
  /** Further header fields. They cannot replace the fields above, nor those that mark the mail as automatic. */
  headers: Record<string, string>;
}

/**
 * Asks other machines not to answer: Exchange obeys the first, everybody else the second.
 * @see https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail/ced68690-498a-4567-9d14-5c01f974d8b1
 * @see https://www.rfc-editor.org/rfc/rfc3834#section-5
 */
const AUTOMATIC = { "X-Auto-Response-Suppress": "All", "Auto-Submitted": "auto-generated" };

/** The library writes it as it is; what else belongs into a header it encodes. */
const MESSAGE_ID = /^<[!-;=?-~]+>$/;

/**
 * Writes a mail as MIME: UTF-8, CRLF, lines of at most 76 characters; text and HTML as alternatives when there is both.
 * What breaks a line becomes a space in addresses, subject and further headers, so that no value can add a header field.
 * @throws {TypeError} the message id is no text of printable ASCII in angle brackets
 */
export async function composeMime(message: OutgoingMessage): Promise<Buffer> {
  const { default: MailComposer } = await import("nodemailer/lib/mail-composer");
  const { messageId, date, from, to, cc, replyTo, subject, text, html, headers } = message;
  if (!MESSAGE_ID.test(messageId)) throw new TypeError(`Not a message id: ${JSON.stringify(messageId)}`);
  const composer = new MailComposer({
    messageId,
    date,
    from: onOneLine(from),
    to: to.map(onOneLine),
    cc: cc.map(onOneLine),
    replyTo: replyTo.map(onOneLine),
    subject: onOneLine(subject),
    text,
    html,
    headers: { ...headers, ...AUTOMATIC },
    newline: "\r\n",
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  return composer.compile().build();
}

/** The library folds an address at any white space of Unicode, where no reader expects a line to go on. */
function onOneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, " ");
}
