import { messageOf } from "../error-message.ts";
import * as z from "zod";
import { quoted } from "../odata-literal.ts";
import type { Sighting } from "../mail/sighting.ts";
import { batchGet, type PartAnswer } from "./batch.ts";
import { GraphServiceError, refusalDetails } from "./graph-error.ts";
import type { GraphRoad } from "./graph-road.ts";

/** More than one mailbox ever holds of one mail: the sent one, and what came back to the sender as a recipient. */
const PAGE_SIZE = 50;

const Message = z.object({ id: z.string(), isDraft: z.boolean() });
type Message = z.infer<typeof Message>;

const Page = z.object({ value: z.array(Message), "@odata.nextLink": z.string().optional() });

/** A sighting, or undefined: nobody can tell. */
type Finding = Sighting | undefined;

/**
 * Looks in every folder of the signed-in account, Deleted Items included, for sent mails with these Message-IDs: a person
 * may have moved them. One mail is one request; several are twenty a request. What was deleted for good is not found.
 *
 * Outlook accepts a mail by saving it as a draft, and moves it to Sent Items once transport has taken it over. So a mail
 * that is there as a draft only has not gone out, and still may: it is not among the sightings.
 * @param messageIds  with their angle brackets, as they were sent
 * @returns the sightings by Message-ID; a search that failed takes none of the others with it
 * Permission: Mail.ReadBasic (delegated), which reads messages without their bodies, and filters but does not $search them
 * @see https://learn.microsoft.com/graph/api/user-list-messages
 * @see https://learn.microsoft.com/graph/outlook-things-to-know-about-send-mail
 * @see https://learn.microsoft.com/graph/permissions-reference#mailreadbasic
 */
export async function findMessages(
  graph: GraphRoad,
  messageIds: readonly string[],
): Promise<Map<string, Sighting>> {
  const wanted = [...new Set(messageIds)];
  const findings = wanted.length > 1 ? await searchTogether(graph, wanted) : await searchAlone(graph, wanted);
  return new Map(findings.flatMap(([id, finding]) => (finding ? [[id, finding] as const] : [])));
}

async function searchAlone(graph: GraphRoad, messageIds: string[]): Promise<[string, Finding][]> {
  return Promise.all(messageIds.map(async (id) => [id, await searchAllPages(graph, id)]));
}

async function searchTogether(graph: GraphRoad, messageIds: string[]): Promise<[string, Finding][]> {
  const parts = await batchGet(graph, messageIds.map(searchPath));
  return Promise.all(messageIds.map(async (id, index) => [id, await findingIn(graph, id, parts[index])]));
}

/** Encoded here: a batch takes whole paths, and a Message-ID may hold `+`, `&` or `#`. */
function searchPath(messageId: string): string {
  const filter = `internetMessageId eq ${quoted(messageId)}`;
  return `/me/messages?$filter=${encodeURIComponent(filter)}&$select=id,isDraft&$top=${PAGE_SIZE}`;
}

async function searchAllPages(graph: GraphRoad, messageId: string): Promise<Finding> {
  try {
    return sightingAmong(await graph.list(searchPath(messageId), Message));
  } catch (error) {
    return unread(error);
  }
}

async function findingIn(graph: GraphRoad, messageId: string, part?: PartAnswer): Promise<Finding> {
  if (part === undefined) return unread("Microsoft Graph left a question of a batch unanswered.");
  if ("error" in part) return unread(part.error);
  if (part.status !== 200) {
    return unread(
      new GraphServiceError("GET /me/messages", part.status, refusalDetails(part.body, new Map())),
    );
  }
  const page = Page.safeParse(part.body);
  if (!page.success) return unread("Microsoft Graph answered GET /me/messages in an unknown form.");
  const { value, "@odata.nextLink": nextLink } = page.data;
  const finding = sightingAmong(value);
  // A page counts what the service went through and not what it found, so an empty one need not be the last.
  return finding?.state === "found" || nextLink === undefined ? finding : searchAllPages(graph, messageId);
}

function sightingAmong(messages: Message[]): Finding {
  if (messages.length === 0) return { state: "not_found" };
  return messages.every(({ isDraft }) => isDraft) ? undefined : { state: "found" };
}

function unread(error: unknown): Sighting {
  const said = messageOf(error);
  const lacksConsent = error instanceof GraphServiceError && error.status === 403;
  return { state: "unread", error: lacksConsent ? `${said} ${CONSENT_ADVICE}` : said };
}

const CONSENT_ADVICE =
  "Looking for sent mail needs the permission Mail.ReadBasic: connect the account again and consent to it.";
