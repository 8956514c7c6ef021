import type { Person } from "./people.ts";
import { Refusal } from "./refusal.ts";
import type { WebexSettings } from "./settings.ts";
import { join, leave, moderatorsOf } from "./spaces.ts";
import type { Spaces } from "./spaces.ts";
import type { MemberState, SpaceState } from "./state.ts";

/** What a rule looks at. */
export interface Situation {
  caller: Person;
  spaces: Spaces;
  settings: WebexSettings;
  now: Date;
}

/**
 * The space, for somebody it concerns: its members, and the members of the team that has it.
 * @throws {Refusal} 404, also for a space that is there: https://github.com/ObjectIsAdvantag/webex-api-emulator has seen
 * it and the words; or 403, if the settings say so
 */
export function requireVisible(
  space: SpaceState | undefined,
  { caller, spaces, settings }: Situation,
): SpaceState {
  if (!space) throw new Refusal(404, NO_SUCH_ROOM);
  if (caller.uuid in space.members || spaces.isInTeam(space.team, caller)) return space;
  throw new Refusal(settings.strangerStatus, NO_SUCH_ROOM);
}

/**
 * "For moderated team spaces, the list of memberships will include only the space moderators if the user is a team
 * member but not a direct participant of the space."
 * @see https://developer.webex.com/docs/api/v1/memberships/list-memberships
 */
export function seesOnlyModerators(space: SpaceState, caller: Person): boolean {
  return space.isLocked && !(caller.uuid in space.members);
}

/**
 * Adds somebody. Who makes a moderator moderates the space, and becomes a moderator too, as the integration tests of
 * https://github.com/webex/webex-js-sdk have seen it (plugin-memberships).
 * @throws {Refusal} 403: not the caller's to do, or a space of two; 409: is there already; the status of a full space
 */
export function addMember(
  space: SpaceState,
  person: Person,
  isModerator: boolean,
  situation: Situation,
): MemberState {
  const { caller, settings, now } = situation;
  const { members } = requireVisible(space, situation);
  // The words are the service's own, as clients of it read them.
  if (space.type === "direct") {
    throw new Refusal(403, "1:1 conversation already has the maximum number of participants");
  }
  requireSay(space, caller);
  if (person.uuid in members) throw new Refusal(409, "User is already a participant in the room.");
  if (space.size >= settings.spaceLimit) {
    throw new Refusal(
      settings.fullSpaceStatus,
      "Conversation already has the maximum number of participants.",
    );
  }
  const member = join(space, person.uuid, isModerator, now);
  const own = members[caller.uuid];
  if (isModerator && own) {
    space.isLocked = true;
    own.isModerator = true;
  }
  return member;
}

/**
 * Removes somebody. Whoever leaves a team's General space leaves the team, and so all its spaces.
 * @returns the spaces that the person is no longer in
 * @throws {Refusal} 403: not the caller's to do, a space of two, or the last moderator of a team space
 * @see https://developer.webex.com/docs/api/v1/memberships/delete-a-membership
 * @see https://github.com/jeremywillans/webex-scripts: ADGroup_Sync, for the General space
 */
export function removeMember(space: SpaceState, person: Person, situation: Situation): SpaceState[] {
  const { caller, spaces, now } = situation;
  if (space.type === "direct") throw new Refusal(403, "Nobody can be removed from a 1:1 conversation.");
  if (person.uuid !== caller.uuid) requireSay(space, caller);
  requireAnotherModerator(space, person);
  const left = space.isGeneral ? spaces.ofTeam(space.team) : [space];
  const concerned = left.filter(({ members }) => person.uuid in members);
  for (const each of concerned) leave(each, person.uuid, now);
  return concerned;
}

export const NO_SUCH_ROOM = "Could not find a room with provided ID.";

/** @see https://blog.webex.com/team-collaboration/moderating-spaces-in-a-team/ for moderated spaces */
function requireSay({ members, isLocked }: SpaceState, caller: Person): void {
  const own = members[caller.uuid];
  if (!own) throw new Refusal(403, "Only those who are in the room can change who is.");
  if (isLocked && !own.isModerator) throw new Refusal(403, "Only moderators can change who is in the room.");
}

/**
 * Documented for the General space, and for moderated team spaces in words about the app:
 * https://blog.webex.com/team-collaboration/moderating-spaces-in-a-team/
 */
function requireAnotherModerator(space: SpaceState, { uuid }: Person): void {
  if (space.team === undefined || !(space.isGeneral || space.isLocked)) return;
  const moderators = moderatorsOf(space);
  if (moderators.length === 1 && moderators[0] === uuid) {
    throw new Refusal(403, "The last moderator of a team's room cannot be removed: make another one first.");
  }
}
