import { internalIdFor, publicId } from "./ids.ts";
import { emailsOf } from "./people.ts";
import type { Person } from "./people.ts";
import type { WebexSettings } from "./settings.ts";

/** How much of a person is shown. */
export interface View {
  /** The uuid of the emulator's own organization. */
  organization: string;
  /** "Admin users will receive an enriched payload with additional administrative fields." */
  isForAdmin: boolean;
  /** `status` and `lastActivity`, of people within the organization. */
  presence: boolean;
  flags: WebexSettings["flags"];
}

/** Webex's own examples have it. */
const CREATED = "2015-10-18T14:26:16.000Z";

/** @see https://developer.webex.com/docs/api/v1/people */
export function personResource(person: Person, view: View): object {
  const { displayName, type = "person", organization } = person;
  const [firstName = "", ...others] = displayName.split(" ");
  return {
    id: publicId("PEOPLE", person.uuid),
    emails: emailsOf(person),
    displayName,
    firstName,
    ...(others.length > 0 ? { lastName: others.join(" ") } : {}),
    orgId: organizationId(person, view.organization),
    created: CREATED,
    ...(view.isForAdmin && organization === undefined ? administrative(person, view.flags) : {}),
    ...(view.presence && organization === undefined ? presence(person) : {}),
    type,
  };
}

export function organizationId({ organization }: Person, own: string): string {
  const uuid = organization === undefined ? own : internalIdFor(`organization ${organization}`);
  return publicId("ORGANIZATION", uuid);
}

function administrative(person: Person, flags: WebexSettings["flags"]): object {
  const { roles = [], department, title, loginEnabled = true, invitePending = false } = person;
  const flag = (value: boolean): boolean | string => (flags === "text" ? String(value) : value);
  return {
    ...(roles.length > 0 ? { roles: roles.map((role) => publicId("ROLE", role)) } : {}),
    licenses: [],
    // Who has no department has no such field.
    ...(department ? { department } : {}),
    ...(title ? { title } : {}),
    lastModified: CREATED,
    invitePending: flag(invitePending),
    loginEnabled: flag(loginEnabled),
  };
}

function presence({ invitePending = false }: Person): object {
  return invitePending ? { status: "pending" } : { status: "active", lastActivity: CREATED };
}
