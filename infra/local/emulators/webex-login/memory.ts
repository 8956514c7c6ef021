import { randomBytes, randomUUID } from "node:crypto";
import type { CodeChallenge } from "../authorization-code.ts";

/** What a person has allowed an integration. */
export interface Grant {
  email: string;
  clientId: string;
  scopes: string[];
}

export interface Code extends Grant {
  redirectUri: string;
  /** ISO 8601, as every time here. */
  expiresAt: string;
  challenge?: CodeChallenge;
}

export interface Token extends Grant {
  expiresAt: string;
}

/** What the service remembers over a restart. A code or token that counts no more is not in here. */
export interface Memory {
  /** The end of every token, and of every id. */
  organization: string;
  codes: Record<string, Code>;
  accessTokens: Record<string, Token>;
  refreshTokens: Record<string, Token>;
}

export function emptyMemory(): Memory {
  return { organization: randomUUID(), codes: {}, accessTokens: {}, refreshTokens: {} };
}

/** In the form of Webex's own: nobody can guess it, and it ends with the cluster and the organization. */
export function newSecret({ organization }: Memory): string {
  return `${randomBytes(48).toString("base64url")}_PF84_${organization}`;
}
