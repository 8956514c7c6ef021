import { internalId, internalIdFor, publicId } from "./ids.ts";
import type { People, Person } from "./people.ts";
import type { RoomSeed } from "./seed.ts";
import type { MemberState, SpaceState } from "./state.ts";

/** Finds spaces and what hangs together between them. */
export class Spaces {
  readonly #all: SpaceState[];

  constructor(all: SpaceState[]) {
    this.#all = all;
  }

  /** @throws {RangeError} the name is taken, a member is unknown, or the space could not be so at Webex */
  add(seed: RoomSeed, people: People, now: Date): SpaceState {
    const space = spaceFrom(seed, people, now);
    if (this.byUuid(space.uuid)) throw new RangeError(`There is a room ${seed.name} already.`);
    this.#all.push(space);
    return space;
  }

  byUuid(uuid: string): SpaceState | undefined {
    return this.#all.find((space) => space.uuid === uuid);
  }

  /** By the name in the seed or by the public id. @throws {RangeError} there is none */
  named(nameOrId: string): SpaceState {
    const found =
      this.#all.find(({ name }) => name === nameOrId) ?? this.byUuid(internalId("ROOM", nameOrId) ?? "");
    if (!found) throw new RangeError(`There is no room ${nameOrId}.`);
    return found;
  }

  /** Those somebody is in. */
  of({ uuid }: Person): SpaceState[] {
    return this.#all.filter(({ members }) => uuid in members);
  }

  ofTeam(team: string | undefined): SpaceState[] {
    return team === undefined ? [] : this.#all.filter((space) => space.team === team);
  }

  /** A member of the team, who can see its spaces without being in them. */
  isInTeam(team: string | undefined, { uuid }: Person): boolean {
    return this.ofTeam(team).some(({ isGeneral, members }) => isGeneral && uuid in members);
  }

  delete(space: SpaceState): void {
    this.#all.splice(this.#all.indexOf(space), 1);
  }
}

/** The id of the room a seed is about, as the API has it: it can stand in a configuration before there is an emulator. */
export function roomIdOf(name: string): string {
  return publicId("ROOM", internalIdFor(`room ${name}`));
}

export function join(space: SpaceState, uuid: string, isModerator: boolean, now: Date): MemberState {
  const member = { number: space.arrivals, isModerator, created: now.toISOString() };
  space.arrivals += 1;
  if (!(uuid in space.members)) space.size += 1;
  space.members[uuid] = member;
  space.lastActivity = now.toISOString();
  return member;
}

export function leave(space: SpaceState, uuid: string, now: Date): void {
  if (uuid in space.members) space.size -= 1;
  delete space.members[uuid];
  space.lastActivity = now.toISOString();
}

export function moderatorsOf({ members }: SpaceState): string[] {
  return Object.keys(members).filter((uuid) => members[uuid]?.isModerator);
}

function spaceFrom(seed: RoomSeed, people: People, now: Date): SpaceState {
  refuseImpossible(seed);
  const { name, title = name, type = "group", team, members = [] } = seed;
  const { isLocked = false, isAnnouncementOnly = false, isPublic = false, isGeneral = false } = seed;
  const created = now.toISOString();
  const flags = { isLocked, isAnnouncementOnly, isPublic, isGeneral };
  const space: SpaceState = {
    uuid: internalIdFor(`room ${name}`),
    name,
    title,
    type,
    ...flags,
    ...(team === undefined ? {} : { team }),
    created,
    lastActivity: created,
    members: {},
    size: 0,
    arrivals: 0,
  };
  for (const member of members) {
    const { email, isModerator = false } = typeof member === "string" ? { email: member } : member;
    const person = people.byEmail(email);
    if (!person) throw new RangeError(`Nobody has the address ${email}, so it cannot be in ${name}.`);
    space.creator ??= person.uuid;
    join(space, person.uuid, isModerator, now);
  }
  return space;
}

function refuseImpossible({ name, isLocked, isAnnouncementOnly, isGeneral, team }: RoomSeed): void {
  // "A space can only be put into announcement mode when it is locked."
  if (isAnnouncementOnly && !isLocked) throw new RangeError(`${name} is for announcements, so it is locked.`);
  if (isGeneral && team === undefined) throw new RangeError(`${name} is a General space, so it has a team.`);
}
