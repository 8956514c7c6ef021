import type { TokenClaims } from "../access-token.ts";
import { GraphError } from "./graph-error.ts";

/** The least that a token has to carry for an operation. */
interface Requirement {
  /** A scope, for a token of a user. */
  delegated: string;
  /** An app role, for a token of the app alone. */
  application: string;
  source: string;
}

const REFERENCE = "https://learn.microsoft.com/graph/api";

/**
 * What each operation needs. For open extensions the pages have one table for all kinds of resources; here is its row
 * for events.
 */
const PERMISSIONS = {
  readUser: { delegated: "User.Read", application: "User.Read.All", source: `${REFERENCE}/user-get` },
  listUsers: {
    delegated: "User.ReadBasic.All",
    application: "User.Read.All",
    source: `${REFERENCE}/user-list`,
  },
  listGroupMembers: {
    delegated: "GroupMember.Read.All",
    application: "GroupMember.Read.All",
    source: `${REFERENCE}/group-list-transitivemembers`,
  },
  readMailboxSettings: {
    delegated: "MailboxSettings.Read",
    application: "MailboxSettings.Read",
    source: `${REFERENCE}/user-get-mailboxsettings`,
  },
  listCalendars: {
    delegated: "Calendars.ReadBasic",
    application: "Calendars.ReadBasic",
    source: `${REFERENCE}/user-list-calendars`,
  },
  readEvents: {
    delegated: "Calendars.ReadBasic",
    application: "Calendars.ReadBasic",
    source: `${REFERENCE}/user-list-events`,
  },
  writeEvents: {
    delegated: "Calendars.ReadWrite",
    application: "Calendars.ReadWrite",
    source: `${REFERENCE}/event-update`,
  },
  readEventExtensions: {
    delegated: "Calendars.Read",
    application: "Calendars.Read",
    source: `${REFERENCE}/opentypeextension-get`,
  },
  writeEventExtensions: {
    delegated: "Calendars.ReadWrite",
    application: "Calendars.ReadWrite",
    source: `${REFERENCE}/opentypeextension-update`,
  },
  listContacts: {
    delegated: "Contacts.Read",
    application: "Contacts.Read",
    source: `${REFERENCE}/user-list-contacts`,
  },
  sendMail: { delegated: "Mail.Send", application: "Mail.Send", source: `${REFERENCE}/user-sendmail` },
  listMessages: {
    delegated: "Mail.ReadBasic",
    application: "Mail.ReadBasic.All",
    source: `${REFERENCE}/user-list-messages`,
  },
} as const satisfies Record<string, Requirement>;

export type Operation = keyof typeof PERMISSIONS;

/** The next wider permissions, as the "higher privileged" column of the pages above has them. */
const INCLUDED_IN: Record<string, string[]> = {
  "User.Read": ["User.ReadWrite", "User.ReadBasic.All"],
  "User.ReadBasic.All": ["User.Read.All"],
  "User.Read.All": ["User.ReadWrite.All", "Directory.Read.All"],
  "GroupMember.Read.All": ["GroupMember.ReadWrite.All", "Group.Read.All"],
  "Group.Read.All": ["Group.ReadWrite.All", "Directory.Read.All"],
  "Directory.Read.All": ["Directory.ReadWrite.All"],
  "Calendars.ReadBasic": ["Calendars.Read"],
  "Calendars.Read": ["Calendars.ReadWrite"],
  "Contacts.Read": ["Contacts.ReadWrite"],
  "MailboxSettings.Read": ["MailboxSettings.ReadWrite"],
  "Mail.ReadBasic": ["Mail.Read"],
  "Mail.ReadBasic.All": ["Mail.Read"],
  "Mail.Read": ["Mail.ReadWrite"],
};

/** Does the token carry this permission, or one that includes it? */
export function carries({ scopes, roles, account }: TokenClaims, permission: string): boolean {
  return grants(account === undefined ? roles : scopes, permission);
}

function grants(granted: string[], permission: string): boolean {
  if (granted.includes(permission)) return true;
  return (INCLUDED_IN[permission] ?? []).some((wider) => grants(granted, wider));
}

/** @throws {GraphError} 403, in the words of the directory or of Exchange */
export function requirePermission(caller: TokenClaims, operation: Operation): void {
  const { delegated, application } = PERMISSIONS[operation];
  if (carries(caller, caller.account === undefined ? application : delegated)) return;
  throw isOfDirectory(operation)
    ? new GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")
    : accessDenied();
}

/** Is it the directory that answers, and not Exchange? It has words and limits of its own. */
export function isOfDirectory(operation: Operation): boolean {
  return operation === "readUser" || operation === "listUsers" || operation === "listGroupMembers";
}

export function accessDenied(): GraphError {
  return new GraphError(403, "ErrorAccessDenied", "Access is denied. Check credentials and try again.");
}
