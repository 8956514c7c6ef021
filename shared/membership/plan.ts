import { type MissingSince, missingSince } from "./missing.ts";
import { sameForm } from "./address.ts";
import { type DirectoryIndex, indexDirectory, type Judged, personOf } from "./directory-index.ts";
import { heldReasons, type HeldReason } from "./held.ts";
import { type Obstacle, type Readings, survey, type Survey } from "./obstacle.ts";
import { byName } from "./order.ts";
import { addressesOf, type Identity, type Member } from "./space.ts";
import type { SpaceFile } from "./space-file.ts";
import { type KeptReason, type RemovalReason, standingOf } from "./standing.ts";

/** What one run has read, and what is known from the runs before. */
export interface PlanInput extends Readings {
  file: SpaceFile;
  now: Date;
  missing: MissingSince;
  /** How many people the service lets into a space. */
  mostMembers: number;
}

/** What a run would do to a space. Each list is in the order of names, and alike for the same readings. */
export interface Plan {
  spaceId: string;
  additions: Addition[];
  removals: Removal[];
  kept: Kept[];
  /** Waits for approval. */
  held?: { reasons: HeldReason[] };
  /** Nothing is to be done, since not everything is known. The lists are empty then. */
  unknown?: Obstacle;
  /** Members now. */
  present: number;
  /** To be kept for the next run, unless this one is a dry run. */
  missing: MissingSince;
}

export interface Addition {
  /** By whom to add them: their id, or their address where the directory is not Webex's own. */
  personId: string | undefined;
  email: string;
  name: string;
  reason: "in the directory";
}

export interface Removal extends Identity {
  membershipId: string;
  name: string;
  orgId: string | undefined;
  isModerator: boolean;
  reason: RemovalReason;
  /** The first day on which they were missing, `2026-11-03`; where there is a grace period. */
  since?: string;
}

export interface Kept {
  membershipId: string;
  personId: string;
  email: string;
  name: string;
  isModerator: boolean;
  reason: KeptReason;
  /** Why they do not belong into the space, when they are kept all the same for a while. */
  missing?: { reason: RemovalReason; since: string; until: string };
}

/** Decides about everybody; asks nobody and changes nothing. */
export function planSpace(input: PlanInput): Plan {
  const { file, mostMembers } = input;
  const found = survey(input);
  if ("code" in found) return nothing(input, found);
  const index = indexDirectory(found.people, file);
  const additions = additionsTo(found.members, index);
  const outcome = membersOf(found, index, input);
  const [present, removals] = [found.members.length, outcome.removals.length];
  const size = { present, additions: additions.length, removals };
  const reasons = heldReasons(size, { maxRemovals: file.maxRemovals, mostMembers });
  return {
    spaceId: file.spaceId,
    additions,
    ...outcome,
    ...(reasons.length > 0 ? { held: { reasons } } : {}),
    present,
  };
}

function nothing({ file, missing }: PlanInput, unknown: Obstacle): Plan {
  const lists = { additions: [], removals: [], kept: [] };
  return { spaceId: file.spaceId, ...lists, unknown, present: 0, missing };
}

function additionsTo(members: readonly Member[], index: DirectoryIndex): Addition[] {
  const present = new Set<Judged>();
  for (const member of members) {
    const known = personOf(member, index);
    if (known) present.add(known);
  }
  const newcomers = index.everybody
    .filter((judged) => judged.verdict.belongs === "yes" && !present.has(judged))
    .map(({ person }) => person)
    .sort(byName);
  const addresses = new Set(members.flatMap(addressesOf));
  const additions: Addition[] = [];
  for (const { personId, emails, name } of newcomers) {
    const email = emails[0] ?? "";
    // Without an id it is the address that counts: it is all that the service is told.
    const isKnown = email === "" || emails.some((each) => addresses.has(sameForm(each)));
    if (personId === undefined && isKnown) continue;
    addresses.add(sameForm(email));
    additions.push({ personId, email, name, reason: "in the directory" });
  }
  return additions;
}

function membersOf(
  { members, me }: Survey,
  index: DirectoryIndex,
  { file, now, missing }: PlanInput,
): Pick<Plan, "removals" | "kept" | "missing"> {
  const removals: Removal[] = [];
  const kept: Kept[] = [];
  const known: Record<string, string> = {};
  for (const member of [...members].sort(byName)) {
    const standing = standingOf(member, index, { me, keep: file.keep });
    if (standing.stays) {
      kept.push(keptOf(member, standing.reason));
      continue;
    }
    const { reason } = standing;
    const span = missingSince(missing[member.personId], now, file.graceDays);
    known[member.personId] = span.since.toISOString();
    const [since, until] = [dayOf(span.since), dayOf(span.until)];
    if (!span.isOver) {
      kept.push({ ...keptOf(member, "in the grace period"), missing: { reason, since, until } });
    } else removals.push({ ...removalOf(member, reason), ...(file.graceDays > 0 ? { since } : {}) });
  }
  return { ...withoutLastModerator(removals, kept), missing: known };
}

/** A space that had a moderator keeps one: the first of those who would go. */
function withoutLastModerator(removals: Removal[], kept: Kept[]): Pick<Plan, "removals" | "kept"> {
  const last = removals.find(({ isModerator }) => isModerator);
  if (!last || kept.some(({ isModerator }) => isModerator)) return { removals, kept };
  const stays = [...kept, keptOf(last, "last moderator")];
  return {
    removals: removals.filter((removal) => removal !== last),
    kept: stays.sort(byName),
  };
}

function keptOf(member: Member | Removal, reason: KeptReason): Kept {
  const { membershipId, personId, email, name, isModerator } = member;
  return { membershipId, personId, email, name, isModerator, reason };
}

function removalOf(member: Member, reason: RemovalReason): Removal {
  const { membershipId, personId, email, otherEmails, name, orgId, isModerator } = member;
  const others = otherEmails === undefined ? {} : { otherEmails };
  return { membershipId, personId, email, ...others, name, orgId, isModerator, reason };
}

/** Only the day is told: two readings on one day show the same. */
function dayOf(time: Date): string {
  return time.toISOString().slice(0, 10);
}
