import { consentKey } from "./memory.ts";
import type { AccountState } from "./memory.ts";
import { rememberRefreshToken } from "./issue-tokens.ts";
import { parseScope } from "./scope.ts";
import { allow } from "./service.ts";
import type { LoginService } from "./service.ts";

/** What an administrator, or the passing of time, does to tokens. */
export interface LoginControls {
  /** As if the account had signed in and consented: a refresh token for this scope. */
  grant(clientId: string, userPrincipalName: string, scope: string): Promise<string>;
  /** One refresh token: later uses are AADSTS70000. */
  revokeToken(refreshToken: string): Promise<void>;
  /** All tokens of an account, as after a change of its password: AADSTS50173. */
  revokeAccount(userPrincipalName: string): Promise<void>;
  /** "blocked" is a policy that says no (AADSTS53003), "disabled" AADSTS50057. */
  setAccount(userPrincipalName: string, state: AccountState): Promise<void>;
  /** Forgets what the account has allowed the client: AADSTS65001. */
  withdrawConsent(clientId: string, userPrincipalName: string): Promise<void>;
  /** A second secret beside those there are. */
  addSecret(clientId: string, value: string): void;
  /** All secrets there are end now (AADSTS7000222), or the one named. */
  expireSecret(clientId: string, value?: string): void;
  /** How long access tokens live from now on, as a policy of the organization can have it. */
  setAccessTokenLife(seconds: number): void;
}

export function loginControls(service: LoginService): LoginControls {
  const { state, directory, now } = service;
  return {
    grant: async (clientId, name, text) => {
      const account = directory.account(name);
      if (!account) throw new Error(`There is no account ${name}.`);
      const scope = parseScope(`offline_access ${text}`);
      allow(service, directory.registration(clientId), account, scope);
      const refreshToken = rememberRefreshToken(service, account, clientId, scope);
      await state.save();
      return refreshToken;
    },
    revokeToken: async (refreshToken) => {
      const token = state.value.refreshTokens[refreshToken];
      if (!token) throw new Error("There is no such refresh token.");
      token.revoked = { by: "token", at: now().toISOString() };
      await state.save();
    },
    revokeAccount: async (name) => {
      for (const token of Object.values(state.value.refreshTokens)) {
        if (token.account.toLowerCase() !== name.toLowerCase()) continue;
        token.revoked = { by: "account", at: now().toISOString() };
      }
      await state.save();
    },
    setAccount: async (name, to) => {
      state.value.accounts[name.toLowerCase()] = to;
      await state.save();
    },
    withdrawConsent: async (clientId, name) => {
      delete state.value.consents[consentKey(clientId, name)];
      await state.save();
    },
    addSecret: (clientId, value) => {
      directory.registration(clientId).secrets.push({ value });
    },
    expireSecret: (clientId, value) => {
      for (const secret of directory.registration(clientId).secrets) {
        if (value === undefined || secret.value === value) secret.expiresAt = now();
      }
    },
    setAccessTokenLife: (seconds) => {
      service.accessTokenSeconds = seconds;
    },
  };
}
