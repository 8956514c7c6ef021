import * as z from "zod";
import type { GraphRoad } from "./graph-road.ts";

/** Fewest pages: the largest page that Outlook's collections take. */
const PAGE_SIZE = "999";

const ContactCard = z.object({
  displayName: z.string().nullish(),
  jobTitle: z.string().nullish(),
  categories: z.array(z.string()).nullish(),
  emailAddresses: z.array(z.object({ address: z.string().nullish() })).nullish(),
});
export type ContactCard = z.infer<typeof ContactCard>;

/**
 * Every card of the account's own contact list, through all pages.
 * Permission: Contacts.Read (delegated)
 * @see https://learn.microsoft.com/graph/api/user-list-contacts
 */
export function listContacts(graph: GraphRoad): Promise<ContactCard[]> {
  return graph.list("/me/contacts", ContactCard, {
    query: { $select: "displayName,jobTitle,categories,emailAddresses", $top: PAGE_SIZE },
  });
}
