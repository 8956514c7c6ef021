import type { Capability, Provider } from "./provider.ts";

/** One permission. */
interface Permission {
  /** As the provider spells it. */
  scope: string;
  /** Why, as the end of "It is needed to …"; absent when we have no use for it any more. */
  reason?: string;
}

/**
 * Every permission there is to ask for, by provider, with its reason in words for the owner of the account.
 * @see https://learn.microsoft.com/graph/permissions-reference
 * @see https://developer.webex.com/docs/integrations#scopes
 */
const REASONS = {
  microsoft: {
    offline_access: "work while nobody is signed in",
    "User.Read": "know which account this is",
    "Calendars.ReadWrite": "read the sessions, and mark them as announced",
    "Calendars.ReadWrite.Shared": "put meetings into calendars that others share with this account",
    "Contacts.Read": "know the names and roles of who is invited",
    "GroupMember.Read.All": "know the members of a group",
    "Mail.ReadBasic": "find out whether a notice has gone out when its answer was lost",
    "Mail.ReadWrite": "read the mail that becomes tickets",
    "Mail.Send": "send mail as this account",
    "MailboxSettings.Read": "know whether automatic replies are on",
    "User.Read.All": "know who works here, and in which department",
    "User.ReadBasic.All": "know the names and addresses of a group's members",
  },
  webex: {
    "meeting:admin_preferences_read": "know who may schedule for whom",
    "meeting:admin_schedule_read": "read meetings held for others",
    "meeting:admin_schedule_write": "schedule meetings that others host",
    "meeting:preferences_read": "know for whom this account may schedule",
    "meeting:schedules_read": "read the meetings of this account",
    "meeting:schedules_write": "schedule, change and cancel meetings",
    "spark-admin:organizations_read": "nothing as yet; the sync of spaces has always asked for it",
    "spark-admin:people_read": "read the directory of the organization",
    "spark:memberships_read": "know who is in a space",
    "spark:memberships_write": "add people to a space, and remove them",
    "spark:people_read": "know which account this is",
    "spark:rooms_read": "know whether a space is moderated, and whether it is a team's",
  },
} as const satisfies Record<Provider, Record<string, string>>;

type ScopesOf<P extends Provider> = readonly (keyof (typeof REASONS)[P])[];

/** Without these no connection is of use: to know the account, and to have a refresh token. */
const MICROSOFT_BASE = ["offline_access", "User.Read"] as const;

/**
 * What a capability asks for. A capability that is not here is none the provider has anything to do with.
 * Absence of others is read with application permissions, which no account can consent to; here it is the account's own.
 */
const MICROSOFT: Partial<Record<Capability, ScopesOf<"microsoft">>> = {
  registration: [...MICROSOFT_BASE, "Calendars.ReadWrite", "Contacts.Read", "Mail.Send"],
  absence: [...MICROSOFT_BASE, "MailboxSettings.Read"],
  tickets: [...MICROSOFT_BASE, "Mail.ReadWrite", "Mail.Send"],
  meetings: [
    ...MICROSOFT_BASE,
    "Calendars.ReadWrite",
    "Calendars.ReadWrite.Shared",
    "GroupMember.Read.All",
    "User.ReadBasic.All",
  ],
  membership: [...MICROSOFT_BASE, "User.Read.All", "GroupMember.Read.All"],
};

const WEBEX: Partial<Record<Capability, ScopesOf<"webex">>> = {
  meetings: [
    "spark:people_read",
    "meeting:schedules_read",
    "meeting:schedules_write",
    "meeting:preferences_read",
  ],
  membership: [
    "spark-admin:people_read",
    "spark-admin:organizations_read",
    "spark:memberships_read",
    "spark:memberships_write",
    "spark:rooms_read",
    "spark:people_read",
  ],
};

const SCOPES: Record<Provider, Partial<Record<Capability, readonly string[]>>> = {
  microsoft: MICROSOFT,
  webex: WEBEX,
};

/** The scopes of a Webex connection that schedules meetings which others host. */
export const WEBEX_ADMIN_SCOPES: ScopesOf<"webex"> = [
  "meeting:admin_schedule_read",
  "meeting:admin_schedule_write",
  "meeting:admin_preferences_read",
];

/** The scopes of a capability, or undefined when the provider has nothing to do with it. */
export function scopesOf(provider: Provider, capability: Capability): readonly string[] | undefined {
  return SCOPES[provider][capability];
}

/** The capabilities an account of this provider can be connected for. */
export function capabilitiesOf(provider: Provider): Capability[] {
  return Object.keys(SCOPES[provider]) as Capability[];
}

/**
 * What to ask for: what is needed now, and what the connection has already, since its token is replaced by the new one.
 * Each once, in whatever case it was written.
 */
export function scopesToAskFor(needed: readonly string[], granted: readonly string[]): string[] {
  const scopes = new Map<string, string>();
  for (const scope of [...needed, ...granted]) {
    const key = keyOf(scope);
    if (!scopes.has(key) && !IDENTITY.has(key)) scopes.set(key, scope);
  }
  return [...scopes.values()];
}

/** Those that were asked for and not granted. */
export function missingScopes(asked: readonly string[], granted: readonly string[]): string[] {
  const has = new Set(granted.map(keyOf));
  return asked.filter((scope) => !has.has(keyOf(scope)));
}

/** Permissions with their reasons, for a page. */
export function explainScopes(provider: Provider, scopes: readonly string[]): Permission[] {
  const reasons = new Map<string, string>(
    Object.entries(REASONS[provider]).map(([scope, reason]) => [keyOf(scope), reason]),
  );
  return scopes.map((scope) => {
    const reason = reasons.get(keyOf(scope));
    return reason === undefined ? { scope } : { scope, reason };
  });
}

/** Microsoft adds them of its own accord; they are about signing in, and give access to nothing. */
const IDENTITY = new Set(["openid", "profile", "email"]);

/** Microsoft may answer `https://graph.microsoft.com/mail.send` where `Mail.Send` was asked for. */
function keyOf(scope: string): string {
  const lower = scope.toLowerCase();
  return lower.includes("://") ? lower.slice(lower.lastIndexOf("/") + 1) : lower;
}
