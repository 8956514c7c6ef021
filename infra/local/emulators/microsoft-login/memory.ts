import { randomBytes } from "node:crypto";
import type { Scope } from "./scope.ts";
import type { CodeChallenge } from "../authorization-code.ts";

/** What an account has allowed a client, as codes and refresh tokens carry it. */
export interface Grant {
  account: string;
  clientId: string;
  scope: Scope;
  /** ISO 8601, as every time here. */
  issuedAt: string;
}

export interface Code extends Grant {
  redirectUri: string;
  challenge?: CodeChallenge;
  nonce?: string;
  redeemed: boolean;
}

interface RefreshToken extends Grant {
  /** By itself, or with all others of its account. */
  revoked?: { by: "token" | "account"; at: string };
}

/** "blocked" is a Conditional Access policy that says no. */
export type AccountState = "active" | "blocked" | "disabled";

/** What the service remembers over a restart. */
export interface Memory {
  /** Signs access tokens. */
  tokenKey: string;
  /** Signs id tokens: a PKCS#8 PEM, made on first use. */
  identityKey?: string;
  codes: Record<string, Code>;
  refreshTokens: Record<string, RefreshToken>;
  /** Permissions by client and account. */
  consents: Record<string, string[]>;
  /** "active" unless named here. */
  accounts: Record<string, AccountState>;
}

export function emptyMemory(): Memory {
  return {
    tokenKey: randomBytes(32).toString("base64url"),
    codes: {},
    refreshTokens: {},
    consents: {},
    accounts: {},
  };
}

export function consentKey(clientId: string, account: string): string {
  return `${clientId} ${account.toLowerCase()}`;
}

/** A value that says what it is and cannot be guessed. */
export function newSecret(prefix: string): string {
  return `${prefix}.${randomBytes(48).toString("base64url")}`;
}
