import { sameForm } from "./address.ts";
import type { DirectoryPerson } from "./directory.ts";
import { isBot, type Member } from "./space.ts";

/** Members whom a directory of another service does not list by the address that they have in the space. */
export function unlisted(people: readonly DirectoryPerson[], members: readonly Member[]): Member[] {
  const listed = new Set(people.flatMap(({ emails }) => emails.map(sameForm)));
  return members.filter((member) => !listed.has(sameForm(member.email)) && !isBot(member));
}

/**
 * Gives people the other addresses of their Webex account as well. An account that was added by one of its addresses is
 * in the space by another: without this, one run after the other would add and remove it.
 */
export function withAddressesOf(
  accounts: readonly Pick<DirectoryPerson, "emails">[],
  people: readonly DirectoryPerson[],
): DirectoryPerson[] {
  const addresses = new Map<string, readonly string[]>();
  for (const { emails } of accounts) for (const email of emails) addresses.set(sameForm(email), emails);
  return people.map((person) => {
    const more = person.emails.flatMap((email) => addresses.get(sameForm(email)) ?? []);
    return more.length === 0 ? person : { ...person, emails: [...new Set([...person.emails, ...more])] };
  });
}
