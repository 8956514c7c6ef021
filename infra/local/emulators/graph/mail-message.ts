import PostalMime from "postal-mime";
import type { Address } from "postal-mime";
import type { Json } from "./call.ts";
import { isObject, textOf } from "./call.ts";
import { GraphError, badRequest } from "./graph-error.ts";
import type { MailAddress } from "./state.ts";

/** A message that somebody wants to send, from JSON or MIME. */
export interface OutgoingMessage {
  /** Absent when the sender left it to the service. */
  from?: MailAddress;
  to: MailAddress[];
  cc: MailAddress[];
  bcc: MailAddress[];
  replyTo: MailAddress[];
  subject: string;
  text?: string;
  html?: string;
  /** By name in lower case. */
  headers: Record<string, string>;
  internetMessageId?: string;
}

const MAX_HEADERS = 5;

/** @see https://learn.microsoft.com/graph/api/resources/message */
export function readJsonMessage(message: Json): OutgoingMessage {
  const from = isObject(message["from"]) ? recipients([message["from"]])[0] : undefined;
  const { contentType, content } = isObject(message["body"]) ? message["body"] : {};
  const kind = textOf(contentType)?.toLowerCase() === "html" ? "html" : "text";
  const id = textOf(message["internetMessageId"]);
  return {
    ...(from ? { from } : {}),
    to: recipients(message["toRecipients"]),
    cc: recipients(message["ccRecipients"]),
    bcc: recipients(message["bccRecipients"]),
    replyTo: recipients(message["replyTo"]),
    subject: textOf(message["subject"]) ?? "",
    [kind]: textOf(content) ?? "",
    headers: customHeaders(message["internetMessageHeaders"]),
    ...(id ? { internetMessageId: id } : {}),
  };
}

/**
 * A MIME message "all encoded in base64 format in the request body".
 * @throws {GraphError} 400: not base64
 * @see https://learn.microsoft.com/graph/api/user-sendmail
 */
export async function readMimeMessage(base64: string): Promise<OutgoingMessage> {
  const compact = base64.replaceAll(/\s/g, "");
  if (compact === "" || compact.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(compact)) {
    throw new GraphError(
      400,
      "ErrorMimeContentInvalidBase64String",
      "Invalid base64 string for MIME content.",
    );
  }
  const mail = await PostalMime.parse(Buffer.from(compact, "base64"));
  const [from] = mailboxes(mail.from ? [mail.from] : []);
  return {
    ...(from ? { from } : {}),
    to: mailboxes(mail.to),
    cc: mailboxes(mail.cc),
    bcc: mailboxes(mail.bcc),
    replyTo: mailboxes(mail.replyTo),
    subject: mail.subject ?? "",
    ...(mail.text === undefined ? {} : { text: mail.text }),
    ...(mail.html === undefined ? {} : { html: mail.html }),
    headers: Object.fromEntries(mail.headers.map(({ key, value }) => [key, value])),
    ...(mail.messageId === undefined ? {} : { internetMessageId: mail.messageId }),
  };
}

/**
 * The vendor's two rules, and its words for them: names begin with "x-", and there are at most five. An empty list is
 * refused like a long one: https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/2208
 */
function customHeaders(value: unknown): Record<string, string> {
  if (value === undefined || value === null) return {};
  const headers = Array.isArray(value) ? value.filter(isObject) : [];
  if (headers.length === 0 || headers.length > MAX_HEADERS) {
    throw new GraphError(
      400,
      "InvalidInternetMessageHeaderCollection",
      `Maximum number of headers in one message should be less than or equal to ${MAX_HEADERS}.`,
    );
  }
  const odd = headers.find(({ name }) => !/^x-/i.test(String(name)));
  if (odd) {
    throw new GraphError(
      400,
      "InvalidInternetMessageHeader",
      `The internet message header name '${String(odd["name"])}' should start with 'x-' or 'X-'.`,
    );
  }
  return Object.fromEntries(headers.map(({ name, value }) => [String(name).toLowerCase(), String(value)]));
}

function recipients(value: unknown): MailAddress[] {
  if (value === undefined || value === null) return [];
  if (!Array.isArray(value)) throw badRequest("Recipients are a list.");
  return value.filter(isObject).map(({ emailAddress }) => {
    const given = isObject(emailAddress) ? emailAddress : {};
    const address = textOf(given["address"]) ?? "";
    return { address, name: textOf(given["name"]) ?? address };
  });
}

/** The members of a group count like anybody else. */
function mailboxes(addresses: Address[] = []): MailAddress[] {
  return addresses.flatMap(({ name, address, group }) =>
    group ? mailboxes(group) : [{ name: name || (address ?? ""), address: address ?? "" }],
  );
}
