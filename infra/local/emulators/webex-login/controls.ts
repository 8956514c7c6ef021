import type { WebexService } from "./service.ts";
import { rememberRefreshToken } from "./token.ts";

/** What an administrator, or the passing of time, does to tokens. */
export interface WebexControls {
  /** As if the person had signed in and accepted: a refresh token for these scopes, separated by spaces. */
  grant(clientId: string, email: string, scope: string): Promise<string>;
  /** One refresh token counts no more. */
  revokeToken(refreshToken: string): Promise<void>;
  /** No token of a person counts any more, as after the integration is removed from the account. */
  revokePerson(email: string): Promise<void>;
  /** "Regenerate Client Secret": the old one ends at once. */
  replaceSecret(clientId: string, value: string): void;
}

export function webexControls(service: WebexService): WebexControls {
  const { state, directory } = service;
  return {
    grant: async (clientId, email, scope) => {
      const person = directory.person(email);
      if (!person) throw new Error(`There is no person ${email}.`);
      const refreshToken = rememberRefreshToken(service, { email, clientId, scopes: scope.split(" ") });
      await state.save();
      return refreshToken;
    },
    revokeToken: async (refreshToken) => {
      if (!(refreshToken in state.value.refreshTokens)) throw new Error("There is no such refresh token.");
      delete state.value.refreshTokens[refreshToken];
      await state.save();
    },
    revokePerson: async (email) => {
      for (const tokens of [state.value.accessTokens, state.value.refreshTokens]) {
        for (const [value, token] of Object.entries(tokens)) {
          if (token.email.toLowerCase() === email.toLowerCase()) delete tokens[value];
        }
      }
      await state.save();
    },
    replaceSecret: (clientId, value) => {
      const integration = directory.integration(clientId);
      if (!integration) throw new Error(`There is no integration ${clientId}.`);
      integration.secret = value;
    },
  };
}
