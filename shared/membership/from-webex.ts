import type { WebexMe } from "../webex/people-me.ts";
import type { WebexMembership } from "../webex/memberships.ts";
import type { WebexPerson } from "../webex/people.ts";
import type { WebexRoom } from "../webex/rooms.ts";
import type { DirectoryPerson } from "./directory.ts";
import type { Member, Myself, Space } from "./space.ts";

/** Somebody of Webex's own directory, in our words. */
export function personFromWebex(person: WebexPerson): DirectoryPerson {
  const { id, emails, displayName, department, loginEnabled, invitePending, type } = person;
  const kind = type === "bot" ? "bot" : type === "appuser" ? "app user" : "person";
  return { personId: id, emails, name: displayName, department, loginEnabled, invitePending, kind };
}

/** Somebody in a space, as far as a membership tells of them. */
export function memberFromWebex(membership: WebexMembership): Member {
  return {
    membershipId: membership.id,
    personId: membership.personId,
    email: membership.personEmail,
    name: membership.personDisplayName,
    orgId: membership.personOrgId,
    isModerator: membership.isModerator,
    created: membership.created,
    isMonitor: membership.isMonitor,
  };
}

/** A space, without what nothing here depends on, such as its title. */
export function spaceFromWebex({ type, isLocked, teamId }: WebexRoom): Space {
  return { type, isLocked, isOfTeam: teamId !== undefined };
}

/** The connected account. */
export function myselfFromWebex({ id, emails, orgId }: WebexMe): Myself {
  return { personId: id, emails, orgId };
}
