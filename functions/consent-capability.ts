import type { ConfigSource } from "../shared/config/config-folder.ts";
import type { ConsentRequest } from "../shared/oauth/consent-state.ts";
import { capability, STORAGE } from "./capability.ts";

export const consent = capability(
  "connecting accounts",
  [STORAGE, ["MICROSOFT_CLIENT_ID", "WEBEX_CLIENT_ID"]],
  async () => {
    const { openConsentService } = await import("../shared/oauth/open-consent-service.ts");
    return openConsentService(process.env, { configuredScopes });
  },
);

/** What team files and the like ask for beyond the capability's own: that is for the capability to say. */
async function configuredScopes(
  { capability: purpose, connection }: ConsentRequest,
  config: ConfigSource,
): Promise<string[]> {
  if (purpose !== "registration") return [];
  const { scopesOfTeams } = await import("../shared/registration/team-scopes.ts");
  return scopesOfTeams(config, process.env, connection);
}
