/** Whom an account can be connected at. */
export const PROVIDERS = ["microsoft", "webex"] as const;
export type Provider = (typeof PROVIDERS)[number];

/** What a connection is used for: each asks for permissions of its own. */
export const CAPABILITIES = ["registration", "absence", "tickets", "meetings", "membership"] as const;
export type Capability = (typeof CAPABILITIES)[number];
