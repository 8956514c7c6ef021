import type { EmulatorAnswer } from "../emulator.ts";
import { uuidOf } from "../uuid.ts";
import type { Call, Json } from "./call.ts";
import { option } from "./call.ts";
import { badRequest, itemNotFound } from "./graph-error.ts";
import { changeKey } from "./ids.ts";
import { preview, shownBody } from "./item-body.ts";
import { listAnswer } from "./odata.ts";
import { accessDenied } from "./permissions.ts";
import { preferencesOf } from "./preferences.ts";
import type { GraphSettings } from "./settings.ts";
import type { GraphState, ItemBody, MailAddress, MessageState, WellKnownFolder } from "./state.ts";

const FOLDERS: WellKnownFolder[] = ["inbox", "drafts", "sentitems", "deleteditems"];

/** A message where it is at this moment. */
interface PlacedMessage extends MessageState {
  isDraft: boolean;
}

/** All folders, or the one in the path by its well-known name or id. @see https://learn.microsoft.com/graph/api/user-list-messages */
export function listMessages(
  call: Call,
  _state: GraphState,
  { messageOnItsWay }: GraphSettings,
): EmulatorAnswer {
  refuseBeyondFilters(call);
  const folder = folderIn(call);
  const preferences = preferencesOf(call.headers);
  const visible = call.mailbox.messages
    .map((message) => placed(message, call.now))
    .filter(({ isDraft }) => !isDraft || messageOnItsWay === "draft")
    .filter((message) => folder === undefined || message.folder === folder);
  return listAnswer(call, {
    items: visible.toReversed(),
    type: "message",
    render: (message) => renderMessage(call, message, preferences.bodyType),
    onlySelected: ["internetMessageHeaders", "uniqueBody"],
    headers: preferences.applied,
  });
}

function placed(message: MessageState, now: Date): PlacedMessage {
  const isDraft = new Date(message.visibleFrom) > now;
  return { ...message, isDraft, ...(isDraft ? { folder: "drafts" } : {}) };
}

/**
 * Searching and attachments take more than Mail.ReadBasic; here nobody can do either.
 * @throws {GraphError} 403 or 400
 */
function refuseBeyondFilters(call: Call): void {
  const asked = ["$search", "$expand"].find((name) => option(call, name) !== undefined);
  if (asked === undefined) return;
  throw call.may("Mail.Read") ? badRequest(`${asked} of messages is not supported here.`) : accessDenied();
}

function folderIn(call: Call): WellKnownFolder | undefined {
  const name = call.parameters["folder"];
  if (name === undefined) return undefined;
  const folder = FOLDERS.find(
    (candidate) => candidate === name.toLowerCase() || folderId(call, candidate) === name,
  );
  if (!folder) throw itemNotFound();
  return folder;
}

/** @see https://learn.microsoft.com/graph/api/resources/message */
function renderMessage(call: Call, message: PlacedMessage, bodyType: "text" | "html"): Json {
  const key = changeKey(message.id, { version: 1 });
  const received = secondOf(message.sentAt);
  return {
    "@odata.etag": `W/"${key}"`,
    id: message.id,
    createdDateTime: received,
    lastModifiedDateTime: received,
    changeKey: key,
    categories: [],
    receivedDateTime: received,
    sentDateTime: received,
    hasAttachments: false,
    internetMessageId: message.internetMessageId,
    subject: message.subject,
    importance: "normal",
    parentFolderId: folderId(call, message.folder),
    conversationId: uuidOf(`conversation ${message.id}`),
    isDeliveryReceiptRequested: false,
    isReadReceiptRequested: false,
    isRead: true,
    isDraft: message.isDraft,
    webLink: `https://outlook.live.com/owa/?ItemID=${encodeURIComponent(message.id)}&exvsurl=1&viewmodel=ReadMessageItem`,
    inferenceClassification: "focused",
    ...bodyProperties(call, message, bodyType),
    sender: recipient(message.from),
    from: recipient(message.from),
    toRecipients: message.to.map(recipient),
    ccRecipients: message.cc.map(recipient),
    bccRecipients: message.bcc.map(recipient),
    replyTo: message.replyTo.map(recipient),
    flag: { flagStatus: "notFlagged" },
    internetMessageHeaders: Object.entries(message.headers).map(([name, value]) => ({ name, value })),
  };
}

/**
 * Mail.ReadBasic reads all "except for body, bodyPreview, uniqueBody, attachments, extensions, and any extended
 * properties". What Outlook answers when one of them is selected was not found; here it is left out.
 * @see https://learn.microsoft.com/graph/permissions-reference#mailreadbasic
 */
function bodyProperties(call: Call, { text = "", html }: MessageState, bodyType: "text" | "html"): Json {
  if (!call.may("Mail.Read")) return { body: undefined, bodyPreview: undefined, uniqueBody: undefined };
  const body: ItemBody =
    html === undefined ? { contentType: "text", content: text } : { contentType: "html", content: html };
  const shown = shownBody(body, bodyType);
  return { bodyPreview: preview(body), body: shown, uniqueBody: shown };
}

function recipient({ name, address }: MailAddress): Json {
  return { emailAddress: { name, address } };
}

function folderId({ mailbox }: Call, folder: WellKnownFolder): string {
  return uuidOf(`${mailbox.user.id} ${folder}`);
}

function secondOf(iso: string): string {
  return `${iso.slice(0, 19)}Z`;
}
