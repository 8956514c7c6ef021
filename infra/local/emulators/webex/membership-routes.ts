import type { EmulatorAnswer } from "../exchange.ts";
import { internalId, publicId } from "./ids.ts";
import {
  addMember,
  NO_SUCH_ROOM,
  removeMember,
  requireVisible,
  seesOnlyModerators,
} from "./membership-rules.ts";
import { pageAnswer } from "./page.ts";
import type { Person } from "./people.ts";
import { organizationId } from "./person-resource.ts";
import { Refusal } from "./refusal.ts";
import type { Call } from "./call.ts";
import type { MemberState, SpaceState } from "./state.ts";

/** @see https://developer.webex.com/docs/api/v1/memberships/list-memberships */
export function listMemberships(call: Call): EmulatorAnswer {
  const { query, spaces, caller, settings } = call;
  const roomId = query.get("roomId");
  if (roomId === null && (query.has("personId") || query.has("personEmail"))) {
    throw new Refusal(400, "roomId is required with personId or personEmail.");
  }
  if (roomId === null) {
    const own = spaces.of(caller).map((space, place) => ({ space, place }));
    return pageAnswer(call, settings.largestPage.memberships, function* after(place) {
      for (const each of own.slice(place + 1)) yield { ...each, item: ownMembership(each.space, call) };
    });
  }
  const space = requireVisible(spaces.byUuid(internalId("ROOM", roomId) ?? ""), call);
  const isAskedFor = filterOf(call);
  const onlyModerators = seesOnlyModerators(space, caller);
  return pageAnswer(call, settings.largestPage.memberships, function* after(place) {
    for (const [uuid, member] of Object.entries(space.members)) {
      if (member.number <= place || (onlyModerators && !member.isModerator) || !isAskedFor(uuid)) continue;
      yield { place: member.number, item: membershipResource(space, uuid, member, call) };
    }
  });
}

/** @see https://developer.webex.com/docs/api/v1/memberships/get-membership-details */
export function getMembership(call: Call): EmulatorAnswer {
  const { space, person, member } = requireMembership(call);
  return { status: 200, body: membershipResource(space, person.uuid, member, call) };
}

/** @see https://developer.webex.com/docs/api/v1/memberships/create-a-membership */
export function createMembership(call: Call): EmulatorAnswer {
  const { roomId, personId, personEmail, isModerator = false } = bodyOf(call);
  if (typeof roomId !== "string") throw new Refusal(400, "roomId cannot be null");
  if (typeof personId !== "string" && typeof personEmail !== "string") {
    throw new Refusal(400, "Must specify either personId or personEmail.");
  }
  const space = requireVisible(call.spaces.byUuid(internalId("ROOM", roomId) ?? ""), call);
  const person = typeof personId === "string" ? personById(call, personId) : personByEmail(call, personEmail);
  const member = addMember(space, person, isModerator === true, call);
  call.record({ action: "added", space, person, isModerator: member.isModerator });
  return { status: 200, body: membershipResource(space, person.uuid, member, call) };
}

/** @see https://developer.webex.com/docs/api/v1/memberships/delete-a-membership */
export function deleteMembership(call: Call): EmulatorAnswer {
  const { space, person, member } = requireMembership(call);
  const { isModerator } = member;
  for (const left of removeMember(space, person, call)) {
    call.record({ action: "removed", space: left, person, isModerator });
  }
  return { status: 204 };
}

interface Membership {
  space: SpaceState;
  person: Person;
  member: MemberState;
}

/** @throws {Refusal} 404: there is none, or none that the caller may know of */
function requireMembership(call: Call): Membership {
  const id = internalId("MEMBERSHIP", call.parameters["membershipId"] ?? "") ?? "";
  const [personUuid = "", spaceUuid = ""] = id.split(":");
  const space = call.spaces.byUuid(spaceUuid);
  const member = space?.members[personUuid];
  const person = call.people.byId(personUuid);
  if (!space || !member || !person) throw new Refusal(404, "Failed to get membership");
  requireVisible(space, call);
  if (seesOnlyModerators(space, call.caller) && !member.isModerator) throw new Refusal(404, NO_SUCH_ROOM);
  return { space, person, member };
}

function filterOf({ query, people }: Call): (uuid: string) => boolean {
  const personId = query.get("personId");
  const personEmail = query.get("personEmail");
  if (personId !== null) {
    const wanted = internalId("PEOPLE", personId);
    return (uuid) => uuid === wanted;
  }
  if (personEmail !== null)
    return (uuid) => people.byId(uuid)?.email.toLowerCase() === personEmail.toLowerCase();
  return () => true;
}

function personById({ people }: Call, id: string): Person {
  const uuid = internalId("PEOPLE", id);
  // The words are the service's own: https://github.com/ObjectIsAdvantag/webex-api-emulator
  if (uuid === undefined) throw new Refusal(400, "Expect base64 ID or UUID.");
  const person = people.byId(uuid);
  if (!person || person.isGone) throw new Refusal(404, "Person not found");
  return person;
}

/** Webex would invite an address that nobody has; there is nobody here to follow such an invitation. */
function personByEmail({ people }: Call, email: unknown): Person {
  const person = people.byEmail(String(email));
  if (!person) throw new Refusal(404, `${String(email)} not found.`);
  return person;
}

function ownMembership(space: SpaceState, call: Call): object {
  const { uuid } = call.caller;
  const member = space.members[uuid];
  return member ? membershipResource(space, uuid, member, call) : {};
}

function membershipResource(space: SpaceState, uuid: string, member: MemberState, call: Call): object {
  const person = call.people.byId(uuid);
  if (!person) throw new Error(`The room ${space.name} has a member that nobody knows, ${uuid}.`);
  return {
    id: publicId("MEMBERSHIP", `${uuid}:${space.uuid}`),
    roomId: publicId("ROOM", space.uuid),
    personId: publicId("PEOPLE", uuid),
    personEmail: person.email,
    personDisplayName: person.displayName,
    personOrgId: organizationId(person, call.organization.uuid),
    isModerator: member.isModerator,
    isMonitor: false,
    roomType: space.type,
    created: member.created,
  };
}

function bodyOf({ headers, text }: Call): Record<string, unknown> {
  const type = (headers["content-type"] ?? "").split(";", 1)[0]?.trim().toLowerCase();
  if (type !== "application/json") {
    throw new Refusal(415, `Content type '${type || "text/plain"}' not supported`);
  }
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null) return value as Record<string, unknown>;
  } catch {
    // Refused below, like everything else that is no object.
  }
  throw new Refusal(400, "The request body is not a JSON object.");
}
