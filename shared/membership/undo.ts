import { sameForm } from "./address.ts";
import { type DirectoryIndex, indexDirectory, personOf } from "./directory-index.ts";
import type { AddedMember, Inverse, RemovedMember } from "./inverse.ts";
import { type Obstacle, type Readings, survey, type Survey } from "./obstacle.ts";
import { addressesOf, type Identity, isMyself, type Member, type Myself } from "./space.ts";
import type { SpaceFile } from "./space-file.ts";
import { isKeptByAddress, removalReasonOf, type RemovalReason } from "./standing.ts";

/** The run that is to be taken back, and how things are now. */
export interface UndoInput extends Readings {
  inverse: Inverse;
  file: SpaceFile;
}

/** What taking back a run would do. */
export interface UndoPlan {
  spaceId: string;
  additions: UndoAddition[];
  removals: UndoRemoval[];
  /** What is left as it is now. */
  skipped: UndoSkipped[];
  /** Members now. */
  present: number;
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

export interface UndoRemoval extends Identity {
  membershipId: string;
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
    | "kept address"
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
 * Whom the run added goes, unless they were removed and added anew since, were made a moderator, or are named by their
 * address as somebody to keep. To keep all guests does not keep one whom the run had added: that is what is taken back.
 */
export function planUndo(input: UndoInput): UndoPlan {
  const { inverse, file } = input;
  const lists = { additions: [], removals: [], skipped: [] };
  const undo: UndoPlan = { spaceId: inverse.spaceId, ...lists, present: 0 };
  const found = survey(input);
  if ("code" in found) return { ...undo, unknown: found };
  undo.present = found.members.length;
  const rules: Rules = { index: indexDirectory(found.people, file), me: found.me, keep: file.keep };
  const present = presenceOf(found.members);
  for (const removed of inverse.removed) {
    const reason = againstReturn(removed, present, rules);
    const { email, name } = removed;
    if (reason) undo.skipped.push({ email, name, reason });
    else undo.additions.push(returnOf(removed, found));
  }
  for (const added of inverse.added) {
    const outcome = departureOf(added, present, rules);
    if ("membershipId" in outcome) undo.removals.push(outcome);
    else undo.skipped.push(outcome);
  }
  return undo;
}

/** Who somebody is, and who is never removed. */
interface Rules {
  index: DirectoryIndex;
  me: Myself;
  keep: SpaceFile["keep"];
}

function againstReturn(
  removed: RemovedMember,
  { byPersonId, byEmail }: Presence,
  { index, me }: Rules,
): UndoSkipped["reason"] | undefined {
  if (byPersonId.has(removed.personId) || byEmail.has(sameForm(removed.email))) return "already back";
  const belongs = personOf(removed, index)?.verdict.belongs;
  if (belongs === "yes" || belongs === "unsure") return undefined;
  const known = knownReason(removed);
  const reason = removalReasonOf(
    { ...removed, isMonitor: known === "bot", isAppUser: known === "guest" },
    index,
    me,
  );
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
      members.flatMap((member) => addressesOf(member).map((address) => [address, member] as const)),
    ),
  };
}

function departureOf(added: AddedMember, present: Presence, rules: Rules): UndoRemoval | UndoSkipped {
  const { personId, email, name } = added;
  const member =
    personId === undefined ? present.byEmail.get(sameForm(email)) : present.byPersonId.get(personId);
  if (!member) return { email, name, reason: "already gone" };
  const reason = againstDeparture(member, added, rules);
  if (reason !== undefined) return { email, name, reason };
  return {
    membershipId: member.membershipId,
    personId: member.personId,
    email: member.email,
    ...(member.otherEmails === undefined ? {} : { otherEmails: member.otherEmails }),
    name: member.name,
    reason: "added by the run",
    ...(added.despite === undefined ? {} : { despite: added.despite }),
  };
}

function againstDeparture(
  member: Member,
  added: AddedMember,
  { index, me, keep }: Rules,
): UndoSkipped["reason"] | undefined {
  if (isMyself(member, me)) return "the connected account";
  if (cameLater(member.created, added.created)) return "added anew since";
  if (member.isModerator) return "a moderator since";
  return isKeptByAddress(member, index, keep) ? "kept address" : undefined;
}

/** The answer to an addition and the list of members need not name the very same instant. */
const SAME_INSTANT_MS = 60_000;

function cameLater(created: string | undefined, addedAt: string | undefined): boolean {
  return Date.parse(created ?? "") - Date.parse(addedAt ?? "") > SAME_INSTANT_MS;
}
