import type { DirectoryPerson } from "./directory.ts";
import type { Reading } from "./reading.ts";
import { isMyself, type Member, type Myself, type Space } from "./space.ts";

/** Why a space is left as it is. */
export interface Obstacle {
  code: "unread" | "direct_space" | "not_in_the_space" | "only_moderators_visible" | "not_a_moderator";
  /** What happened, and what the reader can do. */
  reason: string;
}

/** What is looked at for one space. */
export interface Readings {
  space: Reading<Space>;
  members: Reading<readonly Member[]>;
  me: Reading<Myself>;
  directory: Reading<readonly DirectoryPerson[]>;
}

/** The same when all of it was read. */
export interface Survey {
  space: Space;
  members: readonly Member[];
  me: Myself;
  people: readonly DirectoryPerson[];
}

/**
 * Whether what was read is all there is to read, and whether we may change the space. Whoever is in a space sees
 * everybody in it; who is not, but belongs to the team that has it, sees the moderators only of a moderated one.
 * @see https://developer.webex.com/docs/api/v1/memberships/list-memberships
 */
export function survey({ space, members, me, directory }: Readings): Survey | Obstacle {
  if (space.state === "unknown") return unread(space.reason);
  if (me.state === "unknown") return unread(me.reason);
  if (members.state === "unknown") return unread(members.reason);
  const seen = { space: space.value, members: members.value, me: me.value };
  const obstacle = obstacleIn(seen);
  if (obstacle) return obstacle;
  if (directory.state === "unknown") return unread(directory.reason);
  if (directory.value.length === 0) return unread("The directory is empty.");
  return { ...seen, people: directory.value };
}

/**
 * Everybody in the space, where that is sure: whoever is in it sees all the others.
 * @returns undefined when some may be missing
 */
export function everybodyIn({
  members,
  me,
}: Pick<Readings, "members" | "me">): readonly Member[] | undefined {
  if (members.state === "unknown" || me.state === "unknown") return undefined;
  return members.value.some((member) => isMyself(member, me.value)) ? members.value : undefined;
}

function unread(reason: string): Obstacle {
  return { code: "unread", reason };
}

function obstacleIn({ space, members, me }: Omit<Survey, "people">): Obstacle | undefined {
  if (space.type === "direct") {
    return {
      code: "direct_space",
      reason: "This is a talk between two people, not a space that others can join. Correct space_id.",
    };
  }
  const own = members.find((member) => isMyself(member, me));
  if (!own && space.isLocked) {
    return {
      code: "only_moderators_visible",
      reason:
        "The space is moderated and the connected account is not in it, so Webex shows it moderators only. Add it to the space, as a moderator.",
    };
  }
  if (!own) {
    return {
      code: "not_in_the_space",
      reason: "The connected account is not in the space, so it cannot change who is. Add it to the space.",
    };
  }
  if (!space.isLocked) return undefined;
  if (!own.isModerator) {
    return {
      code: "not_a_moderator",
      reason:
        "The space is moderated and the connected account is no moderator of it, so Webex would refuse every change. Make it a moderator.",
    };
  }
  return undefined;
}
