import { CONSENT_SECONDS, hashOf } from "./consent-state.ts";

/** The cookie that ties a sign-in to the browser it began in. */
export interface ConsentCookie {
  name: string;
  value: string;
  path: string;
  secure: boolean;
  httpOnly: true;
  sameSite: "Lax";
  /** Seconds; 0 takes the cookie away. */
  maxAge: number;
}

/**
 * @param state  of the sign-in: each has a cookie of its own, so that two in one browser do not end one another
 * @param value  what ties them; empty takes the cookie away
 * @param redirectUri  where the browser comes back to: the cookie is sent there, and hardly anywhere else
 */
export function consentCookie(state: string, value: string, redirectUri: string): ConsentCookie {
  const { protocol, pathname } = new URL(redirectUri);
  return {
    name: nameFor(state),
    value,
    path: pathname.replace(/\/[^/]+\/callback$/u, ""),
    secure: protocol === "https:",
    httpOnly: true,
    // The provider's redirect is a navigation from another site: Lax lets the cookie come along, Strict would not.
    sameSite: "Lax",
    maxAge: value === "" ? 0 : CONSENT_SECONDS,
  };
}

/** What the browser's cookie for a sign-in holds, or undefined when it has none. */
export function bindingIn(cookieHeader: string | null, state: string): string | undefined {
  const prefix = `${nameFor(state)}=`;
  return cookieHeader
    ?.split(/;\s*/u)
    .find((pair) => pair.startsWith(prefix))
    ?.slice(prefix.length);
}

function nameFor(state: string): string {
  return `rollcall-consent-${hashOf(state).slice(0, 12)}`;
}
