import { answerNamedControl } from "../control.ts";
import type { WebexControls } from "../webex-login/controls.ts";
import type { EmulatorAnswer, EmulatorRequest } from "../exchange.ts";
import type { MembershipChange } from "./call.ts";
import { publicId } from "./ids.ts";
import type { Person } from "./people.ts";
import type { MemberSeed, PersonSeed, RoomSeed } from "./seed.ts";
import type { ApiService, Counts } from "./service.ts";
import type { WebexSettings } from "./settings.ts";
import { join, leave } from "./spaces.ts";
import type { SpaceState } from "./state.ts";

/** The directory and the spaces past the API: for tests and samples. Nothing of it is in `changes`. */
export interface MessagingControls {
  people: PeopleControl;
  /** By the name in the seed or by the public id. @throws {RangeError} there is none */
  space(nameOrId: string): SpaceControl;
  addSpace(seed: RoomSeed): SpaceControl;
  /** What the API changed, oldest first. */
  readonly changes: readonly MembershipChange[];
  readonly stats: Readonly<Omit<Counts, "inFlight">>;
  readonly settings: WebexSettings;
  /** Writes to the state file what was changed past the API. */
  save(): Promise<void>;
}

/** @throws {RangeError} of `change` and `remove`: nobody has this address; of `add`: somebody has it */
export interface PeopleControl {
  /** @returns the public id */
  add(seed: PersonSeed): string;
  change(email: string, changes: Partial<PersonSeed>): void;
  /** From the directory, and their tokens end; in the spaces they stay. */
  remove(email: string): void;
  /** The public id. @throws {RangeError} nobody has this address */
  id(email: string): string;
}

export interface SpaceMember {
  email: string;
  displayName: string;
  personId: string;
  isModerator: boolean;
}

export interface SpaceControl {
  /** As the API has it. */
  readonly id: string;
  readonly size: number;
  /** In the order in which they came. */
  members(): SpaceMember[];
  add(member: string | MemberSeed): void;
  remove(email: string): void;
  change(changes: Partial<Pick<SpaceState, "title" | "isLocked" | "isAnnouncementOnly">>): void;
  /** Nobody finds it any more. */
  delete(): void;
}

export function messagingControls(service: ApiService): MessagingControls {
  const { people, spaces, counts, changes, settings, login } = service;
  return {
    people: {
      add: (seed) => publicId("PEOPLE", people.add(seed).uuid),
      change: (email, changed) => void people.change(email, changed),
      remove: (email) => people.remove(email),
      id: (email) => publicId("PEOPLE", required(service, email).uuid),
    },
    space: (nameOrId) => spaceControl(service, spaces.named(nameOrId)),
    addSpace: (seed) => spaceControl(service, spaces.add(seed, people, login.now())),
    changes,
    stats: counts,
    settings,
    save: () => service.save(),
  };
}

function spaceControl(service: ApiService, space: SpaceState): SpaceControl {
  const { people, spaces, login } = service;
  return {
    id: publicId("ROOM", space.uuid),
    get size() {
      return space.size;
    },
    members: () =>
      Object.entries(space.members).flatMap(([uuid, { isModerator }]) => {
        const person = people.byId(uuid);
        if (!person) return [];
        const { email, displayName } = person;
        return [{ email, displayName, personId: publicId("PEOPLE", uuid), isModerator }];
      }),
    add: (member) => {
      const { email, isModerator = false } = typeof member === "string" ? { email: member } : member;
      join(space, required(service, email).uuid, isModerator, login.now());
    },
    remove: (email) => {
      const member = Object.keys(space.members).find((uuid) => people.byId(uuid)?.email === email);
      if (member === undefined) throw new RangeError(`${email} is not in ${space.name}.`);
      leave(space, member, login.now());
    },
    change: (changes) => void Object.assign(space, changes),
    delete: () => spaces.delete(space),
  };
}

function required({ people }: ApiService, email: string): Person {
  const person = people.byEmail(email);
  if (!person) throw new RangeError(`There is nobody with the address ${email}.`);
  return person;
}

/** The same over HTTP, as POST /_control/<name> with the arguments as a JSON list; what it changes is kept. */
export async function answerControl(
  sessions: WebexControls,
  messaging: MessagingControls,
  request: EmulatorRequest,
): Promise<EmulatorAnswer> {
  const { people, space, settings } = messaging;
  const answer = await answerNamedControl(
    {
      ...sessions,
      addPerson: people.add,
      changePerson: people.change,
      removePerson: people.remove,
      members: (room: string) => space(room).members(),
      addMember: (room: string, member: string | MemberSeed) => space(room).add(member),
      removeMember: (room: string, email: string) => space(room).remove(email),
      changeRoom: (room: string, changes: Parameters<SpaceControl["change"]>[0]) =>
        space(room).change(changes),
      deleteRoom: (room: string) => space(room).delete(),
      changes: () => messaging.changes,
      stats: () => messaging.stats,
      settings: (changes: Partial<WebexSettings>) => Object.assign(settings, changes),
    },
    request,
  );
  if (answer.status < 400) await messaging.save();
  return answer;
}
