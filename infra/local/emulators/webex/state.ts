import { emptyMemory } from "../webex-login/memory.ts";
import type { Memory } from "../webex-login/memory.ts";
import type { PersonSeed } from "./seed.ts";

/** All that the emulator remembers; plain JSON, so that it survives a restart. */
export interface WebexState extends Memory {
  people: PeopleState;
  spaces: SpaceState[];
}

export function emptyState(): WebexState {
  return { ...emptyMemory(), people: { added: [], changed: {}, gone: {} }, spaces: [] };
}

/** How the people differ from those that the emulator was started with. */
export interface PeopleState {
  added: (PersonSeed & { uuid: string })[];
  /** By the person's uuid. */
  changed: Record<string, Partial<PersonSeed>>;
  gone: Record<string, true>;
}

export interface SpaceState {
  uuid: string;
  name: string;
  title: string;
  type: "group" | "direct";
  isLocked: boolean;
  isAnnouncementOnly: boolean;
  isPublic: boolean;
  team?: string;
  isGeneral: boolean;
  creator?: string;
  /** ISO 8601, UTC, as every time here. */
  created: string;
  lastActivity: string;
  /** By the person's uuid, in the order in which they came. */
  members: Record<string, MemberState>;
  /** How many there are. */
  size: number;
  /** How many have ever come: a page goes on after a number. */
  arrivals: number;
}

export interface MemberState {
  number: number;
  isModerator: boolean;
  created: string;
}
