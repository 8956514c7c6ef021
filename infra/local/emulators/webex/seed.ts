import type { IntegrationSeed } from "../webex-login/directory.ts";

/** A person, a bot or a guest user. Those of the emulator's own organization are its directory. */
export interface PersonSeed {
  email: string;
  displayName: string;
  /** Further addresses of the same account. */
  otherEmails?: string[];
  /** "person" unless given; "appuser" is a guest user. */
  type?: "person" | "bot" | "appuser";
  /** The name of another organization: whoever has one is from outside. */
  organization?: string;
  /** Administrator roles by their internal names, such as {@link FULL_ADMIN}; any of them makes an administrator. */
  roles?: string[];
  /** true unless given */
  loginEnabled?: boolean;
  /** false unless given */
  invitePending?: boolean;
  /** None when empty. */
  department?: string;
  title?: string;
}

/** @see https://developer.webex.com/docs/api/v1/roles */
export const FULL_ADMIN = "id_full_admin";

/** People who are made when they are looked at: a big directory costs no memory. */
export interface Crowd {
  count: number;
  /**
   * The same for an index each time; {@link somebody} unless given.
   * @param index  from 0
   */
  person?: (index: number) => PersonSeed;
}

const DEPARTMENTS = ["Engineering", "Finance", "Legal", "Marketing", "Sales", "Support"];

/** One of a crowd: somebody-1@example.org and so on, in six departments. */
export function somebody(index: number): PersonSeed {
  const number = index + 1;
  return {
    email: `somebody-${number}@example.org`,
    displayName: `Somebody ${number}`,
    department: DEPARTMENTS[index % DEPARTMENTS.length] ?? "",
  };
}

export interface MemberSeed {
  email: string;
  isModerator?: boolean;
}

export interface RoomSeed {
  /** What a test calls it; its id is made of it, and so the same each time. */
  name: string;
  /** The name unless given. */
  title?: string;
  /** "group" unless given */
  type?: "group" | "direct";
  /** Moderated. */
  isLocked?: boolean;
  /** Only a moderated space can be. */
  isAnnouncementOnly?: boolean;
  isPublic?: boolean;
  /** The name of the team that has this space. */
  team?: string;
  /** The team's General space: whoever is in it is in the team. */
  isGeneral?: boolean;
  /** An address alone is a member who is no moderator. The first one is the creator. */
  members?: Iterable<string | MemberSeed>;
}

export interface WebexSeed {
  /** The display name of the organization; "Example" unless given. */
  organization?: string;
  people: PersonSeed[];
  crowd?: Crowd;
  rooms?: RoomSeed[];
  integrations: IntegrationSeed[];
}
