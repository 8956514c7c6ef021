import type { EmulatorAnswer } from "../exchange.ts";
import { internalId, publicId } from "./ids.ts";
import { Refusal, forbidden } from "./refusal.ts";
import type { Call } from "./call.ts";

/** "List all organizations visible by your account." @see https://developer.webex.com/docs/api/v1/organizations */
export function listOrganizations(call: Call): EmulatorAnswer {
  return { status: 200, body: { items: [ownOrganization(call)] } };
}

export function getOrganization(call: Call): EmulatorAnswer {
  const own = ownOrganization(call);
  if (internalId("ORGANIZATION", call.parameters["orgId"] ?? "") !== call.organization.uuid) {
    throw new Refusal(404, "Organization not found");
  }
  return { status: 200, body: own };
}

/** @throws {Refusal} 403: the caller is no administrator */
function ownOrganization({ caller, organization }: Call): object {
  if ((caller.roles ?? []).length === 0) throw forbidden();
  const { uuid, displayName } = organization;
  return { id: publicId("ORGANIZATION", uuid), displayName, created: "2015-10-18T14:26:16+00:00" };
}
