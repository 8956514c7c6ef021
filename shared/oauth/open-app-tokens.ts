import * as z from "zod";
import { type Clock, systemClock } from "../clock.ts";
import { type Environment, parseSettings } from "../config/settings.ts";
import type { SecretStore } from "../secrets/secret-store.ts";
import { type AppTokens, appTokens } from "./app-tokens.ts";
import { microsoftSettingsFrom } from "./microsoft-settings.ts";

const Settings = z.object({
  MICROSOFT_CLIENT_ID: z.string("must be set to the client id of the app registration"),
  MICROSOFT_APP_TENANT: z
    .string("must be set to the tenant's id or domain")
    .regex(/^[\w.-]+$/u, "must be a tenant's id or domain")
    .refine((tenant) => !NO_TENANT.has(tenant.toLowerCase()), {
      error: "must be one tenant's id or domain: the app itself has permissions in that tenant alone",
    }),
});

/** What MICROSOFT_TENANT may say, and what is no tenant. */
const NO_TENANT = new Set(["common", "organizations", "consumers"]);

/**
 * Opens the keeper of the app's own tokens for Microsoft Graph, by client credentials. Nothing is read or asked yet.
 * @param options.graphUrl  the cloud's Microsoft Graph, without a slash at its end
 * @throws {SettingsError} a setting is missing or wrong
 * @see https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow
 */
export function microsoftAppTokens(
  env: Environment,
  { graphUrl, secrets, clock }: { graphUrl: string; secrets: SecretStore; clock: Clock },
): AppTokens {
  const { MICROSOFT_CLIENT_ID, MICROSOFT_APP_TENANT } = parseSettings(env, Settings);
  const { loginUrl } = microsoftSettingsFrom(env);
  return appTokens({
    secrets,
    clock,
    async issue(clientSecret) {
      const { ClientSecretCredential } = await import("@azure/identity");
      // A credential for each token: it keeps them by the machine's clock, and the keeping is ours.
      const credential = new ClientSecretCredential(
        MICROSOFT_APP_TENANT,
        MICROSOFT_CLIENT_ID,
        clientSecret,
        // The address is the operator's own: nobody else is asked whether it is one of Microsoft's.
        { authorityHost: loginUrl, disableInstanceDiscovery: true, retryOptions: { maxRetries: 1 } },
      );
      const { token, expiresOnTimestamp } = await credential.getToken(`${graphUrl}/.default`);
      // The library counts from the machine's time.
      return { token, lifeMs: expiresOnTimestamp - systemClock.now().getTime() };
    },
  });
}
