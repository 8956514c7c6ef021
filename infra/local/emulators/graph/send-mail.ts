import type { EmulatorAnswer } from "../emulator.ts";
import { uuidOf } from "../uuid.ts";
import type { Call } from "./call.ts";
import { bodyOf, isObject } from "./call.ts";
import { GraphError, badRequest } from "./graph-error.ts";
import { newId } from "./ids.ts";
import type { OutgoingMessage } from "./mail-message.ts";
import { readJsonMessage, readMimeMessage } from "./mail-message.ts";
import type { GraphSettings } from "./settings.ts";
import type { GraphState, MailAddress, SentMessage } from "./state.ts";

/**
 * Takes a message, as JSON or as MIME, and says 202 with no body: accepted, not delivered. The copy in Sent Items
 * appears later.
 * @see https://learn.microsoft.com/graph/api/user-sendmail
 * @see https://learn.microsoft.com/graph/outlook-things-to-know-about-send-mail
 */
export async function sendMail(
  call: Call,
  state: GraphState,
  { sentItemsDelayMs }: GraphSettings,
): Promise<EmulatorAnswer> {
  const { message, save } = await readRequest(call);
  requireRecipients(message);
  const own = ownAddress(call);
  requireOwnAddress(call, message);
  const id = newId(state, "message");
  const sent: SentMessage = {
    ...message,
    sentAt: call.now.toISOString(),
    from: own,
    // A message without a Message-ID gets one; what the sender gave is kept.
    internetMessageId: message.internetMessageId ?? `<${uuidOf(id)}@outlook.localhost>`,
  };
  call.mailbox.sent.push(sent);
  if (save) {
    const visibleFrom = new Date(call.now.getTime() + sentItemsDelayMs).toISOString();
    call.mailbox.messages.push({ ...sent, id, folder: "sentitems", visibleFrom });
  }
  return { status: 202 };
}

async function readRequest(call: Call): Promise<{ message: OutgoingMessage; save: boolean }> {
  if (call.headers["content-type"]?.startsWith("text/plain")) {
    return { message: await readMimeMessage(call.text), save: true };
  }
  const body = bodyOf(call);
  const message = body["message"] ?? body["Message"];
  if (!isObject(message)) throw badRequest("The parameter 'message' is required.");
  const save = body["saveToSentItems"] ?? body["SaveToSentItems"] ?? true;
  // Microsoft's own example sends the word "false" as text.
  return { message: readJsonMessage(message), save: save !== false && save !== "false" };
}

function requireRecipients({ to, cc, bcc }: OutgoingMessage): void {
  const everybody = [...to, ...cc, ...bcc];
  const odd = everybody.find(({ address }) => !/^[^\s@<>]+@[^\s@<>]+$/.test(address));
  if (everybody.length > 0 && odd === undefined) return;
  const reason = odd
    ? `Recipient "${odd.address}" isn't resolved. All recipients must be resolved before a message can be submitted.`
    : "A message can't be sent because it contains no recipients.";
  throw new GraphError(400, "ErrorInvalidRecipients", `At least one recipient isn't valid., ${reason}`);
}

/** Nobody here was granted Send As or Send on Behalf. @see https://learn.microsoft.com/graph/outlook-send-mail-from-other-user */
function requireOwnAddress({ mailbox: { user } }: Call, { from }: OutgoingMessage): void {
  const own = [user.userPrincipalName, user.mail].map((address) => address?.toLowerCase());
  if (!from || own.includes(from.address.toLowerCase())) return;
  throw new GraphError(
    403,
    "ErrorSendAsDenied",
    "The user account which was used to submit this request does not have the right to send mail on behalf of the specified sending account., Cannot submit message.",
  );
}

function ownAddress({ mailbox: { user } }: Call): MailAddress {
  return { name: user.displayName, address: user.mail ?? user.userPrincipalName };
}
