import * as z from "zod";
import { effectOf, putInDoubt } from "../http/service-error.ts";
import { WebexServiceError } from "./webex-error.ts";
import type { WebexRoad } from "./webex-road.ts";

const Membership = z.object({
  id: z.string(),
  personId: z.string(),
  personEmail: z
    .string()
    .nullish()
    .transform((email) => email ?? ""),
  personDisplayName: z
    .string()
    .nullish()
    .transform((name) => name ?? ""),
  personOrgId: z
    .string()
    .nullish()
    .transform((id) => id ?? undefined),
  isModerator: z.boolean(),
  /** ISO 8601. The id of a membership is made of the person's and the space's, so this alone tells one from a later one. */
  created: z.string().optional().catch(undefined),
  /** A bot that watches a space, of a kind that is no longer made. */
  isMonitor: z.boolean().catch(false),
});
export type WebexMembership = z.infer<typeof Membership>;

/** Of a larger page than Webex allows it sends as much as it does, with a link to the rest. */
const PAGE_SIZE = "1000";

/**
 * Everybody in a space. In a moderated space of a team that the account is not itself in, Webex names its moderators only.
 * @throws {WebexServiceError} 404: there is no such space, or the account may not see it
 * Permission: spark:memberships_read
 * @see https://developer.webex.com/docs/api/v1/memberships/list-memberships
 */
export function listMemberships(road: WebexRoad, roomId: string): Promise<WebexMembership[]> {
  return road.list("/memberships", Membership, { query: { roomId, max: PAGE_SIZE } });
}

export interface NewMember {
  roomId: string;
  /** By Webex's id, or by an address; an address that Webex does not know is invited. */
  person: { id: string } | { email: string };
  isModerator?: boolean;
}

/** `maybeOurs`: an earlier try of this very request was not answered, so it may have done it. */
export type Added =
  | { state: "added"; personId: string | undefined; created: string | undefined }
  | { state: "already"; maybeOurs: boolean };

export type Removed = { state: "removed" } | { state: "gone"; maybeOurs: boolean };

/**
 * Adds somebody to a space. Repeated when no answer comes, since nobody is added twice.
 * @throws {WebexServiceError} 403: the space is moderated and the account no moderator, or it is full; 404: there is no
 *   such person; 409: some other rule
 * Permission: spark:memberships_write, and spark:memberships_read to look behind a 409
 * @see https://developer.webex.com/docs/api/v1/memberships/create-a-membership
 */
export async function addMember(road: WebexRoad, member: NewMember): Promise<Added> {
  const { roomId, person, isModerator = false } = member;
  const who = "id" in person ? { personId: person.id } : { personEmail: person.email };
  const body = { roomId, ...who, ...(isModerator ? { isModerator } : {}) };
  try {
    const made = await road.write("POST", "/memberships", body, { harmless: true });
    const { personId, created } = Made.safeParse(made).data ?? {};
    return { state: "added", personId, created };
  } catch (error) {
    if (!(error instanceof WebexServiceError) || error.status !== 409) throw error;
    const maybeOurs = effectOf(error) === "unknown";
    const isThere = await isMember(road, { roomId, ...who }, error.message).catch((failure: unknown) => {
      throw maybeOurs ? putInDoubt(failure) : failure;
    });
    if (!isThere) throw error;
    return { state: "already", maybeOurs };
  }
}

const Made = z.object({
  personId: z.string().optional().catch(undefined),
  created: z.string().optional().catch(undefined),
});

/** A 409 is for any "established rule of the system". The usual one is known by its words; else we look. */
async function isMember(road: WebexRoad, query: Record<string, string>, words: string): Promise<boolean> {
  if (/\balready (?:a participant|a member|in the)\b/iu.test(words)) return true;
  return (await road.list("/memberships", Membership, { query })).length > 0;
}

/**
 * Ends a membership. Repeated when no answer comes.
 * @throws {WebexServiceError} 403: the space is moderated and the account no moderator; or the member is the last
 *   moderator of a team's General space
 * Permission: spark:memberships_write
 * @see https://developer.webex.com/docs/api/v1/memberships/delete-a-membership
 */
export async function removeMember(road: WebexRoad, membershipId: string): Promise<Removed> {
  const path = `/memberships/${encodeURIComponent(membershipId)}`;
  try {
    await road.write("DELETE", path, undefined, { harmless: true });
    return { state: "removed" };
  } catch (error) {
    if (!(error instanceof WebexServiceError) || error.status !== 404) throw error;
    return { state: "gone", maybeOurs: effectOf(error) === "unknown" };
  }
}
