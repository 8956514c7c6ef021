import type { WebexPerson } from "../webex/people.ts";
import { sameForm } from "./address.ts";
import type { DirectoryPerson } from "./directory.ts";
import { isBot, type Member } from "./space.ts";
import type { SpaceFile } from "./space-file.ts";

/** Of whom a directory of another service says nothing by the address that is known of them. */
export interface Unlisted {
  members: Member[];
  /** Of those that a space file excludes, or keeps; in lower case. */
  addresses: string[];
}

/** An account of Webex has several addresses, of which another service may know any. */
export type WebexAccount = Pick<WebexPerson, "id" | "emails" | "type">;

/** Looks for those about whom Webex is to be asked, since it knows all addresses of its accounts. */
export function unlisted(
  people: readonly DirectoryPerson[],
  members: readonly Member[],
  { excludedEmails, keep }: Pick<SpaceFile, "excludedEmails" | "keep">,
): Unlisted {
  const listed = new Set(people.flatMap(({ emails }) => emails.map(sameForm)));
  const strangers = members.filter((member) => !listed.has(sameForm(member.email)) && !isBot(member));
  for (const { email } of members) listed.add(sameForm(email));
  const named = new Set([...excludedEmails, ...keep.emails]);
  return { members: strangers, addresses: [...named].filter((address) => !listed.has(address)) };
}

/**
 * Gives people the other addresses of their Webex account as well. An account that was added by one of its addresses is
 * in the space by another: without this, one run after the other would add and remove it.
 */
export function withAddressesOf(
  accounts: readonly Pick<WebexAccount, "emails">[],
  people: readonly DirectoryPerson[],
): DirectoryPerson[] {
  const addresses = new Map<string, readonly string[]>();
  for (const { emails } of accounts) for (const email of emails) addresses.set(sameForm(email), emails);
  return people.map((person) => {
    const more = person.emails.flatMap((email) => addresses.get(sameForm(email)) ?? []);
    return more.length === 0 ? person : { ...person, emails: [...new Set([...person.emails, ...more])] };
  });
}

/** Tells of members what their Webex account says of them beyond their membership. */
export function withAccounts(accounts: readonly WebexAccount[], members: readonly Member[]): Member[] {
  const byId = new Map(accounts.map((account) => [account.id, account]));
  return members.map((member) => {
    const account = byId.get(member.personId);
    if (!account) return member;
    const otherEmails = account.emails.filter((email) => sameForm(email) !== sameForm(member.email));
    return { ...member, otherEmails, isAppUser: account.type === "appuser" };
  });
}
