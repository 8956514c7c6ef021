import type { EmulatorAnswer } from "../emulator.ts";
import type { Call, Json, TenantCall } from "./call.ts";
import { entityAnswer } from "./odata.ts";
import type { UserState } from "./user-state.ts";

// The directory counts in resource units, and says in each answer what it took:
// https://learn.microsoft.com/graph/throttling-limits#identity-and-access-service-limits
const COST = { "x-ms-resource-unit": "1" };

/** What is not among the default properties. @see https://learn.microsoft.com/graph/api/resources/user */
export const ONLY_SELECTED = [
  "accountEnabled",
  "department",
  "otherMails",
  "proxyAddresses",
  "userType",
] as const satisfies (keyof UserState)[];

/** The default properties; a personal account's `mail` may be null. @see https://learn.microsoft.com/graph/api/user-get */
export function getUser(call: Call): EmulatorAnswer {
  const user = renderUser(call.mailbox.user, "all");
  return entityAnswer(call, user, { type: "user", onlySelected: ONLY_SELECTED, headers: COST });
}

/** How much of the users in a list: all, what tells one from another, or nothing but that they are there. */
type Shown = "all" | "basic" | "id";

/**
 * What the caller's permissions show of users. That a list of users is cut like that is documented for User.ReadBasic.All,
 * and for members of a group whom the caller may not read ("limited information").
 * @see https://learn.microsoft.com/graph/permissions-reference#userreadbasicall
 * @see https://learn.microsoft.com/graph/permissions-overview#limited-information-returned-for-inaccessible-member-objects
 */
export function shownTo(call: TenantCall): Shown {
  if (call.may("User.Read.All")) return "all";
  return call.may("User.ReadBasic.All") ? "basic" : "id";
}

export function renderUser(user: UserState, shown: Shown): Json {
  const basic = shown === "id" ? undefined : user;
  const all = shown === "all" ? user : undefined;
  return {
    businessPhones: [],
    displayName: basic?.displayName ?? null,
    givenName: basic?.givenName ?? null,
    jobTitle: null,
    mail: basic?.mail ?? null,
    mobilePhone: null,
    officeLocation: null,
    preferredLanguage: null,
    surname: basic?.surname ?? null,
    userPrincipalName: basic?.userPrincipalName ?? null,
    id: user.id,
    accountEnabled: all ? (all.accountEnabled ?? true) : null,
    department: all?.department ?? null,
    otherMails: all?.otherMails ?? [],
    proxyAddresses: all ? proxyAddresses(all) : [],
    userType: all ? (all.userType ?? "Member") : null,
  };
}

/** The address mail is sent from is always one of them. */
export function proxyAddresses({ mail, proxyAddresses: own }: UserState): string[] {
  return own ?? (mail === null ? [] : [`SMTP:${mail}`]);
}
