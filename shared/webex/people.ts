import * as z from "zod";
import type { WebexRoad } from "./webex-road.ts";
import { WebexServiceError } from "./webex-error.ts";

/** Documented as "true" and "false" in quotes; Webex sends them without. */
const Flag = z
  .union([z.boolean(), z.enum(["true", "false"])])
  .optional()
  .catch(undefined);

/**
 * As Webex sends it. Our words are made of it afterwards: tens of thousands pass here, and what each transform within a
 * schema makes is taken by V8 for something that lasts, which doubles the memory of a sync.
 */
const Listed = z.object({
  id: z.string(),
  emails: z.array(z.string()).nullish(),
  displayName: z.string().nullish(),
  department: z.string().nullish(),
  loginEnabled: Flag,
  invitePending: Flag,
  type: z.string().optional().catch(undefined),
});

export interface WebexPerson {
  id: string;
  /** The main one first. */
  emails: string[];
  displayName: string;
  department: string | undefined;
  /** Told to administrators of the person's organization only, as is the next. */
  loginEnabled: boolean | undefined;
  invitePending: boolean | undefined;
  /** `person`, `bot`, or `appuser`, which is a guest whom an app has made. */
  type: string | undefined;
}

function personOf(listed: z.infer<typeof Listed>): WebexPerson {
  const { id, emails, displayName, department, loginEnabled, invitePending, type } = listed;
  return {
    id,
    emails: emails ?? [],
    displayName: displayName ?? "",
    department: department ?? undefined,
    loginEnabled: flagOf(loginEnabled),
    invitePending: flagOf(invitePending),
    type,
  };
}

function flagOf(word: boolean | "true" | "false" | undefined): boolean | undefined {
  return typeof word === "string" ? word === "true" : word;
}

/**
 * Webex gives no largest page; of a larger one than it allows it sends as much as it does, with a link to the rest.
 * @see https://developer.webex.com/docs/basics#pagination
 */
const PAGE_SIZE = "1000";
/** Without presence and calling details, which cost Webex time. */
const BRIEFLY = { excludeStatus: "true", callingData: "false" };
/** @see https://developer.webex.com/docs/api/v1/people/list-people, parameter `id` */
const IDS_AT_ONCE = 85;
/**
 * An address of 8,000 characters is understood everywhere, and ids of some regions are longer than others.
 * @see https://www.rfc-editor.org/rfc/rfc9110#section-4.1-5
 */
const LONGEST_IDS = 7500;

/** The permission to read the directory, of which an administrator only can make use. */
export const READ_DIRECTORY = "spark-admin:people_read";

/**
 * Everybody in the organization, page by page.
 * @param road  of an administrator of the organization: for others Webex refuses to list everybody
 * Permission: spark-admin:people_read
 * @see https://developer.webex.com/docs/api/v1/people/list-people
 */
export async function* pagesOfPeople(road: WebexRoad): AsyncGenerator<WebexPerson[], void, undefined> {
  const query = { max: PAGE_SIZE, ...BRIEFLY };
  for await (const page of road.pages("/people", Listed, { query })) yield page.map(personOf);
}

/**
 * Those of some people who are still known to Webex. They come without `loginEnabled` and `invitePending`. To be asked
 * before somebody is taken for gone: pages that are read while the directory changes can miss a person.
 * Permission: spark:people_read
 * @see https://developer.webex.com/docs/api/v1/people/list-people
 */
export async function findPeople(road: WebexRoad, ids: readonly string[]): Promise<WebexPerson[]> {
  const found: WebexPerson[] = [];
  for (const together of batchesOf(ids)) {
    const listed = await road.list("/people", Listed, { query: { id: together.join(",") } });
    found.push(...listed.map(personOf));
  }
  return found;
}

/**
 * Those of the account's organization who have one of some addresses, be it not their main one. Webex takes one address
 * at a time.
 * Permission: spark:people_read
 * @see https://developer.webex.com/docs/api/v1/people/list-people, parameter `email`
 */
export async function findPeopleByAddress(
  road: WebexRoad,
  addresses: readonly string[],
): Promise<WebexPerson[]> {
  const found = await Promise.all(
    addresses.map((email) => road.list("/people", Listed, { query: { email, ...BRIEFLY } })),
  );
  return found.flat().map(personOf);
}

function* batchesOf(ids: readonly string[]): Generator<string[]> {
  let batch: string[] = [];
  let length = 0;
  for (const id of ids) {
    const own = encodeURIComponent(`${id},`).length;
    if (batch.length === IDS_AT_ONCE || (batch.length > 0 && length + own > LONGEST_IDS)) {
      yield batch;
      [batch, length] = [[], 0];
    }
    batch.push(id);
    length += own;
  }
  if (batch.length > 0) yield batch;
}

/**
 * Whether the account may list everybody, as only administrators may; others are asked for an address or a name.
 * Permission: spark-admin:people_read
 */
export async function mayListPeople(road: WebexRoad): Promise<boolean> {
  try {
    await road.get("/people", z.object({ items: z.array(z.unknown()) }), { query: { max: "1" } });
    return true;
  } catch (error) {
    if (error instanceof WebexServiceError && (error.status === 400 || error.status === 403)) return false;
    throw error;
  }
}
