import { sameForm } from "./address.ts";

/** A space as it is. */
export interface Space {
  /** `direct` is a talk between two. */
  type: "direct" | "group";
  /** Whether it is moderated: then only moderators add and remove people. */
  isLocked: boolean;
  /** Whether it is one of a team's spaces. */
  isOfTeam: boolean;
}

/** By what somebody is known. */
export interface Identity {
  personId: string;
  /** The main address; empty when the service does not say. */
  email: string;
  /** Further addresses of the same account; missing where they were not asked for. */
  otherEmails?: readonly string[];
}

/** Somebody in a space. */
export interface Member extends Identity {
  membershipId: string;
  name: string;
  /** Undefined when the service does not say. */
  orgId: string | undefined;
  isModerator: boolean;
  /** When they came in, ISO 8601; undefined when the service does not say. */
  created: string | undefined;
  /** A bot of a kind that is no longer made. */
  isMonitor: boolean;
  /** Whom an app has made; missing where it was not asked for, since memberships do not tell it. */
  isAppUser?: boolean;
}

/** The connected account. */
export interface Myself {
  personId: string;
  emails: readonly string[];
  orgId: string | undefined;
}

/** `sparkbot.io` is from before 2018. @see https://developer.webex.com/docs/bots */
const BOT_DOMAINS = new Set(["webex.bot", "sparkbot.io"]);

/** Memberships do not say what is a bot; its address does. */
export function isBot({ email, isMonitor }: Pick<Member, "email" | "isMonitor">): boolean {
  return isMonitor || BOT_DOMAINS.has(sameForm(email).split("@").at(-1) ?? "");
}

/**
 * Somebody from outside our organization; where it is not known from which, nobody is taken for having left ours. A guest
 * user whom an app has made is one too, although they belong to the organization of the app.
 */
export function isGuest({ orgId, isAppUser }: Pick<Member, "orgId" | "isAppUser">, me: Myself): boolean {
  return isAppUser === true || orgId === undefined || orgId !== me.orgId;
}

/** All addresses that are known of somebody, in the form in which they are compared; none is empty. */
export function addressesOf({ email, otherEmails = [] }: Omit<Identity, "personId">): string[] {
  return [email, ...otherEmails].map(sameForm).filter((address) => address !== "");
}

/** Whether a member is the connected account, by id or by any of its addresses. */
export function isMyself({ personId, email }: Pick<Member, "personId" | "email">, me: Myself): boolean {
  return personId === me.personId || me.emails.map(sameForm).includes(sameForm(email));
}
