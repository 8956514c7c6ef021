import { nearestName } from "../config/nearest-name.ts";
import { ShortName } from "../config/short-name.ts";

/** The secrets of which there is one. */
export const SECRETS = {
  microsoftClientSecret: "microsoft-client-secret",
  webexClientSecret: "webex-client-secret",
  jiraApiToken: "jira-api-token",
  mediatorToken: "mediator-token",
  absenceWebhookSecret: "absence-webhook-secret",
  jiraWebhookSecret: "jira-webhook-secret",
  sessionKey: "session-key",
} as const;

/** The secrets of which there is one per connection or team: what their names begin with, and what follows. */
const FAMILIES = {
  "microsoft-refresh-token-": "<connection>",
  "webex-refresh-token-": "<connection>",
  "mail-password-": "<team>",
} as const;

/** @param connection  a consented account, such as `default` */
export function microsoftRefreshToken(connection: string): string {
  return member("microsoft-refresh-token-", connection);
}

/** @param connection  a consented account, such as `default` */
export function webexRefreshToken(connection: string): string {
  return member("webex-refresh-token-", connection);
}

/** @param team  the name of the team file without `.json` */
export function mailPassword(team: string): string {
  return member("mail-password-", team);
}

function member(family: keyof typeof FAMILIES, name: string): string {
  const parsed = ShortName.safeParse(name);
  if (parsed.success) return family + name;
  throw new TypeError(
    `${JSON.stringify(name)} is no ${FAMILIES[family]}: it ${parsed.error.issues[0]?.message}.`,
  );
}

/** Every name a secret can have, with `<connection>` or `<team>` where a name follows. */
export const SECRET_NAMES: readonly string[] = [
  ...Object.values(SECRETS),
  ...Object.entries(FAMILIES).map(([family, follows]) => family + follows),
];

/** Whether something reads a secret of this name. */
export function isSecretName(name: string): boolean {
  if (Object.values<string>(SECRETS).includes(name)) return true;
  return Object.keys(FAMILIES).some(
    (family) => name.startsWith(family) && ShortName.safeParse(name.slice(family.length)).success,
  );
}

/** The secret's name that was probably meant, or undefined when none is near. */
export function nearestSecretName(given: string): string | undefined {
  const lower = given.toLowerCase();
  // What follows a family's name is free, so it may begin after any hyphen of the given name.
  const tails = [...lower.matchAll(/[-_]/g)].map(({ index }) => lower.slice(index + 1));
  const candidates = Object.keys(FAMILIES).flatMap((family) => tails.map((tail) => family + tail));
  return nearestName(lower, [...Object.values(SECRETS), ...candidates.filter(isSecretName)]);
}
