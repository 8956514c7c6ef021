import type { IncomingHttpHeaders } from "node:http";
import type { Situation } from "./membership-rules.ts";
import type { People, Person } from "./people.ts";
import type { SpaceState } from "./state.ts";

export interface Organization {
  uuid: string;
  displayName: string;
}

/** A membership that the API made or ended. */
export interface MembershipChange {
  at: Date;
  action: "added" | "removed";
  /** The space's name in the seed. */
  room: string;
  email: string;
  isModerator: boolean;
  /** Whose token it was. */
  by: string;
}

/** One request that may be carried out. */
export interface Call extends Situation {
  path: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  text: string;
  /** Of the path. */
  parameters: Record<string, string>;
  /** The service's own address, for links. */
  root: string;
  people: People;
  organization: Organization;
  may(scope: string): boolean;
  record(change: {
    action: MembershipChange["action"];
    space: SpaceState;
    person: Person;
    isModerator: boolean;
  }): void;
}
