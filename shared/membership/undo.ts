import { sameForm } from "./address.ts";
import { type DirectoryIndex, indexDirectory, personOf } from "./directory-index.ts";
import { removalsBefore } from "./held.ts";
import type { AddedMember, Inverse, RemovedMember } from "./inverse.ts";
import { type Obstacle, type Readings, survey, type Survey } from "./obstacle.ts";
import { isMyself, type Member, type Myself } from "./space.ts";
import type { SpaceFile } from "./space-file.ts";
import { removalReasonOf, type RemovalReason } from "./standing.ts";

/** The run that is to be taken back, and how things are now. */
export interface UndoInput extends Readings {
  inverse: Inverse;
  file: SpaceFile;
  /** How many people the service lets into a space. */
  mostMembers: number;
}

/** What taking back a run would do. */
export interface UndoPlan {
  spaceId: string;
  additions: UndoAddition[];
  removals: UndoRemoval[];
  /** What is left as it is now. */
  skipped: UndoSkipped[];
  /** So many removals have to go before the additions, for the space not to be overfull between them. */
  removalsFirst: number;
  /** Nothing is to be done, since not everything is known. The lists are empty then. */
  unknown?: Obstacle;
}

export interface UndoAddition {
  personId: string;
  email: string;
  name: string;
  isModerator: boolean;
  reason: "removed by the run";
  /** Why they do not belong into the space: whoever takes back the undoing knows that this is no new reason. */
  despite?: RemovalReason;
}

export interface UndoRemoval {
  membershipId: string;
  personId: string;
  email: string;
  name: string;
  reason: "added by the run";
  despite?: RemovalReason;
}

export interface UndoSkipped {
  email: string;
  name: string;
  reason:
    | "already back"
    | "already gone"
    | "added anew since"
    | "a moderator since"
    | "the connected account"
    | RemovalReason;
}

/**
 * Decides how a run is taken back; asks nobody and changes nothing. What others have done since stands.
 *
 * Whom the run removed comes back, also against the rules by which it removed them: that is what undoing asks for. But
 * nobody comes back for whom the directory or the rules have found another reason since, such as a login that was
 * disabled after the run: of that the run knew nothing. Moderators come back as such where the space is still moderated;
 * in another space a moderator would make it a moderated one.
 *
 * Whom the run added goes, unless they were removed and added anew since, or were made a moderator.
 */
export function planUndo(input: UndoInput): UndoPlan {
  const { inverse, file, mostMembers } = input;
  const lists = { additions: [], removals: [], skipped: [] };
  const undo: UndoPlan = { spaceId: inverse.spaceId, ...lists, removalsFirst: 0 };
  const found = survey(input);
  if ("code" in found) return { ...undo, unknown: found };
  const index = indexDirectory(found.people, file);
  const present = presenceOf(found.members);
  for (const removed of inverse.removed) {
    const reason = againstReturn(removed, present, { index, me: found.me });
    const { email, name } = removed;
    if (reason) undo.skipped.push({ email, name, reason });
    else undo.additions.push(returnOf(removed, found));
  }
  for (const added of inverse.added) {
    const outcome = departureOf(added, present, found.me);
    if ("membershipId" in outcome) undo.removals.push(outcome);
    else undo.skipped.push(outcome);
  }
  const [additions, removals] = [undo.additions.length, undo.removals.length];
  undo.removalsFirst = removalsBefore({ present: found.members.length, additions, removals }, mostMembers);
  return undo;
}

function againstReturn(
  removed: RemovedMember,
  { byPersonId, byEmail }: Presence,
  { index, me }: { index: DirectoryIndex; me: Myself },
): UndoSkipped["reason"] | undefined {
  if (byPersonId.has(removed.personId) || byEmail.has(sameForm(removed.email))) return "already back";
  const belongs = personOf(removed, index)?.verdict.belongs;
  if (belongs === "yes" || belongs === "unsure") return undefined;
  const known = knownReason(removed);
  const reason = removalReasonOf({ ...removed, isMonitor: known === "bot" }, index, me);
  return reason === known ? undefined : reason;
}

/** Why they did not belong into the space, as far as it was known when they were removed. */
function knownReason({ reason, despite }: RemovedMember): RemovalReason | undefined {
  return despite ?? (reason === "added by the run" ? undefined : reason);
}

function returnOf(removed: RemovedMember, { space }: Survey): UndoAddition {
  const { personId, email, name } = removed;
  const isModerator = removed.isModerator && space.isLocked;
  const addition: UndoAddition = { personId, email, name, isModerator, reason: "removed by the run" };
  const despite = knownReason(removed);
  return despite === undefined ? addition : { ...addition, despite };
}

interface Presence {
  byPersonId: ReadonlyMap<string, Member>;
  byEmail: ReadonlyMap<string, Member>;
}

function presenceOf(members: readonly Member[]): Presence {
  return {
    byPersonId: new Map(members.map((member) => [member.personId, member])),
    byEmail: new Map(
      members.filter(({ email }) => email !== "").map((member) => [sameForm(member.email), member]),
    ),
  };
}

function departureOf(added: AddedMember, present: Presence, me: Myself): UndoRemoval | UndoSkipped {
  const { personId, email, name } = added;
  const skipped = (reason: UndoSkipped["reason"]): UndoSkipped => ({ email, name, reason });
  const member =
    personId === undefined ? present.byEmail.get(sameForm(email)) : present.byPersonId.get(personId);
  if (!member) return skipped("already gone");
  if (isMyself(member, me)) return skipped("the connected account");
  if (cameLater(member.created, added.created)) return skipped("added anew since");
  if (member.isModerator) return skipped("a moderator since");
  return {
    membershipId: member.membershipId,
    personId: member.personId,
    email: member.email,
    name: member.name,
    reason: "added by the run",
    ...(added.despite === undefined ? {} : { despite: added.despite }),
  };
}

/** The answer to an addition and the list of members need not name the very same instant. */
const SAME_INSTANT_MS = 60_000;

function cameLater(created: string | undefined, addedAt: string | undefined): boolean {
  return Date.parse(created ?? "") - Date.parse(addedAt ?? "") > SAME_INSTANT_MS;
}
