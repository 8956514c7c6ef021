import type { GraphUser } from "../graph/users.ts";
import { sameForm } from "./address.ts";
import type { DirectoryPerson } from "./directory.ts";

/** What Microsoft says, in our words: whom Webex knows by their address alone. */
export function personFromMicrosoft(user: GraphUser): DirectoryPerson {
  const { mail, userPrincipalName, otherMails, displayName, department, accountEnabled } = user;
  const addresses = [mail, userPrincipalName, ...otherMails].filter((address) => address !== undefined);
  const emails = new Map(addresses.map((address) => [sameForm(address), address]));
  emails.delete("");
  return {
    personId: undefined,
    emails: [...emails.values()],
    name: displayName ?? "",
    department,
    loginEnabled: accountEnabled,
    // Who has not accepted an invitation is a guest, and told apart by that.
    invitePending: undefined,
    kind: "person",
  };
}

/** Guests are in a directory because somebody has shared something with them, not because they work there. */
export function isGuestUser({ userType }: GraphUser): boolean {
  return userType?.toLowerCase() === "guest";
}
