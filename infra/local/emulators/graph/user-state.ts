import type { ZonedTime } from "./time-zone.ts";

export interface UserState {
  id: string;
  userPrincipalName: string;
  displayName: string;
  givenName: string | null;
  surname: string | null;
  mail: string | null;
  /** Whose directory this is in; in everybody's unless given. */
  tenant?: string;
  department?: string;
  accountEnabled?: boolean;
  userType?: "Member" | "Guest";
  otherMails?: string[];
  /** With their kind, such as smtp:ada@example.org; SMTP in capitals is the address that mail is sent from. */
  proxyAddresses?: string[];
}

/** @see https://learn.microsoft.com/graph/api/resources/automaticrepliessetting */
export interface AutomaticReplies {
  status: "disabled" | "alwaysEnabled" | "scheduled";
  externalAudience: "none" | "contactsOnly" | "all";
  /** HTML. */
  internalReplyMessage: string;
  externalReplyMessage: string;
  scheduledStartDateTime: ZonedTime;
  scheduledEndDateTime: ZonedTime;
}

/**
 * - "inactive": without a licence, deleted but not yet gone, or on a server of the organization
 * - "blocked": the organization has limited the app to other mailboxes
 * - "not-found": Exchange does not know it, as for a while after the user was made
 */
export type Unavailable = "inactive" | "blocked" | "not-found";
