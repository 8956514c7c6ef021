import type { ConfigSource } from "../shared/config/config-folder.ts";
import type { ConsentRequest } from "../shared/oauth/consent-state.ts";
import type { ConsentService } from "../shared/oauth/consent-service.ts";
import { RequestProblem } from "./answers.ts";

/** What connecting accounts cannot do without; each entry is a list of settings of which one is enough. */
const REQUIRED = [
  ["AzureWebJobsStorage", "AzureWebJobsStorage__accountName"],
  ["MICROSOFT_CLIENT_ID", "WEBEX_CLIENT_ID"],
];

const missing = REQUIRED.filter((names) => names.every((name) => !process.env[name])).map((names) =>
  names.join(" or "),
);

if (missing.length > 0) {
  console.warn(`connecting accounts is off: set ${missing.join(" and ")} to turn it on`);
}

let service: Promise<ConsentService> | undefined;

/**
 * Connecting accounts, wired when it is first asked for and kept from then on.
 * @throws {RequestProblem} 503 when a setting is missing
 */
export async function consent(): Promise<ConsentService> {
  if (missing.length > 0) {
    throw new RequestProblem(503, `Connecting accounts is off. Set ${missing.join(" and ")}, then restart.`);
  }
  service ??= wire();
  try {
    return await service;
  } catch (error) {
    // A mistake in the settings is looked at again next time, not remembered for the life of the worker.
    service = undefined;
    throw error;
  }
}

async function wire(): Promise<ConsentService> {
  const { openConsentService } = await import("../shared/oauth/open-consent-service.ts");
  return openConsentService(process.env, { configuredScopes });
}

/** What team files and the like ask for beyond the capability's own: that is for the capability to say. */
async function configuredScopes(
  { capability, connection }: ConsentRequest,
  config: ConfigSource,
): Promise<string[]> {
  if (capability !== "registration") return [];
  const { scopesOfTeams } = await import("../shared/registration/team-scopes.ts");
  return scopesOfTeams(config, process.env, connection);
}
