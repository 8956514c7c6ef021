import { sameForm } from "./address.ts";

/** A space as it is. */
export interface Space {
  id: string;
  title: string;
  /** `direct` is a talk between two. */
  type: "direct" | "group";
  /** Whether it is moderated: then only moderators add and remove people. */
  isLocked: boolean;
}

/** Somebody in a space. */
export interface Member {
  membershipId: string;
  personId: string;
  email: string;
  name: string;
  /** Undefined when the service does not say. */
  orgId: string | undefined;
  isModerator: boolean;
  /** When they came in, ISO 8601; undefined when the service does not say. */
  created: string | undefined;
  /** A bot of a kind that is no longer made. */
  isMonitor: boolean;
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

/** Somebody from outside our organization; where it is not known from which, nobody is taken for having left ours. */
export function isGuest({ orgId }: Pick<Member, "orgId">, me: Myself): boolean {
  return orgId === undefined || orgId !== me.orgId;
}

export function isMyself({ personId, email }: Pick<Member, "personId" | "email">, me: Myself): boolean {
  return personId === me.personId || me.emails.map(sameForm).includes(sameForm(email));
}
