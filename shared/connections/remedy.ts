import type { Capability, Provider } from "../oauth/provider.ts";
import { EXPIRED } from "./watch.ts";

/** What a warning is about, in the words that a mail needs. */
export type Subject =
  | {
      kind: "connection";
      provider: Provider;
      connection: string;
      /** Empty when nobody has consented. */
      account: string;
      /** What it is consented for again. */
      capability: Capability;
      /** What works through it. */
      usedBy: readonly string[];
    }
  | {
      kind: "client secret";
      provider: Provider;
      /** The secret's name. */
      secret: string;
      /** Where a person finds it. */
      place: string;
    };

export const PROVIDER_NAMES: Readonly<Record<Provider, string>> = { microsoft: "Microsoft", webex: "Webex" };

/** Why a connection does not work, by the code of its trouble, and whether its owner can mend that by consenting again. */
const CAUSES: Readonly<Record<string, { because: string; consent: boolean }>> = {
  [EXPIRED]: { because: "the consent has run out, for it was not used for too long", consent: true },
  consent_expired: {
    because: "the consent is not accepted any more; it was revoked, has expired, or the password has changed",
    consent: true,
  },
  consent_missing: { because: "the account has not agreed to everything that is asked for", consent: true },
  not_connected: { because: "its token is not in the secret store any more", consent: true },
  sign_in_blocked: {
    because: "the organisation of the account, or the state of the account, forbids the sign-in",
    consent: false,
  },
  client_secret_refused: {
    because: "the client secret of the app registration is wrong or has expired",
    consent: false,
  },
};

/** The end of a sentence: why a thing does not work any more. */
export function reasonOf(subject: Subject, code: string): string {
  if (subject.kind === "client secret") return "its time has run out";
  return CAUSES[code]?.because ?? `the sign-in service refuses it (${code})`;
}

/**
 * Whether consenting again is what it takes: for what runs out, and for most of what is dead.
 * @param code  of the trouble; undefined for what only runs out
 */
export function needsConsent(subject: Subject, code: string | undefined): boolean {
  if (subject.kind === "client secret") return false;
  return code === undefined || (CAUSES[code]?.consent ?? false);
}

/**
 * What a person does about it, as sentences.
 * @param code  of the trouble; undefined for what only runs out
 * @param connect  the link to consent by, when consenting is what it takes
 */
export function remedyOf(subject: Subject, code: string | undefined, connect: string | undefined): string {
  if (subject.kind === "client secret") return newClientSecret(subject);
  const { provider, account } = subject;
  if (code === "client_secret_refused") {
    return newClientSecret({ provider, secret: `${provider}-client-secret`, place: "the secret store" });
  }
  if (code === "sign_in_blocked") {
    return "Ask the owner of the account, or the administrator of its organisation, to clear the way.";
  }
  if (!needsConsent(subject, code)) {
    const prefix = provider.toUpperCase();
    return `Compare ${prefix}_CLIENT_ID and the other ${prefix} settings with the app registration; the log says more.`;
  }
  const who = account ? `sign in as ${account}` : "sign in";
  return connect
    ? `Open ${connect}, ${who}, and agree. The link works once, for 7 days.`
    : `Open /api/oauth/${provider}/start?connection=${subject.connection} with the function key, ${who}, and agree.`;
}

const NEW_SECRET_AT: Readonly<Record<Provider, string>> = {
  microsoft:
    "In the Microsoft Entra admin center, App registrations, Certificates & secrets, make a new client secret",
  webex: "At developer.webex.com, in the integration, make a new client secret",
};

function newClientSecret({
  provider,
  secret,
  place,
}: {
  provider: Provider;
  secret: string;
  place: string;
}): string {
  return `${NEW_SECRET_AT[provider]}. Store its value as a new version of ${secret} in ${place}, with its expiration date. Nothing has to be restarted.`;
}
