import type { DirectoryPerson } from "../../shared/membership/directory.ts";
import type { Readings } from "../../shared/membership/obstacle.ts";
import { planSpace, type Plan, type PlanInput } from "../../shared/membership/plan.ts";
import { read } from "../../shared/membership/reading.ts";
import type { Member, Myself, Space } from "../../shared/membership/space.ts";
import { parseSpaceFile, type SpaceFile } from "../../shared/membership/space-file.ts";

export const OURS = "our organization";
export const THEIRS = "another organization";
export const NOW = new Date("2026-11-03T04:30:00Z");

export const me: Myself = { personId: "id of me", emails: ["me@example.org"], orgId: OURS };
export const group: Space = { type: "group", isLocked: false, isOfTeam: false };
export const moderated: Space = { ...group, isLocked: true };

/** Somebody in the directory, allowed into a space unless told otherwise. */
export function listed(name: string, rest: Partial<DirectoryPerson> = {}): DirectoryPerson {
  return {
    personId: `id of ${name}`,
    emails: [`${name}@example.org`],
    name,
    department: undefined,
    loginEnabled: true,
    invitePending: false,
    kind: "person",
    ...rest,
  };
}

/** Somebody in the space, of our organization and no moderator unless told otherwise. */
export function inside(name: string, rest: Partial<Member> = {}): Member {
  return {
    membershipId: `membership of ${name}`,
    personId: `id of ${name}`,
    email: `${name}@example.org`,
    name,
    orgId: OURS,
    isModerator: false,
    created: "2026-01-01T00:00:00.000Z",
    isMonitor: false,
    ...rest,
  };
}

export const myself = inside("me");
export const moderatingMyself = inside("me", { isModerator: true });

/** A space file; it holds back nothing unless told otherwise. */
export function spaceFile(fields: object = {}, lists = {}): SpaceFile {
  const generous = { count: 1_000_000, percent: 100 };
  return parseSpaceFile("everybody", { space_id: "room", max_removals: generous, ...fields }, lists);
}

export interface Given extends Partial<Omit<PlanInput, "members" | "directory" | "file">> {
  people: readonly DirectoryPerson[];
  /** Beside us. */
  members: readonly Member[];
  file?: object;
  lists?: object;
  /** Instead of what follows from the above. */
  readings?: Partial<Readings>;
}

/** What would be done to a space with these people in the directory, and these members beside us. */
export function planOf({ people, members, file, lists, readings, ...rest }: Given): Plan {
  const space = rest.space ?? read(group);
  const isLocked = space.state === "read" && space.value.isLocked;
  return planSpace({
    me: read(me),
    directory: read(people),
    members: read([isLocked ? moderatingMyself : myself, ...members]),
    file: spaceFile(file, lists),
    now: NOW,
    missing: {},
    mostMembers: 5000,
    ...rest,
    space,
    ...readings,
  });
}

/** "ada: in the directory" */
export function reasonsOf(rows: readonly { name: string; reason: string }[]): string[] {
  return rows.map(({ name, reason }) => `${name}: ${reason}`);
}
